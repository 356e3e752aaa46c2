import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { ModelServer } from '../support/modelServer/modelServer';
import type { Script } from '../support/modelServer/modelServer';
import { activated, eventually, needsEngine, remove, shown } from './workbench';

const program = `import sys
lines = sys.stdin.read().split("\\n")
sys.stdout.write("".join(line + "\\n" for line in reversed(lines[:-1])))
`;

/** Writes a program, asks the reference, evaluates and submits. */
const work: Script = (_request, n) => {
  const write = `mkdir -p /workdir/src/tac && cat > /workdir/src/tac/__main__.py <<'END'\n${program}END\nprintf 'a\\nb\\n' | tac`;
  const calls = [
    { name: 'bash', arguments: { cmd: write } },
    { name: 'evaluate_testcases', arguments: {} },
    { name: 'submit', arguments: {} },
  ];
  const call = calls[Math.min(n, calls.length - 1)];
  return { text: `Step ${n}`, calls: call === undefined ? [] : [call] };
};

suite('runs of agents in VS Code', () => {
  let server: ModelServer;

  setup(async () => {
    server = await ModelServer.start(work);
  });

  teardown(async () => {
    const { services } = await activated();
    for (const { state } of services.model.runs.filter(({ isLive }) => isLive)) {
      process.kill(state.process.pid, 'SIGKILL');
    }
    await server.stop();
    await remove('.mirrorcode/runs');
  });

  test('are started, shown while they go on, scored, and open in the player', async function () {
    this.timeout(120_000);
    const api = await activated();
    await needsEngine(this, api);
    const { trees, services } = api;
    const model = { model: 'scripted/m', baseUrl: server.baseUrl, from: 'the test' };
    await vscode.commands.executeCommand('mirrorcode.runAgent', {
      target: 'tac',
      language: 'python',
      model,
      budget: { tokens: 1e6, wallSeconds: 600 },
      repetitions: 1,
    });
    const run = await eventually(
      'the run to be scored',
      async () => {
        const [found] = services.model.runs;
        const [log = ''] = services.runs.logs;
        assert.ok(found, `no run; its process says: ${await readFile(log, 'utf8')}`);
        assert.equal(found.state.status, 'done', found.state.reason ?? (await shown(trees.runs)));
        return found;
      },
      60_000,
    );
    assert.equal(run.state.end?.kind, 'submitted');
    assert.match(
      await shown(trees.runs),
      /tac in Python {2}1 run[^]*scripted\/m {2}.* · \d[\d.]* %.* tokens/u,
    );
    await vscode.commands.executeCommand('mirrorcode.openRun', { kind: 'run', run });
    await eventually('the transcript', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom);
      assert.equal(input.uri.fsPath, path.join(run.dir, 'log.eval'));
    });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

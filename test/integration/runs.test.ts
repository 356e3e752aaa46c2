import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StoredRun } from '../../src/core/agents/run/runFolder';
import { ModelServer } from '../support/modelServer/modelServer';
import type { Script } from '../support/modelServer/modelServer';
import { ScriptedAsker } from '../unit/extension/scriptedAsker';
import { Person } from './person';
import { activated, eventually, needsEngine, remove, shown } from './workbench';

const program = `import sys
lines = sys.stdin.read().split("\\n")
sys.stdout.write("".join(line + "\\n" for line in reversed(lines[:-1])))
`;

/** One step after the other, for as long as it is let. */
const dawdle: Script = () => ({
  text: 'Thinking.',
  calls: [{ name: 'bash', arguments: { cmd: 'echo "$((n = n + 1))"' } }],
  delayMs: 200,
});

/** The same as an agent of a command line does it, with nothing but a shell. */
const workInShell: Script = ({ messages }) => {
  const turn = messages.filter(({ role }) => role === 'assistant').length;
  const write = `mkdir -p src/tac && cat > src/tac/__main__.py <<'END'\n${program}END\nprintf 'a\\nb\\n' | tac`;
  const cmd = [`cd /workdir && ${write}`, 'evaluate_testcases; submit'][turn];
  const calls = cmd === undefined ? [] : [{ name: 'bash', arguments: { cmd } }];
  return { text: `Turn ${turn}`, calls };
};

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
      /tac in Python {2}1 run[^]*scripted\/m {2}.*\d[\d.]* %.* tokens/u,
    );
    await vscode.commands.executeCommand('mirrorcode.openRun', { kind: 'run', run });
    await eventually('the transcript', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputCustom);
      assert.equal(input.uri.fsPath, path.join(run.dir, 'log.eval'));
    });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await services.model.refresh();
    // Its final score is the task's newest.
    assert.match(await shown(trees.tasks, 3), /Python {2}\d of \d/u);
  });

  test('are paused, given more, resumed and stopped, and say how they ended', async function () {
    this.timeout(120_000);
    const api = await activated();
    await needsEngine(this, api);
    const { trees, services } = api;
    server.play(dawdle);
    const person = new Person(api.window);
    try {
      await vscode.commands.executeCommand('mirrorcode.runAgent', {
        target: 'tac',
        language: 'python',
        model: { model: 'scripted/slow', baseUrl: server.baseUrl, from: 'the test' },
        budget: { tokens: 1e6, wallSeconds: 600 },
        repetitions: 1,
      });
      const reached = (what: string, isSo: (run: StoredRun) => boolean) =>
        eventually(
          what,
          async () => {
            const [found] = services.model.runs;
            const [log = ''] = services.runs.logs;
            assert.ok(found, `no run; its process says: ${await readFile(log, 'utf8')}`);
            assert.ok(isSo(found), `${JSON.stringify(found.state)} ${await shown(trees.runs)}`);
            return found;
          },
          60_000,
        );
      const atWork = await reached('some steps', ({ state }) => state.steps >= 2);
      assert.match(await shown(trees.runs), /scripted\/slow {2}step \d+ · .* left/u);
      await vscode.commands.executeCommand('mirrorcode.pauseRun', { kind: 'run', run: atWork });
      const paused = await reached('the pause', ({ state, isLive }) => {
        return state.status === 'paused' && !isLive;
      });
      assert.match(await shown(trees.runs), /scripted\/slow {2}paused after step \d+ · /u);
      await person.heard(/paused after step \d+/u);

      person.types('5000000', '2');
      person.clicks('Resume');
      await vscode.commands.executeCommand('mirrorcode.extendRun', { kind: 'run', run: paused });
      const again = await reached('it to go on', ({ state, isLive }) => {
        return isLive && state.steps > paused.state.steps;
      });
      assert.deepEqual(again.state.budget, { tokens: 5_000_000, wallSeconds: 7200 });

      person.clicks('Stop and Score');
      await vscode.commands.executeCommand('mirrorcode.stopRun', { kind: 'run', run: again });
      const done = await reached('the score', ({ state }) => state.status === 'done');
      assert.deepEqual([done.state.end?.kind, done.state.score?.['all']], ['limit', 0]);
      await person.heard(/scripted\/slow on tac in Python: .*0 %/u);
    } finally {
      person.leaves();
    }
  });

  test('an agent of a command line is chosen, works, and is shown by its name', async function () {
    this.timeout(120_000);
    const api = await activated();
    await needsEngine(this, api);
    const { trees, services } = api;
    server.play(workInShell);
    const extension = services.context.extensionPath;
    const agent = {
      name: 'scripted',
      program: path.join(extension, 'test/support/runs/scriptedAgent.mjs'),
      command: '{program} anthropic stream ~/.scripted/{sessionId}.jsonl < {promptFile}',
      api: 'anthropic',
      env: { MODEL_URL: '{baseUrl}', MODEL_KEY: '{key}', MODEL_NAME: 'another-model' },
      session: '~/.scripted/{sessionId}.jsonl',
    };
    const model = { model: 'scripted/m', baseUrl: server.baseUrl };
    const settings = vscode.workspace.getConfiguration('mirrorcode');
    await settings.update('agents', [agent], vscode.ConfigurationTarget.Workspace);
    await settings.update('models', [model], vscode.ConfigurationTarget.Workspace);
    const { asker } = services;
    const answers = new ScriptedAsker(['scripted', 'scripted/m', 'A trial', '1']);
    try {
      Object.assign(services, { asker: answers });
      await vscode.commands.executeCommand('mirrorcode.runAgent', { target: 'tac' });
      assert.deepEqual(answers.log.slice(0, 2), [
        '1/4 Which agent works on it?',
        '2/4 Which model works on it?',
      ]);
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
      assert.match(await shown(trees.runs), /scripted · scripted\/m {2}42\.8 % · .* tokens/u);
      // What it kept of its own session plays like any transcript.
      const session = vscode.Uri.file(path.join(run.dir, 'session.jsonl'));
      await vscode.commands.executeCommand('mirrorcode.openInReplay', session);
      await eventually('the session', () => {
        const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
        assert.ok(input instanceof vscode.TabInputCustom);
        assert.equal(input.uri.fsPath, session.fsPath);
      });
    } finally {
      Object.assign(services, { asker });
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await settings.update('agents', undefined, vscode.ConfigurationTarget.Workspace);
      await settings.update('models', undefined, vscode.ConfigurationTarget.Workspace);
      await remove('.vscode');
    }
  });
});

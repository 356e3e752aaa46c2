import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StoredRun } from '../../src/core/agents/run/runFolder';
import { ModelServer } from '../support/modelServer/modelServer';
import type { Script } from '../support/modelServer/modelServer';
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
});

type Show = typeof vscode.window.showInformationMessage;

/** Someone at the window: hears what it says, clicks and types what was agreed on before. */
class Person {
  private readonly said: string[] = [];
  private readonly inputs: string[] = [];
  private readonly buttons: string[] = [];
  private readonly window: Record<string, unknown>;
  private readonly before = new Map<string, unknown>();

  constructor(window: typeof vscode.window) {
    this.window = window;
    const hear = ((text: string, ...rest: unknown[]) => {
      this.said.push(text);
      const [button] = this.buttons;
      const isOffered = button !== undefined && rest.includes(button);
      return Promise.resolve(isOffered ? this.buttons.shift() : undefined);
    }) as Show;
    this.replace('showInformationMessage', hear);
    this.replace('showWarningMessage', hear);
    this.replace('showInputBox', () => Promise.resolve(this.inputs.shift()));
  }

  types(...texts: string[]): void {
    this.inputs.push(...texts);
  }

  clicks(button: string): void {
    this.buttons.push(button);
  }

  async heard(text: RegExp): Promise<void> {
    await eventually(`${text.source} to be said`, () => {
      assert.ok(
        this.said.some((one) => text.test(one)),
        this.said.join('\n'),
      );
    });
  }

  leaves(): void {
    this.before.forEach((original, name) => (this.window[name] = original));
  }

  private replace(name: string, value: unknown): void {
    this.before.set(name, this.window[name]);
    this.window[name] = value;
  }
}

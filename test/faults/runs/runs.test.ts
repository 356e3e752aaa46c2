import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { extendBudget } from '../../../src/core/agents/run/runControl';
import { listRuns, runFile } from '../../../src/core/agents/run/runFolder';
import { resumeRun, startRun } from '../../../src/core/agents/run/startRun';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';
import { call, engineKinds, eventsOf, RunRig, solve } from '../../support/runs/runRig';

/** Prints the log's status, calls of the oracle, tool calls and hidden pass rate, as Inspect has them. */
const inspectReads = `
import sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
kinds = [event.event for event in log.samples[0].events]
rate = log.results.scores[0].metrics["hidden"].value
print(log.status, kinds.count("sandbox"), kinds.count("tool"), rate)
`;

for (const kind of engineKinds) {
  suite(`runs of agents on ${kind}`, function () {
    this.timeout(120_000);
    let rig: RunRig;

    suiteSetup(async function () {
      rig = await RunRig.start(kind, this);
    });
    suiteTeardown(() => (rig as RunRig | undefined)?.dispose());

    test('a whole run: the oracle in a loop and a pipe, an evaluation, a submission, a score', async () => {
      rig.play(solve);
      const { dir, state } = await rig.run();
      assert.equal(state.status, 'done', state.reason);
      assert.deepEqual(state.end, { kind: 'submitted' });
      assert.deepEqual([state.solved, state.score?.['hidden']], [true, 1]);
      assert.deepEqual(state.visible, { passed: 3, total: 3 });
      const events = await eventsOf(dir);
      const [first] = events.filter((event) => event.event === 'tool');
      assert.equal(first?.result, 'a-x\nb-x\n1\n2\n');
      const calls = events.filter((event) => event.event === 'sandbox');
      assert.deepEqual(
        calls.map(({ cmd, output }) => [cmd, output]),
        [
          ['mirror a x', 'a,x\n'],
          ['mirror b x', 'b,x\n'],
          ['mirror 1', '1\n'],
          ['mirror 2', '2\n'],
        ],
      );
      assert.deepEqual(await readdir(path.join(runFile(dir, 'artifacts'), state.ids.sample)), [
        'attempt-00001.tar',
        'attempt-00002.tar',
      ]);
      assert.deepEqual(
        (await listRuns(rig.workFolder)).map((one) => [one.dir, one.isLive]),
        [[dir, false]],
      );
      const log = await openTranscript(runFile(dir, 'log'));
      try {
        const { eventsByKind, scores, status } = await log.info();
        assert.deepEqual(
          [status, eventsByKind['sandbox'], eventsByKind['tool']],
          ['success', 4, 7],
        );
        assert.match(JSON.stringify(scores), /"hidden":1/u);
      } finally {
        log.dispose();
      }
      const python = process.env['INSPECT_PYTHON'] ?? 'python3';
      const read = spawnSync(python, ['-c', inspectReads, runFile(dir, 'log')], {
        encoding: 'utf8',
      });
      if (/No module named 'inspect_ai'|ENOENT/u.test(read.stderr + String(read.error))) {
        console.log('    skipped: no Python with inspect_ai found (set INSPECT_PYTHON)');
      } else {
        assert.equal(read.stdout, 'success 4 7 1\n', read.stderr);
      }
    });
  });
}

suite('the end of a run', function () {
  this.timeout(120_000);
  let rig: RunRig;

  suiteSetup(async function () {
    rig = await RunRig.start('bubblewrap', this);
  });
  suiteTeardown(() => (rig as RunRig | undefined)?.dispose());

  test('a submission below the gate is refused; a used-up budget ends the run, which is scored', async () => {
    rig.server.play(() => ({ calls: [call('submit')], usage: { input: 3000, output: 0 } }));
    const { dir, state } = await rig.run();
    assert.deepEqual([state.status, state.end?.kind, state.solved], ['done', 'limit', false]);
    assert.equal(state.score?.['all'], 0, 'there is no candidate');
    const answers = (await eventsOf(dir)).filter((event) => event.event === 'tool');
    assert.match(answers[0]?.result ?? '', /^Not submitted: 0 of 3/u);
  });

  test('one that is given more after its score goes on, and its log tells of both scores', async () => {
    rig.server.play(() => ({ calls: [call('submit')], usage: { input: 3000, output: 0 } }));
    const { dir, state } = await rig.run();
    assert.equal(state.end?.kind, 'limit');
    await extendBudget(dir, { tokens: 100_000 });
    const before = rig.server.requests.length;
    rig.server.play((_, n) => solve[n - before] ?? { calls: [call('submit')] });
    const more = await resumeRun(dir, await rig.host());
    assert.deepEqual([more.state.end, more.state.solved], [{ kind: 'submitted' }, true]);
    const scores = (await eventsOf(dir)).flatMap((event) =>
      event.event === 'score' && !event.intermediate ? [event] : [],
    );
    assert.equal(scores.length, 2);
    assert.notDeepEqual(scores[0]?.score, scores[1]?.score);
  });

  test('runs of one group spend one budget together', async () => {
    rig.play(Array.from({ length: 50 }, () => ({ calls: [call('resources')] })));
    const options = {
      target: rig.target,
      language: 'python',
      budget: { tokens: 300 },
      group: 'g',
    } as const;
    const first = await startRun(options, await rig.host());
    const second = await startRun({ ...options, repetition: 2 }, await rig.host());
    assert.equal(first.state.spent.tokens, 330);
    assert.deepEqual([second.state.end?.kind, second.state.spent.tokens], ['limit', 0]);
    const alone = await startRun({ ...options, group: 'another' }, await rig.host());
    assert.equal(alone.state.spent.tokens, 330);
  });
});

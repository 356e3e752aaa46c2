import assert from 'node:assert/strict';
import { runStep } from '../../../scripts/test/runStep';
import type { Step } from '../../../scripts/test/steps';
import { summaryOf } from '../../../scripts/test/summary';
import { resultsVariable, type SuiteResults } from '../../support/report/results';

const results: SuiteResults = {
  passed: 3,
  failed: 0,
  skipped: 1,
  durationMs: 5,
  failures: [],
  skippedTests: ['needs a tool'],
};
const failure = { title: 'adds', message: '1 is not 2\nat line 3' };

/** A step that runs a script under Node; it may write `results` as a suite does. */
function scriptStep(script: string, change: Partial<Step> = {}): Step {
  const write = `const write = (r) => require('fs').writeFileSync(process.env.${resultsVariable}, JSON.stringify(r));`;
  return {
    name: `unit-test-of-steps`,
    command: ['-e', `${write}\n${script}`],
    kind: 'suite',
    timeoutMs: 60_000,
    ...change,
  };
}

const writing = (what: SuiteResults, then = '') => `write(${JSON.stringify(what)}); ${then}`;
/** Runs a step whose output nobody reads, least of all whoever runs these tests. */
const run = (step: Step) => runStep(step, { print: () => undefined });
const counts = ({ passed, failed, skipped }: SuiteResults) => [passed, failed, skipped];

suite('a step of npm test', () => {
  test('passes on what its suite counted', async () => {
    const outcome = await run(scriptStep(writing(results)));
    assert.deepEqual(counts(outcome.results), [3, 0, 1]);
  });

  test('has failed when its suite wrote no results, whatever it ended with', async () => {
    const outcome = await run(scriptStep(''));
    assert.deepEqual(counts(outcome.results), [0, 1, 0]);
    assert.match(outcome.results.failures[0]?.message ?? '', /no results/);
  });

  test('does not take the results of an earlier run for its own', async () => {
    await run(scriptStep(writing(results)));
    const outcome = await run(scriptStep('process.exit(0)'));
    assert.deepEqual(counts(outcome.results), [0, 1, 0]);
  });

  test('has failed when its tests pass and it does not', async () => {
    const outcome = await run(scriptStep(writing(results, 'process.exitCode = 7')));
    assert.deepEqual(counts(outcome.results), [3, 1, 1]);
    assert.match(outcome.results.failures[0]?.message ?? '', /ended with 7/);
  });

  test('counts its failures once', async () => {
    const failing = { ...results, failed: 2, failures: [failure, failure] };
    const outcome = await run(scriptStep(writing(failing, 'process.exitCode = 2')));
    assert.deepEqual(counts(outcome.results), [3, 2, 1]);
  });

  test('is ended, with what it started, when it takes too long', async () => {
    const script = `require('child_process').spawn('sleep', ['600'], { stdio: 'inherit' });`;
    const outcome = await run(scriptStep(script, { timeoutMs: 1500 }));
    assert.deepEqual(counts(outcome.results), [0, 1, 0]);
    assert.match(outcome.results.failures[0]?.message ?? '', /was ended after/);
  });

  test('that is no suite passes or fails as a whole', async () => {
    const good = await run(scriptStep('', { kind: 'check' }));
    assert.deepEqual(counts(good.results), [0, 0, 0]);
    const bad = await run(scriptStep('process.exitCode = 1', { kind: 'check' }));
    assert.deepEqual(counts(bad.results), [0, 1, 0]);
  });

  test('is left out, and says so, where it has no tests', async () => {
    const tests = { folder: 'test/nowhere', ending: '.test.ts' };
    const { leftOut } = await run(scriptStep('process.exit(1)', { tests }));
    assert.equal(leftOut, 'there is no *.test.ts below test/nowhere');
  });

  test('tells what its tests used and were skipped for', async () => {
    const script = `console.log('    Skipped: no docker\\nUses: bubblewrap'); ${writing(results)}`;
    const { notes } = await run(scriptStep(script));
    assert.deepEqual(notes, ['Skipped: no docker', 'Uses: bubblewrap']);
  });
});

suite('the summary of npm test', () => {
  const nothing = { unmetNeeds: [], engines: [] };
  const outcome = (change: Partial<SuiteResults>, notes: string[] = []) => ({
    step: scriptStep(''),
    results: { ...results, ...change },
    durationMs: 1000,
    notes,
  });

  test('ends in a line with the sums and nothing else', () => {
    const failed = outcome({ failed: 1, failures: [failure] });
    const { text, failed: count } = summaryOf([outcome({}), failed], nothing);
    assert.equal(text.split('\n').at(-1), '6 passed, 1 failed, 2 skipped');
    assert.equal(text.split('\n').at(-2), '');
    assert.equal(count, 1);
  });

  test('names each failure, what was missing and what was used', () => {
    const { text } = summaryOf(
      [outcome({ failures: [failure] }, ['Skipped: no docker', 'Uses: VS Code 1.105.1'])],
      { unmetNeeds: ['Chromium'], engines: ['bubblewrap 0.8.0'] },
    );
    for (const line of [
      '  adds: 1 is not 2',
      '  no docker',
      '  VS Code 1.105.1',
      '  bubblewrap 0.8.0',
      '  Chromium',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
    }
  });
});

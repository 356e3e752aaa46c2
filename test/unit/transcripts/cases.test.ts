import assert from 'node:assert/strict';
import { lastPassBefore } from '../../../src/core/transcripts/casePasses';
import { isComparable, outputsOf } from '../../../src/core/transcripts/caseOutputs';
import { testCaseResult, testRunOf } from '../../../src/core/transcripts/testRuns';
import { caseRun } from './support/caseRun';
import { Temporary } from './support/temporary';

suite('Cases of a run through its attempts', () => {
  const files = new Temporary();
  suiteTeardown(() => files.dispose());

  test('every case in every attempt that lists its cases, the final score included', async () => {
    const transcript = await files.open(files.write('cases.eval', caseRun(['case-9'])));
    const { attempts, names, verdicts } = await transcript.cases(0);
    assert.deepEqual(names, ['case-0', 'case-1', 'case-2', 'case-3', 'case-9']);
    assert.deepEqual(
      attempts.map(({ ordinal, isScore, passed, total }) => [ordinal, isScore, passed, total]),
      [
        [1, false, 2, 4],
        [3, false, 3, 4],
        [5, false, 2, 4],
        [6, true, 2, 5],
      ],
    );
    const rows = names.map((_, row) => [...verdicts.subarray(row * 4, row * 4 + 4)].join(''));
    assert.deepEqual(rows, ['2111', '2222', '1122', '1111', '0002']);
  });

  test('the attempt to compare with is the last before in which the case passed', async () => {
    const transcript = await files.open(files.write('cases.eval', caseRun()));
    const history = await transcript.cases(0);
    const last = (name: string, ordinal: number) => lastPassBefore(history, name, ordinal)?.ordinal;
    assert.equal(last('case-2', 6), 3);
    assert.equal(last('case-2', 3), 1);
    assert.equal(last('case-1', 6), undefined);
    assert.equal(last('absent', 6), undefined);
  });

  test('outputs of both sides: flat, an object a side, and files in either shape', () => {
    const outputs = {
      expected: 'a\n',
      actual: '',
      outputs: [
        { name: 'stderr', expected: '', actual: 'oops' },
        { name: 'out/a.csv', expected: '1', actual: '2' },
        { name: 'b', expected: 'only there' },
      ],
      returncode: { expected: 0, actual: 2 },
    };
    const flat = {
      expected_stdout: 'a\n',
      stdout: '',
      expected_stderr: '',
      actual_stderr: 'oops',
      expected_returncode: 0,
      exit_code: 2,
      expected_files: { 'out/a.csv': '1', b: 'only there' },
      files: [{ path: 'out/a.csv', content: '2' }],
    };
    const nested = {
      gold: {
        stdout: 'a\n',
        stderr: '',
        returncode: 0,
        files: { 'out/a.csv': '1', b: 'only there' },
      },
      actual: { stdout: '', stderr: 'oops', return_code: 2, files: { 'out/a.csv': '2' } },
    };
    for (const row of [flat, nested]) {
      const result = testCaseResult({ name: 'x', passed: false, ...row });
      assert.deepEqual(result, { name: 'x', passed: false, ...outputs });
      assert.ok(isComparable(result));
      assert.deepEqual(
        outputsOf(result).map(({ name }) => name),
        ['stdout', 'stderr', 'out/a.csv', 'b'],
      );
    }
    const told = testCaseResult({ name: 'x', verdict: 'fail', returncode: 1 });
    assert.ok(told !== undefined && !isComparable(told), 'one side alone is not compared');
  });

  test('cases that a harness noted beside a result count before those of its text', () => {
    const cases = [
      { name: 'a', passed: true },
      { name: 'b', passed: false },
    ];
    assert.deepEqual(testRunOf('1/2 test cases passed', { passed: 1, total: 2, cases }), {
      passed: 1,
      total: 2,
      cases,
    });
    assert.deepEqual(testRunOf('1/2 test cases passed', {}), { passed: 1, total: 2 });
  });
});

import { event, evalFile, toolEvent } from './inspectLog';

/** Which of the cases `case-0`, `case-1`, … pass, attempt by attempt: `x` fails, `.` passes. */
const attempts = ['xx..', '.x..', '.xx.'];

/**
 * A log of three test runs and a score that list their cases, a file being written before each. In
 * turn: what writes (0, 2, 4), what tests (1, 3, 5); the score (6) has its cases in the metadata.
 */
export function caseRun(more: readonly string[] = []): Buffer {
  const events = attempts.flatMap((verdicts, attempt) => [
    toolEvent(
      attempt * 2,
      {
        id: `w${attempt}`,
        tool: 'text_editor',
        args: { command: 'create', path: '/w/cal.py', file_text: `version ${attempt}\n` },
      },
      'done',
    ),
    toolEvent(
      attempt * 2 + 1,
      { id: `t${attempt}`, tool: 'evaluate_testcases' },
      JSON.stringify({ cases: rows(verdicts) }),
    ),
  ]);
  const score = event(6, 'score', {
    scorer: 'mirrorcode_scorer',
    score: { value: { all: 0.5, visible: 0.75 } },
  });
  const last = [...rows('.xx.'), ...more.map((name) => ({ name, passed: false }))];
  return evalFile([
    {
      events: [...events, score],
      more: { metadata: { scored_cases_visible: { cases: last } } },
    },
  ]);
}

function rows(verdicts: string) {
  return Array.from(verdicts).map((verdict, index) => ({
    name: `case-${index}`,
    passed: verdict === '.',
    expected: `line ${index}\n`,
    actual: verdict === '.' ? `line ${index}\n` : `line ${index}`,
  }));
}

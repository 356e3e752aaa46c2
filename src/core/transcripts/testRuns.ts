import { caseOutputs } from './caseOutputs';
import type { TestCaseResult, TestRun } from './normalForm';
import { asArray, asNumber, asObject, firstText } from './values';

/** Tools whose result says how many cases pass. */
const testTools = new Set(['evaluate_testcases', 'evaluate_test_cases', 'run_testcases']);
const submitTools = new Set(['submit', 'finish', 'submit_solution', 'task_complete']);

export function isTestTool(name: string): boolean {
  return testTools.has(name);
}

export function isSubmitTool(name: string): boolean {
  return submitTools.has(name);
}

/** Only so much of a result is searched for counts; the rest is per-case text. */
const searchedText = 20_000;

const patterns: readonly RegExp[] = [
  /(?<passed>\d[\d,]*)\s*(?:\/|of|out of)\s*(?<total>\d[\d,]*)\s*(?:test ?)?(?:cases?|tests?)?\s*(?:have |has |were )?pass/i,
  /pass(?:ed|ing)?(?: test ?cases?| tests?| cases?)?\s*[:=]?\s*(?<passed>\d[\d,]*)\s*(?:\/|of|out of)\s*(?<total>\d[\d,]*)/i,
  /(?<passed>\d[\d,]*)\s*(?:test ?cases?|tests?|cases?)?\s*passed[\s,;]+(?:and\s+)?(?<failed>\d[\d,]*)\s*(?:test ?cases?|tests?|cases?)?\s*failed/i,
  /passed\s*[:=]\s*(?<passed>\d[\d,]*)[\s\S]{0,200}?failed\s*[:=]\s*(?<failed>\d[\d,]*)/i,
  /passed\s*[:=]\s*(?<passed>\d[\d,]*)[\s\S]{0,200}?total\s*[:=]\s*(?<total>\d[\d,]*)/i,
  /total\s*[:=]\s*(?<total>\d[\d,]*)[\s\S]{0,200}?passed\s*[:=]\s*(?<passed>\d[\d,]*)/i,
  /(?<passed>\d[\d,]*)\s*\/\s*(?<total>\d[\d,]*)/,
  /(?:pass(?:ing)? rate|score|passed)\s*[:=]?\s*(?<percent>\d+(?:\.\d+)?)\s*%/i,
];

/**
 * The counts in the result of a test tool: JSON with `passed` and `total`, `cases` or a rate, or a
 * sentence such as "412/601 test cases passed". `undefined` where no counts are found, as after a
 * failed build.
 */
export function parseTestRun(result: unknown): TestRun | undefined {
  if (typeof result === 'string') {
    return fromJsonText(result) ?? fromSentence(result.slice(0, searchedText));
  }
  return fromObject(result);
}

/** The counts of a tool's answer: those that its harness noted beside it, else those of its text. */
export function testRunOf(result: unknown, metadata: unknown): TestRun | undefined {
  const noted = fromObject(metadata);
  const told = parseTestRun(result);
  const cases = noted?.cases ?? told?.cases;
  return noted === undefined ? told : { ...noted, ...(cases === undefined ? {} : { cases }) };
}

function fromJsonText(text: string): TestRun | undefined {
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) {
    return undefined;
  }
  try {
    return fromObject(JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function fromObject(value: unknown): TestRun | undefined {
  if (Array.isArray(value)) {
    return fromCases(value);
  }
  const object = asObject(value);
  const cases = fromCases(asArray(object['cases'] ?? object['results'] ?? object['tests']));
  const passed = asNumber(object['passed'] ?? object['n_passed'] ?? object['num_passed']);
  const failed = asNumber(object['failed'] ?? object['n_failed'] ?? object['num_failed']);
  const total =
    asNumber(object['total'] ?? object['n_total'] ?? object['num_total']) ??
    (passed !== undefined && failed !== undefined ? passed + failed : undefined);
  if (passed !== undefined && total !== undefined) {
    return { passed, total, ...(cases?.cases === undefined ? {} : { cases: cases.cases }) };
  }
  return cases ?? nested(object);
}

function nested(object: Readonly<Record<string, unknown>>): TestRun | undefined {
  for (const key of ['summary', 'counts', 'score', 'visible']) {
    const inner = object[key];
    const run = typeof inner === 'object' ? fromObject(inner) : undefined;
    if (run !== undefined) {
      return run;
    }
  }
  return undefined;
}

function fromCases(list: readonly unknown[]): TestRun | undefined {
  const cases: TestCaseResult[] = [];
  for (const item of list) {
    const result = testCaseResult(item);
    if (result !== undefined) {
      cases.push(result);
    }
  }
  return cases.length === 0
    ? undefined
    : { passed: cases.filter(({ passed }) => passed).length, total: cases.length, cases };
}

/** One row of per-case results, whatever names its tool gave the fields. */
export function testCaseResult(value: unknown): TestCaseResult | undefined {
  const row = asObject(value);
  const verdict = row['passed'] ?? row['pass'] ?? row['success'] ?? row['correct'];
  const word = firstText(
    row['verdict'],
    row['status'],
    row['outcome'],
    row['result'],
  ).toLowerCase();
  if (typeof verdict !== 'boolean' && word === '') {
    return undefined;
  }
  return {
    name: firstText(row['name'], row['test_name'], row['id'], row['case'], row['nodeid']),
    passed: typeof verdict === 'boolean' ? verdict : word.startsWith('pass') || word === 'ok',
    ...caseOutputs(row),
  };
}

function fromSentence(text: string): TestRun | undefined {
  for (const pattern of patterns) {
    const groups = pattern.exec(text)?.groups;
    const run = groups === undefined ? undefined : fromGroups(groups);
    if (run !== undefined) {
      return run;
    }
  }
  return undefined;
}

function fromGroups(groups: Readonly<Record<string, string | undefined>>): TestRun | undefined {
  const number = (name: string) => {
    const text = groups[name];
    return text === undefined ? undefined : Number(text.replaceAll(',', ''));
  };
  const percent = number('percent');
  if (percent !== undefined) {
    return percent <= 100 ? { passed: percent, total: 100 } : undefined;
  }
  const passed = number('passed');
  const failed = number('failed');
  const total = number('total') ?? (failed === undefined ? undefined : (passed ?? 0) + failed);
  return passed === undefined || total === undefined || total === 0 || passed > total
    ? undefined
    : { passed, total };
}

/**
 * The share of cases that a score gives, 0 to 1: a number, or the `all` (else `visible`) of a dict of
 * pass rates as MirrorCode's scorer writes it. `undefined` for letters and everything else.
 */
export function scoreShare(value: unknown): number | undefined {
  const object = asObject(value);
  const share = asNumber(value) ?? asNumber(object['all']) ?? asNumber(object['visible']);
  return share !== undefined && share >= 0 && share <= 1 ? share : undefined;
}

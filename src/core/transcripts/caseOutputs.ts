import type { CaseOutput, TestCaseResult } from './normalForm';
import { asArray, asNumber, asObject } from './values';
import type { JsonObject } from './values';

type Side = 'expected' | 'actual';

/** What harnesses call the two sides, and a side's own object. */
const sideNames: Readonly<Record<Side, readonly string[]>> = {
  expected: ['expected', 'gold', 'reference'],
  actual: ['actual', 'candidate', 'got', 'observed'],
};
const codeNames = ['returncode', 'return_code', 'exit_code', 'exitcode'];

/**
 * The outputs of one case and its return codes, whatever names its tool gave them: flat
 * (`expected_stdout`, `stderr`, …) or an object a side (`expected: {stdout, stderr, returncode, files}`).
 */
export function caseOutputs(
  row: JsonObject,
): Pick<TestCaseResult, 'expected' | 'actual' | 'outputs' | 'returncode'> {
  const expected = sideOf(row, 'expected');
  const actual = sideOf(row, 'actual');
  const stderr = joined('stderr', expected.stderr, actual.stderr);
  const paths = new Set([...expected.files.keys(), ...actual.files.keys()]);
  const outputs = [
    ...(stderr === undefined ? [] : [stderr]),
    ...[...paths].map(
      (name) => joined(name, expected.files.get(name), actual.files.get(name)) ?? { name },
    ),
  ];
  const codes = {
    ...(expected.code === undefined ? {} : { expected: expected.code }),
    ...(actual.code === undefined ? {} : { actual: actual.code }),
  };
  return {
    ...(expected.stdout === undefined ? {} : { expected: expected.stdout }),
    ...(actual.stdout === undefined ? {} : { actual: actual.stdout }),
    ...(outputs.length === 0 ? {} : { outputs }),
    ...(Object.keys(codes).length === 0 ? {} : { returncode: codes }),
  };
}

/** All outputs of a case, stdout first, as far as the log has them. */
export function outputsOf({ expected, actual, outputs = [] }: TestCaseResult): CaseOutput[] {
  const stdout = joined('stdout', expected, actual);
  return [...(stdout === undefined ? [] : [stdout]), ...outputs];
}

/** Whether there is anything to lay side by side: both sides of some output, or of the return code. */
export function isComparable(result: TestCaseResult): boolean {
  const { returncode } = result;
  return (
    outputsOf(result).some(
      ({ expected, actual }) => expected !== undefined && actual !== undefined,
    ) ||
    (returncode?.expected !== undefined && returncode.actual !== undefined)
  );
}

interface SideOutputs {
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  readonly code: number | undefined;
  readonly files: ReadonlyMap<string, string>;
}

function sideOf(row: JsonObject, side: Side): SideOutputs {
  const own = asObject(sideNames[side].map((name) => row[name]).find(isObject));
  const flat = (names: readonly string[]) => [
    ...names.map((name) => own[name]),
    ...sideNames[side].flatMap((prefix) => names.map((name) => row[`${prefix}_${name}`])),
    // Without a prefix a row speaks of what the candidate did.
    ...(side === 'actual' ? names.map((name) => row[name]) : []),
  ];
  const plain = sideNames[side].map((name) => row[name]);
  return {
    stdout: [...plain, ...flat(['stdout', 'output'])].find(isText),
    stderr: flat(['stderr']).find(isText),
    code: flat(codeNames).map(asNumber).find(Number.isInteger),
    files: new Map(flat(['files', 'output_files']).flatMap(filesOf)),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Files as `{path: text}`, or as a list of objects with a path and a text. */
function filesOf(value: unknown): [string, string][] {
  if (!Array.isArray(value)) {
    return Object.entries(asObject(value)).filter((entry): entry is [string, string] =>
      isText(entry[1]),
    );
  }
  return asArray(value).flatMap((item) => {
    const file = asObject(item);
    const name = file['path'] ?? file['name'];
    const text = file['content'] ?? file['contents'] ?? file['text'];
    return isText(name) && isText(text) ? [[name, text] as [string, string]] : [];
  });
}

function joined(
  name: string,
  expected: string | undefined,
  actual: string | undefined,
): CaseOutput | undefined {
  return expected === undefined && actual === undefined
    ? undefined
    : {
        name,
        ...(expected === undefined ? {} : { expected }),
        ...(actual === undefined ? {} : { actual }),
      };
}

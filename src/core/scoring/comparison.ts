import { differenceClass } from '../bytes/differenceClass';
import { firstDifference } from '../bytes/firstDifference';
import type { Content, FileEntry, Gold } from '../cases/case';
import { contentHash, contentSize, readContent } from '../cases/content';
import type { ExecResult } from '../sandbox/sandbox';
import type { Profile } from '../targets/target';
import type { Difference } from './score';

/** What a program answered, in a gold's terms. */
export type Answer = Gold;

/** What the comparison of an answer with a gold found. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** There is no difference only because the profile forgives one. */
  readonly forgiven: boolean;
}

export interface ComparisonOptions {
  readonly profile: Profile;
  /** Permission bits of output files that are not compared (a varied umask decides them). */
  readonly ignoredMode?: number;
}

/** As Python has it: the code, or minus the signal's number. `undefined` when it was cut short. */
export function returncodeOf({ status }: Pick<ExecResult, 'status'>): number | undefined {
  switch (status.kind) {
    case 'exit':
      return status.code;
    case 'signal':
      return -status.signal;
    default:
      return undefined;
  }
}

/** The answer of a program that ended by itself or by a signal. */
export function answerOf(result: ExecResult): Answer | undefined {
  const returncode = returncodeOf(result);
  return returncode === undefined
    ? undefined
    : {
        stdout: { kind: 'bytes', bytes: result.stdout },
        stderr: { kind: 'bytes', bytes: result.stderr },
        returncode,
        outputs: result.outputs,
      };
}

/**
 * Compares an answer with a gold. Under `exact` every byte of both streams, the return code and
 * every output file counts. Under `mirrorcode` the return codes are compared modulo 256, exactly one
 * trailing line feed more or less is forgiven on each stream, and output files don't count: the rule
 * of MirrorCode's scorer.
 */
export async function compareAnswers(
  gold: Gold,
  actual: Answer,
  options: ComparisonOptions,
): Promise<Comparison> {
  const lenient = options.profile === 'mirrorcode';
  const exact = [
    ...compareReturncodes(gold.returncode, actual.returncode),
    ...(await compareStream('stdout', gold.stdout, actual.stdout)),
    ...(await compareStream('stderr', gold.stderr, actual.stderr)),
    ...(await compareOutputs(gold.outputs, actual.outputs, options.ignoredMode ?? 0)),
  ];
  if (!lenient || exact.length === 0) {
    return { differences: exact, forgiven: false };
  }
  const left: Difference[] = [];
  for (const difference of exact) {
    if (!(await isForgiven(difference, gold, actual))) {
      left.push(difference);
    }
  }
  return { differences: left, forgiven: left.length === 0 };
}

function compareReturncodes(expected: number, actual: number): Difference[] {
  return expected === actual
    ? []
    : [{ stream: 'returncode', offset: 0, line: 1, column: 1, class: 'else' }];
}

async function compareStream(
  stream: string,
  expected: Content,
  actual: Content,
): Promise<Difference[]> {
  if (sameWithoutReading(expected, actual)) {
    return [];
  }
  const a = await readContent(expected);
  const b = await readContent(actual);
  const first = firstDifference(a, b);
  return first === undefined ? [] : [{ stream, ...first, class: differenceClass(a, b) }];
}

/** Equality that needs no file to be read; `false` means unknown. */
function sameWithoutReading(a: Content, b: Content): boolean {
  if (a.kind === 'bytes' && b.kind === 'bytes') {
    return Buffer.compare(a.bytes, b.bytes) === 0;
  }
  return contentSize(a) === contentSize(b) && contentHash(a) === contentHash(b);
}

async function compareOutputs(
  expected: readonly FileEntry[],
  actual: readonly FileEntry[],
  ignoredMode: number,
): Promise<Difference[]> {
  const left = new Map(actual.map((entry) => [entry.path, entry]));
  const found: Difference[] = [];
  for (const entry of expected) {
    const other = left.get(entry.path);
    left.delete(entry.path);
    found.push(...(await compareEntries(entry, other, ignoredMode)));
  }
  return [...found, ...[...left.keys()].map((path) => atStart(path, 'empty'))];
}

async function compareEntries(
  expected: FileEntry,
  actual: FileEntry | undefined,
  ignoredMode: number,
): Promise<Difference[]> {
  if (actual === undefined) {
    return [atStart(expected.path, 'empty')];
  }
  if (expected.kind === 'file' && actual.kind === 'file') {
    const differences = await compareStream(
      outputStream(expected.path),
      expected.content,
      actual.content,
    );
    return differences.length === 0 && modesDiffer(expected, actual, ignoredMode)
      ? [atStart(expected.path, 'else')]
      : differences;
  }
  const same =
    expected.kind === actual.kind &&
    (expected.kind === 'link'
      ? actual.kind === 'link' && expected.target === actual.target
      : expected.kind !== 'dir' || !modesDiffer(expected, actual, ignoredMode));
  return same ? [] : [atStart(expected.path, 'else')];
}

function modesDiffer(a: FileEntry, b: FileEntry, ignoredMode: number): boolean {
  return 'mode' in a && 'mode' in b && (a.mode & ~ignoredMode) !== (b.mode & ~ignoredMode);
}

function outputStream(path: string): string {
  return `out/${path}`;
}

function atStart(path: string, kind: Difference['class']): Difference {
  return { stream: outputStream(path), offset: 0, line: 1, column: 1, class: kind };
}

async function isForgiven(difference: Difference, gold: Gold, actual: Answer): Promise<boolean> {
  switch (difference.stream) {
    case 'returncode':
      return modulo256(gold.returncode) === modulo256(actual.returncode);
    case 'stdout':
    case 'stderr':
      return sameButOneLineFeed(
        await readContent(gold[difference.stream]),
        await readContent(actual[difference.stream]),
      );
    default:
      return true;
  }
}

function modulo256(code: number): number {
  return ((code % 256) + 256) % 256;
}

/** Whether one side is the other and exactly one line feed. */
function sameButOneLineFeed(a: Uint8Array, b: Uint8Array): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long.at(-1) === 0x0a && Buffer.compare(short, long.subarray(0, -1)) === 0;
}

import { readFile } from 'node:fs/promises';
import { readContent } from '../cases/content';
import type { Target } from '../targets/target';
import type { CaseResult, Difference, Score } from './score';
import { verdicts } from './score';
import { actualPath } from './scoreFiles';

/** Failing cases that are shown with their bytes; the rest are named. */
const shownInFull = 20;
/** Bytes shown before and after the first difference. */
const contextBytes = 24;

/** A score as a person reads it on a terminal: the rates, then what fails and where. */
export async function describeScore(target: Target, score: Score, dir: string): Promise<string> {
  const lines = [
    `${score.target} in ${score.language}, ${score.engine}, profile ${score.profile}`,
    buildLine(score),
    '',
  ];
  if (!score.build.ok) {
    lines.push(...(score.build.tail ?? '').split('\n').map((line) => `    ${line}`));
    lines.push(`    The whole log: ${score.build.log}`, '');
  }
  const failing = score.cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped');
  for (const result of failing.slice(0, shownInFull)) {
    lines.push(...(await describeCase(target, result, dir)));
  }
  if (failing.length > shownInFull) {
    lines.push(`… and ${failing.length - shownInFull} more:`);
    lines.push(...failing.slice(shownInFull).map(({ name, verdict }) => `  ${verdict}  ${name}`));
  }
  lines.push(...summary(score), `Kept in ${dir}`);
  return lines.join('\n') + '\n';
}

/**
 * Failing cases as an agent is told of them: the first ones with the bytes where they differ, the
 * next ones by name.
 */
export async function describeFailures(
  target: Target,
  score: Score,
  dir: string,
  limits: { readonly inFull: number; readonly named: number },
): Promise<string[]> {
  const failing = score.cases.filter(({ verdict }) => verdict !== 'pass');
  const lines: string[] = [];
  for (const result of failing.slice(0, limits.inFull)) {
    lines.push(...(await describeCase(target, result, dir)));
  }
  const rest = failing.slice(limits.inFull);
  lines.push(...rest.slice(0, limits.named).map(({ name, verdict }) => `${verdict}  ${name}`));
  if (rest.length > limits.named) {
    lines.push(`… and ${rest.length - limits.named} more`);
  }
  return lines;
}

function buildLine({ build }: Score): string {
  if (build.command === '') {
    return 'Nothing to build.';
  }
  const took = build.cached === true ? 'from an earlier build' : `${seconds(build.durationMs)} s`;
  return `${build.ok ? 'Built' : 'The build failed'}, ${took}: ${build.command}`;
}

function summary(score: Score): string[] {
  const counts = verdicts.flatMap((verdict) =>
    score.counts[verdict] > 0 ? [`${score.counts[verdict]} ${verdict}`] : [],
  );
  const forgiven = score.cases.filter((result) => result.forgiven === true).length;
  return [
    `${score.cases.length} cases: ${counts.join(', ')}`,
    ...(forgiven > 0
      ? [`${forgiven} of the passes are not byte-exact; the profile forgives them.`]
      : []),
    ...Object.entries(score.score).map(
      ([group, rate]) => `  ${group.padEnd(24)}${percent(rate).padStart(7)}`,
    ),
  ];
}

/** Rounded down, so that 100 % means all. */
function percent(rate: number): string {
  return `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)} %`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

async function describeCase(target: Target, result: CaseResult, dir: string): Promise<string[]> {
  const { name, verdict, reason, differences } = result;
  const lines = [`${verdict}  ${name}${reason === undefined ? '' : `: ${reason}`}`];
  for (const difference of differences) {
    lines.push(...(await describeDifference(target, result, difference, dir)));
  }
  return lines;
}

async function describeDifference(
  target: Target,
  result: CaseResult,
  difference: Difference,
  dir: string,
): Promise<string[]> {
  const { stream, offset, line, column, class: kind } = difference;
  const { gold } = await target.store.read(result.name);
  if (gold === undefined) {
    return [];
  }
  if (stream === 'returncode') {
    return [`    returncode: ${gold.returncode} expected, ${result.returncode ?? 'none'} came`];
  }
  const head = `    ${stream}: byte ${offset}, line ${line}, column ${column} (${kind})`;
  if (stream !== 'stdout' && stream !== 'stderr') {
    return [head];
  }
  const expected = await readContent(gold[stream]);
  const hash = result.actual?.[stream];
  const actual = hash === undefined ? new Uint8Array(0) : await readFile(actualPath(dir, hash));
  return [
    head,
    `      expected  ${around(expected, offset)}`,
    `      actual    ${around(actual, offset)}`,
  ];
}

/** The bytes around an offset, escaped so that every one of them is seen. */
function around(bytes: Uint8Array, offset: number): string {
  const start = Math.max(0, offset - contextBytes);
  const end = Math.min(bytes.length, offset + contextBytes);
  const text = escapeBytes(bytes.subarray(start, end));
  const ending = end < bytes.length ? '…' : offset >= bytes.length ? ' ⟨end⟩' : '';
  return `${start > 0 ? '…' : ''}${text}${ending}`;
}

const named: Readonly<Record<number, string>> = {
  0x09: '\\t',
  0x0a: '\\n',
  0x0d: '\\r',
  0x1b: '\\e',
  0x5c: '\\\\',
};

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const printable = byte >= 0x20 && byte < 0x7f;
    return (
      named[byte] ??
      (printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)
    );
  }).join('');
}

import { addResults, noResults } from '../../test/support/report/addResults';
import type { StepOutcome } from './runStep';

export interface Surroundings {
  /** What the machine lacks, a sentence each. */
  readonly unmetNeeds: readonly string[];
  /** The engines that it has, and why it has not others. */
  readonly engines: readonly string[];
}

/** What `npm test` prints at its end; the last line stands alone, for whoever reads only that. */
export function summaryOf(
  outcomes: readonly StepOutcome[],
  { unmetNeeds, engines }: Surroundings,
): { readonly text: string; readonly failed: number } {
  const total = outcomes.map(({ results }) => results).reduce(addResults, noResults);
  const sections = [
    tableOf(outcomes),
    listOf('Used', [...notesOf(outcomes, 'uses'), ...engines]),
    listOf('Missing on this machine', unmetNeeds),
    listOf('Skipped for want of', notesOf(outcomes, 'skipped')),
    listOf('Skipped tests', total.skippedTests),
    listOf(
      'Failed',
      total.failures.map(({ title, message }) => `${title}: ${firstLine(message)}`),
    ),
    `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
  ];
  return { text: sections.filter((one) => one !== '').join('\n\n'), failed: total.failed };
}

function tableOf(outcomes: readonly StepOutcome[]): string {
  const rows = outcomes.map((outcome) => [outcome.step.name, ...cellsOf(outcome)]);
  const header = ['', 'passed', 'failed', 'skipped', 'time'];
  return [header, ...rows].map((row) => row.map(pad).join('').trimEnd()).join('\n');
}

function cellsOf({ step, results, durationMs, leftOut }: StepOutcome): string[] {
  if (leftOut !== undefined) {
    return ['left out:', leftOut];
  }
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  return step.kind === 'check'
    ? [results.failed === 0 ? 'ok' : '', results.failed === 0 ? '' : 'FAILED', '', time]
    : [String(results.passed), String(results.failed), String(results.skipped), time];
}

function pad(cell: string, column: number): string {
  return column === 0 ? `  ${cell.padEnd(20)}` : cell.padEnd(10);
}

/** The text of notes that begin with `word`, each once. */
function notesOf(outcomes: readonly StepOutcome[], word: string): string[] {
  const prefix = new RegExp(`^${word}: `, 'i');
  const found = outcomes.flatMap(({ notes }) => notes).filter((note) => prefix.test(note));
  return [...new Set(found.map((note) => note.replace(prefix, '')))];
}

function listOf(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

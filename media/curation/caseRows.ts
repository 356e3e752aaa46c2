import type { CurationRow, Split } from '../../src/protocol/curation';
import type { Column } from './tableModel';

export type SplitFilter = 'all' | Split | 'unpaired' | 'failing';

export const splitFilters: readonly { readonly id: SplitFilter; readonly label: string }[] = [
  { id: 'all', label: 'All cases' },
  { id: 'visible', label: 'Visible' },
  { id: 'hidden', label: 'Hidden' },
  { id: 'ablated', label: 'Ablated' },
  { id: 'unpaired', label: 'Hidden without a dual' },
  { id: 'failing', label: 'Failed by a candidate' },
];

/** What is asked of the rows: all of it must hold. */
export interface CaseFilter {
  /** Words; each must stand in the name, the command line, the labels or the duals. */
  readonly text: string;
  readonly split: SplitFilter;
  readonly option?: string;
  readonly cluster?: number;
}

/** The columns of cases, with one for each scored candidate. */
export function caseColumns(candidates: readonly string[]): Column<CurationRow>[] {
  return [
    { id: 'name', title: 'Name', width: 'minmax(140px, 2fr)', text: ({ name }) => name },
    {
      id: 'split',
      title: 'Split',
      width: '70px',
      text: ({ split }) => split,
      look: ({ split }) => `split-${split}`,
    },
    {
      id: 'labels',
      title: 'Labels',
      width: 'minmax(50px, 0.7fr)',
      text: ({ labels }) => labels.join(' '),
    },
    {
      id: 'dual',
      title: 'Dual',
      width: 'minmax(80px, 1.2fr)',
      text: ({ duals }) => duals.join(' '),
    },
    {
      id: 'options',
      title: 'Options',
      width: 'minmax(80px, 1.3fr)',
      text: ({ options }) => options.join(' '),
    },
    number('in', 'In', ({ bytesIn }) => bytesIn, bytesText),
    number('out', 'Out', ({ bytesOut }) => bytesOut, bytesText),
    number(
      'time',
      'Time',
      ({ ms }) => ms ?? -1,
      (ms) => (ms < 0 ? '' : `${Math.round(ms)} ms`),
    ),
    ...candidates.map((title, i): Column<CurationRow> => ({
      id: `verdict-${i}`,
      title,
      width: '70px',
      text: ({ verdicts }) => verdicts[i] ?? '',
      look: ({ verdicts }) => `verdict-${verdicts[i] ?? ''}`,
    })),
  ];
}

function number(
  id: string,
  title: string,
  value: (row: CurationRow) => number,
  text: (value: number) => string,
): Column<CurationRow> {
  return {
    id,
    title,
    width: '70px',
    numeric: true,
    text: (row) => text(value(row)),
    order: value,
  };
}

/** `812 B`, `4.2 KiB`, `1.0 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}

const bySplit: Readonly<Record<SplitFilter, (row: CurationRow) => boolean>> = {
  all: () => true,
  visible: ({ split }) => split === 'visible',
  hidden: ({ split }) => split === 'hidden',
  ablated: ({ split }) => split === 'ablated',
  unpaired: ({ split, duals }) => split === 'hidden' && duals.length === 0,
  failing: ({ verdicts }) => verdicts.some(isFailure),
};

export function isFailure(verdict: string | undefined): boolean {
  return verdict === 'fail' || verdict === 'timeout' || verdict === 'crash';
}

export function caseFilter({
  text,
  split,
  option,
  cluster,
}: CaseFilter): (row: CurationRow) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const inSplit = bySplit[split];
  return (row) =>
    inSplit(row) &&
    (option === undefined || row.options.includes(option)) &&
    (cluster === undefined || row.cluster === cluster) &&
    (words.length === 0 || hasWords(row, words));
}

function hasWords(
  { name, command, labels, duals }: CurationRow,
  words: readonly string[],
): boolean {
  const all = [name, command, ...labels, ...duals].join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

/** `31 % hidden · goal 33 %`. */
export function shareText(rows: readonly CurationRow[], goal: number): string {
  const hidden = rows.filter(({ split }) => split === 'hidden').length;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return rows.length === 0 ? '' : `${percent(hidden / rows.length)} hidden · goal ${percent(goal)}`;
}

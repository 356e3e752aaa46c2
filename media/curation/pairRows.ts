import type { CaseVerdict, CurationRow } from '../../src/protocol/curation';
import { isFailure } from './caseRows';
import type { Column } from './tableModel';

/** A hidden case and a visible one that it mirrors. */
export interface PairRow {
  readonly key: string;
  readonly visible: CurationRow;
  readonly hidden: CurationRow;
}

/** How a candidate did on both of a pair. */
export type PairOutcome = 'both' | 'visible-only' | 'hidden-only' | 'neither' | 'unknown';

export const outcomeTexts: Readonly<Record<PairOutcome, string>> = {
  both: 'both pass',
  'visible-only': 'only the visible one passes',
  'hidden-only': 'only the hidden one passes',
  neither: 'both fail',
  unknown: 'not judged',
};

export function pairsOf(rows: readonly CurationRow[]): PairRow[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return rows.flatMap((hidden) =>
    hidden.split !== 'hidden'
      ? []
      : hidden.duals.flatMap((dual) => {
          const visible = byName.get(dual);
          return visible?.split === 'visible'
            ? [{ key: `${hidden.name}\n${dual}`, visible, hidden }]
            : [];
        }),
  );
}

export function outcomeOf({ visible, hidden }: PairRow, candidate: number): PairOutcome {
  const [a, b] = [visible.verdicts[candidate], hidden.verdicts[candidate]];
  if (!isJudged(a) || !isJudged(b)) {
    return 'unknown';
  }
  if (a === 'pass') {
    return b === 'pass' ? 'both' : 'visible-only';
  }
  return b === 'pass' ? 'hidden-only' : 'neither';
}

function isJudged(verdict: CaseVerdict | undefined): boolean {
  return verdict === 'pass' || isFailure(verdict);
}

/** How many pairs came out how. */
export function outcomeCounts(
  pairs: readonly PairRow[],
  candidate: number,
): Readonly<Record<PairOutcome, number>> {
  const counts = { both: 0, 'visible-only': 0, 'hidden-only': 0, neither: 0, unknown: 0 };
  for (const pair of pairs) {
    counts[outcomeOf(pair, candidate)] += 1;
  }
  return counts;
}

export function pairColumns(candidates: readonly string[]): Column<PairRow>[] {
  return [
    {
      id: 'visible',
      title: 'Visible case',
      width: 'minmax(120px, 1fr)',
      text: ({ visible }) => visible.name,
    },
    {
      id: 'hidden',
      title: 'Hidden case that mirrors it',
      width: 'minmax(120px, 1fr)',
      text: ({ hidden }) => hidden.name,
    },
    {
      id: 'asked',
      title: 'Hidden command line',
      width: 'minmax(120px, 1.4fr)',
      text: ({ hidden }) => hidden.command,
    },
    ...candidates.map((title, i): Column<PairRow> => ({
      id: `outcome-${i}`,
      title,
      width: '180px',
      text: (pair) => outcomeTexts[outcomeOf(pair, i)],
      look: (pair) => `outcome-${outcomeOf(pair, i)}`,
    })),
  ];
}

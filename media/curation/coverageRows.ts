import type { CurationRow, OptionRow } from '../../src/protocol/curation';
import type { Column } from './tableModel';

/** What there is to say of how an option is covered; nothing where all is well. */
export function optionNote({ option: _, documented, visible, hidden }: OptionRow): string {
  if (visible + hidden === 0) {
    return 'no case uses it';
  }
  const undocumented = documented ? '' : ', and the docs do not name it';
  return visible === 0
    ? `only hidden cases use it${undocumented}`
    : documented
      ? ''
      : 'the docs do not name it';
}

export const optionColumns: readonly Column<OptionRow>[] = [
  { id: 'option', title: 'Option', width: 'minmax(120px, 1fr)', text: ({ option }) => option },
  {
    id: 'documented',
    title: 'In the docs',
    width: '90px',
    text: ({ documented }) => (documented ? 'yes' : 'no'),
  },
  count('visible', 'Visible cases', ({ visible }) => visible),
  count('hidden', 'Hidden cases', ({ hidden }) => hidden),
  {
    id: 'note',
    title: 'Finding',
    width: 'minmax(160px, 2fr)',
    text: optionNote,
    look: (row) => (row.visible === 0 ? 'note-bad' : ''),
  },
];

function count(id: string, title: string, value: (row: OptionRow) => number): Column<OptionRow> {
  return {
    id,
    title,
    width: '110px',
    numeric: true,
    text: (row) => String(value(row)),
    order: value,
  };
}

/** Cases that differ only in words and digits. */
export interface AlikeRow {
  readonly cluster: number;
  readonly visible: number;
  readonly hidden: number;
  readonly first: CurationRow;
}

export function alikeOf(rows: readonly CurationRow[]): AlikeRow[] {
  const clusters = new Map<number, { visible: number; hidden: number; first: CurationRow }>();
  for (const row of rows) {
    if (row.cluster !== undefined) {
      const cluster = clusters.get(row.cluster) ?? { visible: 0, hidden: 0, first: row };
      cluster[row.split === 'hidden' ? 'hidden' : 'visible'] += 1;
      clusters.set(row.cluster, cluster);
    }
  }
  return [...clusters]
    .map(([cluster, counts]) => ({ cluster, ...counts }))
    .filter(({ visible, hidden }) => visible + hidden > 1)
    .sort((a, b) => b.visible + b.hidden - a.visible - a.hidden);
}

export const alikeColumns: readonly Column<AlikeRow>[] = [
  {
    id: 'size',
    title: 'Cases',
    width: '70px',
    numeric: true,
    text: ({ visible, hidden }) => String(visible + hidden),
    order: ({ visible, hidden }) => visible + hidden,
  },
  {
    id: 'visible',
    title: 'Visible',
    width: '80px',
    numeric: true,
    text: ({ visible }) => String(visible),
    order: ({ visible }) => visible,
  },
  {
    id: 'hidden',
    title: 'Hidden',
    width: '80px',
    numeric: true,
    text: ({ hidden }) => String(hidden),
    order: ({ hidden }) => hidden,
  },
  {
    id: 'example',
    title: 'One of them',
    width: 'minmax(140px, 1fr)',
    text: ({ first }) => first.name,
  },
  {
    id: 'command',
    title: 'Its command line',
    width: 'minmax(160px, 2fr)',
    text: ({ first }) => first.command,
  },
];

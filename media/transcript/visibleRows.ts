import type { EventKind } from '../../src/protocol/transcript';
import { eventKinds } from '../../src/protocol/transcript';

const spanCodes: ReadonlySet<number> = new Set(
  (['spanBegin', 'spanEnd'] satisfies EventKind[]).map((kind) => eventKinds.indexOf(kind)),
);

/** Which events have a row in the list: those of the filter, and where spans begin and end if asked for. */
export class VisibleRows {
  /** Ordinals that the filter lets through; all if absent. */
  filtered: Uint32Array | undefined;
  private rows: Uint32Array | undefined;
  private all = 0;

  /** `kinds`: of the first events of `count`, by their codes; of those after them nothing is known yet. */
  update(count: number, kinds: Uint8Array, spans: 'shown' | 'hidden'): void {
    const { filtered } = this;
    this.all = count;
    this.rows = filtered;
    if (spans === 'hidden' && kinds.some((code) => spanCodes.has(code))) {
      const from = filtered ?? Uint32Array.from({ length: count }, (_, ordinal) => ordinal);
      this.rows = from.filter((ordinal) => !spanCodes.has(kinds[ordinal] ?? -1));
    }
  }

  get count(): number {
    return this.rows?.length ?? this.all;
  }

  ordinalAt(row: number): number {
    return this.rows === undefined ? row : (this.rows[row] ?? 0);
  }

  /** The row of an event, or of the next one that is shown; the last row past the end. */
  rowOf(ordinal: number): number {
    const { rows } = this;
    return rows === undefined
      ? ordinal
      : Math.max(0, Math.min(countBefore(rows, ordinal), rows.length - 1));
  }

  has(ordinal: number): boolean {
    return this.rows === undefined || this.rows[this.rowOf(ordinal)] === ordinal;
  }

  /** Whether the filter lets an event through, wherever its row is. */
  passes(ordinal: number): boolean {
    const { filtered } = this;
    return filtered === undefined || filtered[countBefore(filtered, ordinal)] === ordinal;
  }
}

/** How many of numbers in order are less than one. */
export function countBefore(numbers: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

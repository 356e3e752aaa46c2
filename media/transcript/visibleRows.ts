import { eventKinds } from '../../src/protocol/transcript';

const begins = eventKinds.indexOf('spanBegin');
const ends = eventKinds.indexOf('spanEnd');

const hasSpans = (kinds: Uint8Array) => kinds.includes(begins) || kinds.includes(ends);

/** A plain loop: while a large run is indexed this is done again and again. */
function withoutSpans(
  filtered: Uint32Array | undefined,
  count: number,
  kinds: Uint8Array,
): Uint32Array {
  const length = filtered?.length ?? count;
  const rows = new Uint32Array(length);
  let kept = 0;
  for (let at = 0; at < length; at++) {
    const ordinal = filtered === undefined ? at : (filtered[at] ?? 0);
    const kind = kinds[ordinal];
    if (kind !== begins && kind !== ends) {
      rows[kept++] = ordinal;
    }
  }
  return rows.subarray(0, kept);
}

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
    if (spans === 'hidden' && hasSpans(kinds)) {
      this.rows = withoutSpans(filtered, count, kinds);
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

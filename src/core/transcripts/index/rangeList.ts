import { NumberTable } from './numberTable';

/** Where each of a long list of values lies in a store: its offset and length in bytes. */
export class RangeList {
  readonly rows = new NumberTable(2);

  get length(): number {
    return this.rows.length;
  }

  add(offset: number, length: number): void {
    const row = this.rows.addRow();
    this.rows.set(row, 0, offset);
    this.rows.set(row, 1, length);
  }

  offset(index: number): number {
    return this.rows.get(index, 0);
  }

  size(index: number): number {
    return this.rows.get(index, 1);
  }

  /** The value that covers a byte of the store, or -1. */
  at(offset: number): number {
    const index = this.rows.lastAtMost(0, offset);
    return index >= 0 && offset < this.offset(index) + this.size(index) ? index : -1;
  }
}

/**
 * Rows of numbers in one array: for hundreds of thousands of rows that are written once and read at
 * random. All are 64-bit, because arrays of mixed widths cost more time than they save memory.
 */
export class NumberTable {
  private data: Float64Array<ArrayBuffer>;
  length = 0;

  constructor(readonly width: number) {
    this.data = new Float64Array(64 * width);
  }

  /** Appends a row of zeros; returns its number. */
  addRow(): number {
    if ((this.length + 1) * this.width > this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    return this.length++;
  }

  get(row: number, field: number): number {
    return this.data[row * this.width + field] ?? Number.NaN;
  }

  set(row: number, field: number, value: number): void {
    this.data[row * this.width + field] = value;
  }

  /** The last row whose field is at most `value`, of a field that never falls; -1 if none is. */
  lastAtMost(field: number, value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.get(middle, field) <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The filled part as bytes, not copied. */
  bytes(): Uint8Array {
    return new Uint8Array(this.data.buffer, 0, this.length * this.width * 8);
  }

  /** Replaces everything by what `bytes()` gave. */
  restore(bytes: Uint8Array): void {
    // A copy, because a typed array must start at a multiple of its width.
    this.data = new Float64Array(new Uint8Array(bytes).buffer);
    this.length = Math.floor(this.data.length / this.width);
  }
}

/** What a table shows of a row in one column, and how rows are ordered by it. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A track of a CSS grid. */
  readonly width: string;
  readonly text: (row: Row) => string;
  /** What rows are ordered by; the text when absent. */
  readonly order?: (row: Row) => number | string;
  /** A class of the cell. */
  readonly look?: (row: Row) => string;
  readonly numeric?: true;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/**
 * Rows as a table shows them: filtered, ordered, some of them selected. The selection is by key, so
 * that it outlives another order, another filter and rows that are read anew.
 */
export class TableModel<Row> {
  shown: readonly Row[] = [];
  sort: Sort | undefined;
  /** Place of the row that keys start from, among those shown. */
  current = 0;
  private rows: readonly Row[] = [];
  private wanted: (row: Row) => boolean = () => true;
  private readonly selected = new Set<string>();
  /** Where a range of selected rows begins. */
  private anchor = 0;

  constructor(
    readonly columns: readonly Column<Row>[],
    readonly keyOf: (row: Row) => string,
  ) {}

  get total(): number {
    return this.rows.length;
  }

  setRows(rows: readonly Row[]): void {
    this.rows = rows;
    const keys = new Set(rows.map(this.keyOf));
    for (const key of this.selected) {
      if (!keys.has(key)) {
        this.selected.delete(key);
      }
    }
    this.arrange();
  }

  filter(wanted: (row: Row) => boolean): void {
    this.wanted = wanted;
    this.arrange();
  }

  /** Orders by a column; by the same one again: the other way round, then as they came. */
  sortBy(column: string): void {
    const { sort } = this;
    this.sort =
      sort?.column !== column
        ? { column, descending: false }
        : sort.descending
          ? undefined
          : { column, descending: true };
    this.arrange();
  }

  isSelected(row: Row): boolean {
    return this.selected.has(this.keyOf(row));
  }

  /** Selected rows that are shown, in their order: nothing is done to what nobody sees. */
  selection(): readonly Row[] {
    return this.shown.filter((row) => this.isSelected(row));
  }

  /** Moves to a row; `range` selects all rows from where the range began, `keep` selects nothing. */
  goTo(place: number, how: 'only' | 'range' | 'keep' = 'only'): void {
    this.current = Math.max(0, Math.min(place, this.shown.length - 1));
    if (how === 'keep') {
      return;
    }
    this.selected.clear();
    if (how === 'only') {
      this.anchor = this.current;
    }
    const [from, to] = [this.anchor, this.current].sort((a, b) => a - b);
    this.shown.slice(from, (to ?? 0) + 1).forEach((row) => this.selected.add(this.keyOf(row)));
  }

  toggle(place: number): void {
    const row = this.shown[place];
    if (row !== undefined) {
      const key = this.keyOf(row);
      if (!this.selected.delete(key)) {
        this.selected.add(key);
      }
      this.current = place;
      this.anchor = place;
    }
  }

  selectAll(): void {
    this.shown.forEach((row) => this.selected.add(this.keyOf(row)));
  }

  clearSelection(): void {
    this.selected.clear();
  }

  private arrange(): void {
    const before = this.shown[this.current];
    const filtered = this.rows.filter(this.wanted);
    this.shown = this.sort === undefined ? filtered : this.sorted(filtered, this.sort);
    const place = before === undefined ? -1 : this.placeOf(this.keyOf(before));
    this.current = place >= 0 ? place : Math.min(this.current, Math.max(0, this.shown.length - 1));
    this.anchor = this.current;
  }

  private placeOf(key: string): number {
    return this.shown.findIndex((row) => this.keyOf(row) === key);
  }

  private sorted(rows: readonly Row[], { column, descending }: Sort): readonly Row[] {
    const by = this.columns.find(({ id }) => id === column);
    if (by === undefined) {
      return rows;
    }
    const order = by.order ?? by.text;
    const sign = descending ? -1 : 1;
    return rows
      .map((row, i) => ({ row, key: order(row), i }))
      .sort((a, b) => sign * compare(a.key, b.key) || a.i - b.i)
      .map(({ row }) => row);
  }
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'string' && typeof b === 'string'
    ? a < b
      ? -1
      : a > b
        ? 1
        : 0
    : Number(a) - Number(b);
}

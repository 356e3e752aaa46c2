import type { Arrangement, Found, Layout, Side, StreamHead } from '../../src/protocol/bytes';
import { pressKey } from '../ui/keys';
import { RowScroller } from '../ui/rowScroller';
import { HorizontalScroll } from './horizontalScroll';
import { drawRow } from './rowElement';
import { PointerSelection } from './pointerSelection';
import { RowPages } from './rowPages';
import type { Channel } from './rowPages';
import { ByteSelection } from './selection';
import { Hits, paintsOf } from './paints';
import type { Hit } from './paints';

export interface RowsPaneOptions {
  readonly channel: Channel;
  /** The layout, the current row or the selection have changed. */
  readonly onChange: () => void;
  readonly onUnfold: (fold: number) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** What is shown, and where it begins. */
export interface Shown {
  readonly stream: number;
  readonly head: StreamHead;
  readonly arrangement: Arrangement;
  readonly wrap: boolean;
}

/** Where one looks: the first visible row, and the row that keys start from. */
export interface RowPlace {
  readonly row: number;
  readonly current: number;
}

/** The rows of a stream: scrolled, walked through, selected. Hand-written, for speed. */
export class RowsPane {
  readonly element = document.createElement('div');
  layout: Layout | undefined;
  /** The row that keys and commands start from. */
  current = 0;
  selection: ByteSelection | undefined;
  private readonly scroller: RowScroller;
  private readonly sideways: HorizontalScroll;
  private readonly pages: RowPages;
  private shown: Shown | undefined;
  private hits: Hits | undefined;
  /** The row to begin at, while it is not yet compared. */
  private awaited: RowPlace | undefined;

  constructor(private readonly options: RowsPaneOptions) {
    const { element } = this;
    element.className = 'rows-pane';
    const host = document.createElement('div');
    element.append(host);
    this.scroller = new RowScroller({
      host,
      label: 'Position in the comparison',
      renderer: { create: createRow, update: (row, index) => this.drawRow(row, index) },
      onScroll: () => this.scrolled(),
    });
    this.sideways = new HorizontalScroll(element, this.scroller.rows);
    this.pages = new RowPages(
      options.channel,
      (from, to) => this.scroller.refreshRows(from, to),
      options.onError,
    );
    const { rows } = this.scroller;
    rows.tabIndex = 0;
    rows.setAttribute('role', 'grid');
    rows.setAttribute('aria-readonly', 'true');
    rows.addEventListener('keydown', (event) => pressKey(event, this.keys));
    new PointerSelection({
      scroller: this.scroller,
      selection: () => this.selection,
      select: (selection) => this.select(selection),
      onPress: (row) => {
        this.goTo(row, 'nearest');
        return this.unfold(row);
      },
    });
  }

  get firstRow(): number {
    return this.scroller.position.row;
  }

  /** Shows a stream; at `place`, or else at its first difference. */
  async show(shown: Shown, place?: RowPlace): Promise<void> {
    const same =
      this.shown?.stream === shown.stream &&
      JSON.stringify(this.shown.arrangement) === JSON.stringify(shown.arrangement);
    this.shown = shown;
    this.element.classList.toggle('wrap', shown.wrap);
    this.scroller.rows.setAttribute(
      'aria-label',
      `${shown.head.name}, expected and actual ${shown.arrangement.mode === 'hex' ? 'in hex' : 'lines'}`,
    );
    if (same) {
      this.scroller.refresh();
    } else {
      this.pages.show(shown.stream, shown.arrangement);
      this.sideways.reset();
      this.scroller.setCount(0);
      await this.updateLayout();
      if (this.shown === shown) {
        this.start(place);
      }
    }
  }

  /** After more has been compared. */
  async update(): Promise<void> {
    const had = this.layout?.firstChange;
    await this.updateLayout();
    this.pages.outdate();
    this.scroller.refresh();
    if (this.awaited !== undefined) {
      this.start(this.awaited);
    } else if (had === undefined && this.layout?.firstChange !== undefined && this.current === 0) {
      this.start();
    }
  }

  focus(): void {
    this.scroller.rows.focus();
  }

  async goToChange(direction: 'next' | 'previous'): Promise<boolean> {
    if (this.shown === undefined) {
      return false;
    }
    const { stream, arrangement } = this.shown;
    const { row } = await this.options.channel.request('change', {
      stream,
      arrangement,
      row: this.current,
      direction,
    });
    if (row !== undefined) {
      this.goTo(row, 'center');
    }
    return row !== undefined;
  }

  /** Selects bytes and shows them. */
  async reveal(side: Side, offset: number, length: number): Promise<void> {
    if (this.shown === undefined) {
      return;
    }
    const { stream, arrangement } = this.shown;
    const end = this.shown.head[side].size;
    const { row, fold } = await this.options.channel.request('locate', {
      stream,
      arrangement,
      side,
      offset: Math.min(offset, Math.max(0, end - 1)),
    });
    if (fold !== undefined) {
      await this.options.onUnfold(fold);
      await this.reveal(side, offset, length);
      return;
    }
    this.select(ByteSelection.of(side, [Math.min(offset, end), Math.min(offset + length, end)]));
    this.goTo(row, 'center');
  }

  showFound(found: Found | undefined, hit: Hit | undefined): void {
    this.hits = found === undefined ? undefined : new Hits(found, hit);
    this.scroller.refresh();
  }

  goTo(row: number, align: 'start' | 'center' | 'nearest'): void {
    const last = Math.max(0, (this.layout?.rows ?? 0) - 1);
    const before = this.current;
    this.current = Math.max(0, Math.min(row, last));
    this.scroller.scrollTo(this.current, align);
    this.scroller.refreshRows(before, before + 1);
    this.scroller.refreshRows(this.current, this.current + 1);
    this.options.onChange();
  }

  select(selection: ByteSelection | undefined): void {
    this.selection = selection;
    this.scroller.refresh();
    this.options.onChange();
  }

  /** The bytes that copying takes: what is selected, or else the current row of a side. */
  copyRange(): { side: Side; start: number; end: number } | undefined {
    if (this.selection !== undefined && !this.selection.isEmpty) {
      const [start, end] = this.selection.span;
      return { side: this.selection.side, start, end };
    }
    return this.rowRange(this.current, this.selection?.side ?? 'actual');
  }

  dispose(): void {
    this.scroller.dispose();
    this.sideways.dispose();
  }

  private rowRange(index: number, preferred: Side) {
    const row = this.pages.get(index);
    if (row === undefined || row.kind === 'fold') {
      return undefined;
    }
    const side = row[preferred] === undefined ? other(preferred) : preferred;
    const cell = row[side];
    if (cell === undefined) {
      return undefined;
    }
    const length =
      'bytes' in cell ? cell.bytes.length : cell.values.filter((value) => value >= 0).length;
    return { side, start: cell.offset, end: cell.offset + length };
  }

  private start(place?: RowPlace): void {
    const first = this.layout?.firstChange;
    const { rows = 0, progress = 0 } = this.layout ?? {};
    const isThere = place === undefined || progress === 1 || place.row < rows;
    this.awaited = isThere ? undefined : place;
    this.current = Math.min(place?.current ?? first ?? 0, Math.max(0, rows - 1));
    if (place !== undefined) {
      this.scroller.scrollTo(place.row, 'start');
    } else {
      this.scroller.scrollTo(this.current, 'center');
    }
    this.scroller.refresh();
    this.options.onChange();
  }

  private async updateLayout(): Promise<void> {
    const { shown } = this;
    if (shown === undefined) {
      return;
    }
    const { stream, arrangement } = shown;
    const layout = await this.options.channel.request('layout', { stream, arrangement });
    if (this.shown === shown) {
      this.layout = layout;
      this.scroller.setCount(layout.rows);
      this.scroller.setMarks(layout.marks);
      this.scroller.rows.setAttribute('aria-rowcount', String(layout.rows));
      this.options.onChange();
    }
  }

  private scrolled(): void {
    const { row } = this.scroller.position;
    this.pages.want(Math.max(0, row - 8), row + this.scroller.pageRows + 16);
    this.sideways.measure();
    const active = this.scroller.elementOf(this.current);
    if (active === undefined) {
      this.scroller.rows.removeAttribute('aria-activedescendant');
    } else {
      this.scroller.rows.setAttribute('aria-activedescendant', active.id);
    }
    this.options.onChange();
  }

  private drawRow(element: HTMLElement, index: number): void {
    if (this.shown === undefined) {
      return;
    }
    const { head, arrangement } = this.shown;
    const { selection, hits } = this;
    drawRow(element, this.pages.get(index), {
      head,
      inline: arrangement.inline,
      paints: (side, span) => paintsOf(side, span, selection, hits),
    });
    element.id = `row-${index}`;
    element.classList.toggle('current', index === this.current);
    element.setAttribute('aria-selected', String(index === this.current));
  }

  private readonly move = (rows: number) => {
    this.goTo(this.current + rows, 'nearest');
  };

  private readonly extend = (rows: number) => {
    const from = this.rowRange(this.current, this.selection?.side ?? 'actual');
    this.move(rows);
    const to = this.rowRange(this.current, from?.side ?? 'actual');
    if (from !== undefined && to?.side === from.side) {
      const begun = this.selection ?? ByteSelection.at(from.side, rows > 0 ? from.start : from.end);
      this.select(begun.to(rows > 0 ? to.end : to.start));
    }
  };

  private readonly keys = {
    ArrowDown: () => this.move(1),
    ArrowUp: () => this.move(-1),
    PageDown: () => this.move(this.scroller.pageRows),
    PageUp: () => this.move(-this.scroller.pageRows),
    Home: () => this.move(-Infinity),
    End: () => this.move(Infinity),
    'Ctrl+Home': () => this.move(-Infinity),
    'Ctrl+End': () => this.move(Infinity),
    'Shift+ArrowDown': () => this.extend(1),
    'Shift+ArrowUp': () => this.extend(-1),
    'Shift+PageDown': () => this.extend(this.scroller.pageRows),
    'Shift+PageUp': () => this.extend(-this.scroller.pageRows),
    ArrowLeft: () => this.sideways.by(-40),
    ArrowRight: () => this.sideways.by(40),
    'Ctrl+A': () => this.selectAll(),
    Enter: () => this.unfold(this.current),
    ' ': () => this.unfold(this.current),
    Escape: () => this.select(undefined),
  };

  private selectAll(): void {
    const side = this.selection?.side ?? 'actual';
    const size = this.shown?.head[side].size ?? 0;
    this.select(ByteSelection.of(side, [0, size]));
  }

  private unfold(index: number): boolean {
    const row = this.pages.get(index);
    if (row?.kind === 'fold') {
      void this.options.onUnfold(row.fold);
      return true;
    }
    return false;
  }
}

function createRow(): HTMLElement {
  const element = document.createElement('div');
  element.setAttribute('role', 'row');
  return element;
}

function other(side: Side): Side {
  return side === 'expected' ? 'actual' : 'expected';
}

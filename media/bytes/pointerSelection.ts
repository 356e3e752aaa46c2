import type { RowScroller } from '../ui/rowScroller';
import { bytePointAt } from './bytePoint';
import { ByteSelection } from './selection';

export interface PointerSelectionOptions {
  readonly scroller: RowScroller;
  readonly selection: () => ByteSelection | undefined;
  readonly select: (selection: ByteSelection) => void;
  /** A row was pressed; true where that was all. */
  readonly onPress: (row: number) => boolean;
}

/** Selects bytes with a pointer, and scrolls where it is dragged out of the rows. */
export class PointerSelection {
  private dragging = false;

  constructor(private readonly options: PointerSelectionOptions) {
    const { rows } = options.scroller;
    const release = () => {
      this.dragging = false;
    };
    rows.addEventListener('pointerdown', (event) => this.press(event));
    rows.addEventListener('pointermove', (event) => this.drag(event));
    rows.addEventListener('pointerup', release);
    rows.addEventListener('pointercancel', release);
  }

  private press(event: PointerEvent): void {
    const { scroller, selection, select, onPress } = this.options;
    const row = scroller.rowOf(event.target as Node);
    if (event.button !== 0 || row === undefined || onPress(row)) {
      return;
    }
    const point = bytePointAt(event.clientX, event.clientY);
    if (point === undefined) {
      return;
    }
    event.preventDefault();
    scroller.rows.focus();
    scroller.rows.setPointerCapture(event.pointerId);
    this.dragging = true;
    const begun = event.shiftKey ? selection() : undefined;
    select(
      begun?.side === point.side
        ? begun.to(point.offset)
        : ByteSelection.at(point.side, point.offset),
    );
  }

  private drag(event: PointerEvent): void {
    const { scroller, selection, select } = this.options;
    const begun = selection();
    if (!this.dragging || begun === undefined) {
      return;
    }
    const { top, bottom } = scroller.rows.getBoundingClientRect();
    if (event.clientY < top || event.clientY > bottom) {
      scroller.scrollBy(event.clientY < top ? event.clientY - top : event.clientY - bottom);
    }
    const y = Math.min(bottom - 2, Math.max(top + 2, event.clientY));
    const point = bytePointAt(event.clientX, y);
    if (point?.side === begun.side && point.offset !== begun.focus) {
      select(begun.to(point.offset));
    }
  }
}

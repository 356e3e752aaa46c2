import { RowScroller } from '../ui/rowScroller';
import { h } from './dom';
import { createRow, drawRow } from './eventRow';
import type { ExpandedBody } from './eventRow';
import type { Change, Replay } from './replay';

/** The events, any of a million at once. */
export class EventList {
  readonly element = h('div', { class: 'event-list' });
  readonly rows: HTMLElement;
  private readonly scroller: RowScroller;
  private readonly empty = h('div', { class: 'blank', hidden: true });

  constructor(
    private readonly replay: Replay,
    body: ExpandedBody,
  ) {
    const host = h('div');
    this.element.append(host, this.empty);
    this.scroller = new RowScroller({
      host,
      label: 'Position in the transcript',
      renderer: {
        create: createRow,
        update: (element, row) => drawRow(element, replay, replay.ordinalAt(row), body),
      },
      onScroll: () => this.point(),
    });
    const { rows } = this.scroller;
    this.rows = rows;
    rows.tabIndex = 0;
    rows.setAttribute('role', 'treegrid');
    rows.setAttribute('aria-label', 'Events');
    rows.addEventListener('click', this.onClick);
    rows.addEventListener('dblclick', (event) => {
      if (onLine(event)) {
        this.toggle();
      }
    });
    replay.onChange((change) => this.changed(change));
  }

  get pageRows(): number {
    return this.scroller.pageRows;
  }

  /** Opens or closes an event in place. */
  toggle(ordinal = this.replay.current): void {
    const { expanded } = this.replay;
    if (!expanded.delete(ordinal)) {
      expanded.add(ordinal);
    }
    this.scroller.refresh();
    this.replay.tell('layout');
  }

  collapseAll(): void {
    this.replay.expanded.clear();
    this.scroller.refresh();
    this.reveal('nearest');
    this.replay.tell('layout');
  }

  reveal(align: 'center' | 'nearest'): void {
    this.scroller.scrollTo(this.replay.rowOf(this.replay.current), align);
  }

  focus(): void {
    this.rows.focus();
  }

  private changed(change: Change): void {
    switch (change) {
      case 'current':
        this.scroller.refresh();
        this.reveal(this.isNear() ? 'nearest' : 'center');
        break;
      case 'rows':
        this.scroller.setCount(this.replay.rowCount);
        this.element.style.setProperty(
          '--digits',
          String(Math.max(2, String(this.replay.count).length)),
        );
        this.scroller.rows.setAttribute('aria-rowcount', String(this.replay.rowCount));
        this.scroller.refresh();
        this.showEmpty();
        this.reveal('nearest');
        break;
      case 'search':
        this.mark();
        this.scroller.refresh();
        break;
      case 'events':
      case 'comments':
      case 'shape':
        this.scroller.refresh();
        break;
      default:
    }
  }

  private showEmpty(): void {
    const { replay, empty } = this;
    empty.hidden = replay.rowCount > 0 || replay.load?.complete !== true;
    empty.replaceChildren(
      h('h2', {}, replay.isFiltered ? 'No event fits the filter' : 'No events'),
      h(
        'p',
        {},
        replay.isFiltered
          ? 'Press f and clear the filter to see all events again.'
          : 'This sample holds no events. Another sample of the file may.',
      ),
    );
  }

  /** Whether the current event is so close that the list may scroll to it row by row. */
  private isNear(): boolean {
    const row = this.replay.rowOf(this.replay.current);
    const { row: first } = this.scroller.position;
    return row >= first - 3 && row <= first + this.scroller.pageRows + 6;
  }

  private mark(): void {
    const { search, rowCount } = this.replay;
    const marks = Array.from(search?.spread(2000) ?? [], (ordinal): [number, number] => {
      const row = this.replay.rowOf(ordinal);
      return [row / rowCount, (row + 1) / rowCount];
    });
    this.scroller.setMarks(marks);
  }

  private point(): void {
    const row = this.scroller.elementOf(this.replay.rowOf(this.replay.current));
    if (row === undefined) {
      this.rows.removeAttribute('aria-activedescendant');
    } else {
      this.rows.setAttribute('aria-activedescendant', row.id);
    }
  }

  private readonly onClick = (event: MouseEvent) => {
    const row = event.target instanceof Element ? event.target.closest('.event-row') : null;
    if (row instanceof HTMLElement && onLine(event)) {
      const ordinal = Number(row.dataset['ordinal']);
      this.replay.seek(ordinal);
      if ((event.target as Element).closest('.twist') !== null) {
        this.toggle(ordinal);
      }
    }
  };
}

function onLine(event: MouseEvent): boolean {
  return event.target instanceof Element && event.target.closest('.event-line') !== null;
}

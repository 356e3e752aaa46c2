import type { OutlineSpan } from '../../src/protocol/transcript';
import { pressKey } from '../ui/keys';
import { RowScroller } from '../ui/rowScroller';
import { h, icon } from './dom';
import { clockText, tokensText } from './format';
import { icons, kindIcons } from './icons';
import { visibleText } from './plainText';
import type { Change, Replay } from './replay';

/** A line of the outline: a span, or a turn of the model. */
interface Entry {
  readonly ordinal: number;
  readonly depth: number;
  readonly span?: OutlineSpan;
  /** The number of the turn, from 1. */
  readonly turn?: number;
  readonly tokens?: number;
}

/** Turns and spans of the run; the one that holds the current event is marked. */
export class OutlineView {
  readonly element = h('div', { class: 'outline' });
  private readonly scroller: RowScroller;
  private readonly collapsed = new Set<number>();
  private entries: Entry[] = [];
  private active = 0;

  constructor(private readonly replay: Replay) {
    const host = h('div');
    this.element.append(h('div', { class: 'pane-title' }, 'Outline'), host);
    this.scroller = new RowScroller({
      host,
      label: 'Position in the outline',
      renderer: {
        create: () => h('div', { class: 'outline-row', role: 'row' }),
        update: (element, row) => this.draw(element, row),
      },
      onScroll: () => this.point(),
    });
    const { rows } = this.scroller;
    rows.tabIndex = 0;
    rows.setAttribute('role', 'treegrid');
    rows.setAttribute('aria-label', 'Outline');
    rows.addEventListener('click', (event) => this.clicked(event));
    rows.addEventListener('keydown', (event) => pressKey(event, this.keys));
    replay.onChange((change) => this.changed(change));
  }

  private readonly keys = {
    ArrowDown: () => this.move(1),
    ArrowUp: () => this.move(-1),
    Home: () => this.move(-this.entries.length),
    End: () => this.move(this.entries.length),
    PageDown: () => this.move(this.scroller.pageRows),
    PageUp: () => this.move(-this.scroller.pageRows),
    ArrowLeft: () => this.fold(true),
    ArrowRight: () => this.fold(false),
    Enter: () => this.go(),
  };

  private changed(change: Change): void {
    if (change === 'shape') {
      this.build();
    } else if (change === 'current') {
      this.follow();
    } else if (change === 'events') {
      this.scroller.refresh();
    }
  }

  private build(): void {
    const { spans, turns } = this.replay.shape;
    const entries: Entry[] = [];
    const depths = new Map<number, number>();
    const open: { readonly last: number; readonly depth: number }[] = [];
    let next = 0;
    const openUntil = (ordinal: number) => {
      for (; next < spans.length && (spans[next]?.first ?? 0) <= ordinal; next++) {
        const span = spans[next] as OutlineSpan;
        const depth = (depths.get(span.parent) ?? -1) + 1;
        depths.set(span.index, depth);
        entries.push({ ordinal: span.first, depth, span });
        open.push({ last: span.last < 0 ? Number.POSITIVE_INFINITY : span.last, depth });
      }
    };
    turns.ordinals.forEach((ordinal, index) => {
      openUntil(ordinal);
      while (open.length > 0 && (open.at(-1)?.last ?? 0) < ordinal) {
        open.pop();
      }
      const tokens = turns.output[index] ?? Number.NaN;
      entries.push({
        ordinal,
        depth: (open.at(-1)?.depth ?? -1) + 1,
        turn: index + 1,
        ...(Number.isNaN(tokens) ? {} : { tokens }),
      });
    });
    openUntil(Number.POSITIVE_INFINITY);
    this.entries = this.withoutCollapsed(entries);
    this.scroller.setCount(this.entries.length);
    this.scroller.refresh();
    this.follow();
  }

  private withoutCollapsed(entries: readonly Entry[]): Entry[] {
    let until = -1;
    return entries.filter((entry) => {
      if (entry.ordinal <= until) {
        return false;
      }
      if (entry.span !== undefined && this.collapsed.has(entry.span.index)) {
        until = entry.span.last < 0 ? Number.POSITIVE_INFINITY : entry.span.last;
      }
      return true;
    });
  }

  private draw(element: HTMLElement, row: number): void {
    const entry = this.entries[row];
    if (entry === undefined) {
      return;
    }
    const { ordinal, depth, span, turn, tokens } = entry;
    element.id = `outline-${row}`;
    element.dataset['row'] = String(row);
    element.classList.toggle('current', row === this.active);
    element.setAttribute('aria-level', String(depth + 1));
    element.setAttribute('aria-selected', String(row === this.active));
    element.style.setProperty('--depth', String(Math.min(8, depth)));
    if (span === undefined) {
      element.removeAttribute('aria-expanded');
      const title = this.replay.cache.summary(ordinal)?.title ?? '';
      fill(
        element,
        h('span', { class: 'turn-number' }, String(turn)),
        h('span', { class: 'title' }, visibleText(title)),
        h('span', { class: 'number' }, tokens === undefined ? '' : tokensText(tokens)),
      );
      return;
    }
    const folded = this.collapsed.has(span.index);
    element.setAttribute('aria-expanded', String(!folded));
    const elapsed = this.replay.elapsed(ordinal);
    fill(
      element,
      h('span', { class: 'twist' }, icon(folded ? icons.chevronRight : icons.chevronDown)),
      h('span', { class: 'kind' }, icon(span.type === 'agent' ? kindIcons.model : kindIcons.state)),
      h('span', { class: 'title span-name' }, visibleText(span.name || span.type)),
      h('span', { class: 'number' }, Number.isNaN(elapsed) ? '' : clockText(elapsed)),
    );
  }

  private follow(): void {
    const { current } = this.replay;
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.ordinal ?? 0) <= current) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const active = Math.max(0, low - 1);
    if (this.entries[this.active]?.ordinal !== current) {
      this.active = active;
    }
    this.scroller.refresh();
    this.scroller.scrollTo(this.active, 'nearest');
  }

  private move(by: number): void {
    this.active = Math.max(0, Math.min(this.active + by, this.entries.length - 1));
    this.go();
  }

  private go(): void {
    const entry = this.entries[this.active];
    if (entry !== undefined) {
      this.replay.seek(entry.ordinal);
      this.scroller.refresh();
      this.scroller.scrollTo(this.active, 'nearest');
    }
  }

  private fold(folded: boolean): void {
    const span = this.entries[this.active]?.span;
    if (span === undefined) {
      return;
    }
    if (folded) {
      this.collapsed.add(span.index);
    } else {
      this.collapsed.delete(span.index);
    }
    this.build();
  }

  private clicked(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : undefined;
    const row = target?.closest<HTMLElement>('.outline-row');
    if (row === undefined || row === null) {
      return;
    }
    this.active = Number(row.dataset['row']);
    this.go();
    const span = this.entries[this.active]?.span;
    if (span !== undefined && target?.closest('.twist') !== null) {
      this.fold(!this.collapsed.has(span.index));
    }
  }

  private point(): void {
    const { rows } = this.scroller;
    if (this.scroller.elementOf(this.active) === undefined) {
      rows.removeAttribute('aria-activedescendant');
    } else {
      rows.setAttribute('aria-activedescendant', `outline-${this.active}`);
    }
  }
}

function fill(row: HTMLElement, ...children: readonly HTMLElement[]): void {
  row.replaceChildren(h('div', { class: 'outline-cell', role: 'gridcell' }, ...children));
}

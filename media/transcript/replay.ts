import type {
  Comment,
  EventKind,
  Excerpt,
  Hits,
  LoadState,
  MarkerType,
  Opened,
  Overview,
  Query,
  ViewFilter,
} from '../../src/protocol/transcript';
import { eventKinds, markerTypes } from '../../src/protocol/transcript';
import type { Channel } from './channel';
import { EventCache } from './eventCache';
import { countBefore, VisibleRows } from './visibleRows';

/** What has changed, for the parts of the view that show it. */
export type Change =
  | 'current'
  | 'rows'
  | 'events'
  | 'shape'
  | 'load'
  | 'comments'
  | 'search'
  | 'playing'
  | 'filter'
  | 'layout'
  /** The file was written anew: it may hold other samples. */
  | 'file';

/** What was found so far. */
export class SearchState {
  readonly ordinals = new Set<number>();
  readonly excerpts = new Map<number, Excerpt>();
  matches = 0;
  done = false;
  stopped = false;
  /** Some were told by their bytes alone, and hold it only most likely. */
  about = false;
  problem: string | undefined;
  private sorted: Uint32Array | undefined;

  constructor(
    readonly id: number,
    readonly query: Query,
  ) {}

  /** Events that hold it, in their order; they are found in that of the file. */
  get inOrder(): Uint32Array {
    this.sorted ??= Uint32Array.from(this.ordinals).sort();
    return this.sorted;
  }

  add({ ordinals, matches, excerpts }: Hits): void {
    ordinals.forEach((ordinal) => this.ordinals.add(ordinal));
    excerpts.forEach((excerpt) => this.excerpts.set(excerpt.ordinal, excerpt));
    this.matches += matches;
    this.sorted = undefined;
  }

  /** Takes what a closer look at an event gave. */
  settle(ordinal: number, excerpt: Excerpt | null): void {
    if (excerpt === null) {
      this.ordinals.delete(ordinal);
      this.sorted = undefined;
    } else {
      this.excerpts.set(ordinal, excerpt);
    }
  }

  /** At most so many of them, spread over the run, for marks. */
  spread(most: number): Uint32Array {
    const { inOrder } = this;
    const step = Math.max(1, Math.ceil(inOrder.length / most));
    return inOrder.filter((_, index) => index % step === 0);
  }
}

const isSpan = (kind: EventKind) => kind === 'spanBegin' || kind === 'spanEnd';

const emptyShape: Overview = {
  spans: [],
  turns: { ordinals: new Uint32Array(), output: new Float64Array() },
  lanes: [],
  markers: { ordinals: new Uint32Array(), types: new Uint8Array(), labels: [] },
  tools: [],
  usage: {
    inputUncached: 0,
    cacheRead: 0,
    cacheWrite: 0,
    output: 0,
    reasoning: 0,
    costUsd: null,
  },
  unread: [],
  from: 0,
  kinds: new Uint8Array(),
  times: new Float64Array(),
};

/** The state that all parts of the view share: which events there are, which are shown, which is current. */
export class Replay {
  sample = 0;
  /** Events that can be shown by now. */
  count = 0;
  current = 0;
  load: LoadState | undefined;
  shape = emptyShape;
  /** When the first event that has a time was (milliseconds since 1970); `NaN` if none has. */
  start = Number.NaN;
  filter: ViewFilter = {};
  /** Whether the rows where spans begin and end are shown, which say little; their ordinals stay. */
  showsSpans = false;
  private readonly rows = new VisibleRows();
  readonly expanded = new Set<number>();
  comments: readonly Comment[] = [];
  search: SearchState | undefined;
  readonly cache: EventCache;
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(
    readonly channel: Channel,
    /** The file as it was opened last. */
    public opened: Opened,
  ) {
    this.cache = new EventCache(channel, () => this.tell('events'));
  }

  /** Forgets the sample that was shown, for another or for what has become of its file. */
  begin(sample: number): void {
    this.sample = sample;
    this.count = 0;
    this.shape = emptyShape;
    this.start = Number.NaN;
    this.cache.clear(sample);
    this.search = undefined;
  }

  onChange(listener: (change: Change) => void): void {
    this.listeners.add(listener);
  }

  tell(change: Change): void {
    for (const listener of this.listeners) {
      listener(change);
    }
  }

  get rowCount(): number {
    return this.rows.count;
  }

  get isFiltered(): boolean {
    return this.rows.filtered !== undefined;
  }

  ordinalAt(row: number): number {
    return this.rows.ordinalAt(row);
  }

  /** The row of an event, or of the next one that is shown; the last row past the end. */
  rowOf(ordinal: number): number {
    return this.rows.rowOf(ordinal);
  }

  isVisible(ordinal: number): boolean {
    return this.rows.has(ordinal);
  }

  setVisible(filtered: Uint32Array | undefined): void {
    this.rows.filtered = filtered;
    this.updateRows();
    if (this.rowCount > 0) {
      // An event that is no longer shown gives way to the next that is.
      this.seek(this.current);
    }
  }

  /** Lays the rows out anew, after events or what is known of them have changed. */
  updateRows(): void {
    const asked = this.showsSpans || this.filter.kinds?.some(isSpan) === true;
    this.rows.update(this.count, this.shape.kinds, asked ? 'shown' : 'hidden');
    this.tell('rows');
  }

  /** Takes what is new: kinds and times of the events before `from` are known. */
  setShape(shape: Overview): void {
    const { kinds, times } = this.shape;
    this.shape = {
      ...shape,
      from: 0,
      kinds: joined(kinds.subarray(0, shape.from), shape.kinds, Uint8Array),
      times: joined(times.subarray(0, shape.from), shape.times, Float64Array),
    };
    if (Number.isNaN(this.start) || shape.from === 0) {
      this.start = this.shape.times.find((time) => !Number.isNaN(time)) ?? Number.NaN;
    }
  }

  /** Makes an event the current one; one that the filter hides gives way to the next that is shown. */
  seek(ordinal: number): void {
    const bounded = Math.max(0, Math.min(Math.round(ordinal), this.count - 1));
    const found = this.isVisible(bounded) ? bounded : this.ordinalAt(this.rowOf(bounded));
    if (found !== this.current) {
      this.current = found;
      this.channel.send('current', { sample: this.sample, ordinal: found });
      this.tell('current');
    }
  }

  /** Makes an event the current one that somebody asked for by name; shows spans if it is part of one. */
  goTo(ordinal: number): void {
    if (!this.isVisible(ordinal) && this.rows.passes(ordinal) && ordinal < this.count) {
      this.showsSpans = true;
      this.updateRows();
      this.tell('filter');
    }
    this.seek(ordinal);
  }

  step(rows: number): void {
    const row = this.rowOf(this.current) + rows;
    this.seek(this.ordinalAt(Math.max(0, Math.min(row, this.rowCount - 1))));
  }

  kind(ordinal: number): EventKind {
    return eventKinds[this.shape.kinds[ordinal] ?? 0] ?? 'other';
  }

  /** Milliseconds since the first event; `NaN` where the format has no times. */
  elapsed(ordinal: number): number {
    return (this.shape.times[ordinal] ?? Number.NaN) - this.start;
  }

  /**
   * The next of ordinals in order, from the current one on, that the filter lets through; `undefined`
   * if there is none.
   */
  neighbour(ordinals: readonly number[] | Uint32Array, direction: 1 | -1): number | undefined {
    const { current } = this;
    let at = countBefore(ordinals, direction > 0 ? current + 1 : current);
    at -= direction > 0 ? 0 : 1;
    while (at >= 0 && at < ordinals.length && !this.rows.passes(ordinals[at] ?? 0)) {
      at += direction;
    }
    return ordinals[at];
  }

  /** Ordinals of markers, all of them where no types are given. */
  markersOf(...types: readonly MarkerType[]): Uint32Array {
    const { markers } = this.shape;
    const wanted = new Set(types.map((type) => markerTypes.indexOf(type)));
    return types.length === 0
      ? markers.ordinals
      : markers.ordinals.filter((_, index) => wanted.has(markers.types[index] ?? -1));
  }

  /** What the first marker of a type says of an event, if it has one. */
  markerLabel(ordinal: number, type: MarkerType): string | undefined {
    const { ordinals, types, labels } = this.shape.markers;
    const code = markerTypes.indexOf(type);
    for (let at = countBefore(ordinals, ordinal); ordinals[at] === ordinal; at++) {
      if (types[at] === code) {
        return labels[at];
      }
    }
    return undefined;
  }

  /** Applies the filter anew, after it or the events have changed. */
  async refilter(signal?: AbortSignal): Promise<void> {
    const { filter, sample } = this;
    this.channel.send('filtered', filter);
    if (!hasConditions(filter)) {
      this.setVisible(undefined);
      return;
    }
    const visible = await this.channel.request(
      'filter',
      { sample, filter },
      { timeoutMs: Number.POSITIVE_INFINITY, ...(signal === undefined ? {} : { signal }) },
    );
    if (this.filter === filter && this.sample === sample) {
      this.setVisible(visible);
    }
  }

  async readComments(): Promise<void> {
    this.comments = await this.channel.request('comments', undefined);
    this.tell('comments');
  }
}

export function hasConditions(filter: ViewFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined && value !== '');
}

function joined<T extends Uint8Array | Float64Array>(
  before: T,
  after: T,
  make: new (length: number) => T,
): T {
  const whole = new make(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}

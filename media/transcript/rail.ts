import { markerTypes } from '../../src/protocol/transcript';
import type { Lane, MarkerType } from '../../src/protocol/transcript';
import { pressKey } from '../ui/keys';
import { h, textButton } from './dom';
import { clockText, costText, countText, durationText, percentText, tokensText } from './format';
import { markerNames } from './icons';
import { drawLane, drawMarks, railColours } from './railCanvas';
import type { Mark } from './railCanvas';
import { countBefore } from './visibleRows';
import type { Change, Replay } from './replay';

const laneNames: Readonly<Record<Lane['name'], string>> = {
  passRate: 'Pass rate',
  tokens: 'Tokens',
  cost: 'Cost',
  context: 'Context',
  wallClock: 'Clock',
};
const laneOrder: readonly Lane['name'][] = ['passRate', 'context', 'tokens', 'cost', 'wallClock'];
const laneHeight = 22;
const markHeight = 16;
/** Hits that are marked; a rail has no more pixels. */
const mostMarks = 4000;

/** The run at a glance: lanes, markers and the place of the current event; a click goes there. */
export class Rail {
  readonly element = h('div', { class: 'rail' });
  axis: 'events' | 'time' = 'events';
  private readonly names = h('div', { class: 'rail-names' });
  private readonly canvas = h('canvas', { 'aria-hidden': 'true' });
  private readonly head = h('div', { class: 'playhead' });
  private readonly tip = h('div', { class: 'rail-tip', hidden: true });
  private readonly track = h('div', {
    class: 'rail-track',
    role: 'slider',
    tabindex: 0,
    'aria-label': 'Place in the run',
    'aria-valuemin': 0,
  });
  private readonly values = new Map<Lane['name'], HTMLElement>();
  private dragging = false;
  private frame = 0;

  constructor(
    private readonly replay: Replay,
    private readonly onAxis: () => void,
  ) {
    const { track, element } = this;
    track.append(this.canvas, this.head);
    element.append(this.names, track, this.tip);
    track.addEventListener('pointerdown', (event) => {
      this.dragging = true;
      track.setPointerCapture(event.pointerId);
      this.seekTo(event);
    });
    track.addEventListener('pointermove', (event) => {
      if (this.dragging) {
        this.seekTo(event);
      }
      this.showTip(event);
    });
    track.addEventListener('pointerup', () => (this.dragging = false));
    track.addEventListener('pointercancel', () => (this.dragging = false));
    track.addEventListener('pointerleave', () => (this.tip.hidden = true));
    track.addEventListener('keydown', (event) => pressKey(event, this.keys));
    new ResizeObserver(() => this.schedule()).observe(track);
    // Canvases know no style sheet: a new theme has them drawn anew.
    new MutationObserver(() => this.schedule()).observe(document.body, {
      attributes: true,
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
    replay.onChange((change) => this.changed(change));
  }

  private readonly keys = {
    ArrowRight: () => this.replay.step(1),
    ArrowLeft: () => this.replay.step(-1),
    ArrowUp: () => this.replay.step(1),
    ArrowDown: () => this.replay.step(-1),
    PageUp: () => this.jump(0.05),
    PageDown: () => this.jump(-0.05),
    Home: () => this.replay.seek(0),
    End: () => this.replay.seek(this.replay.count - 1),
  };

  setAxis(axis: 'events' | 'time'): void {
    this.axis = axis;
    this.showNames();
    this.schedule();
    this.onAxis();
  }

  private get hasTimes(): boolean {
    return !Number.isNaN(this.replay.start);
  }

  private changed(change: Change): void {
    if (change === 'shape') {
      this.showNames();
    }
    if (['shape', 'search', 'comments', 'rows'].includes(change)) {
      this.schedule();
    } else if (change === 'current') {
      this.showPlace();
    }
  }

  private lanes(): Lane[] {
    const { lanes } = this.replay.shape;
    return laneOrder
      .flatMap((name) => lanes.find((lane) => lane.name === name) ?? [])
      .filter((lane) => lane.values.some((value) => value !== 0));
  }

  private showNames(): void {
    this.values.clear();
    const rows = this.lanes().map(({ name }) => {
      const value = h('span', { class: 'lane-value' });
      this.values.set(name, value);
      return h('div', { class: 'lane-name' }, h('span', {}, laneNames[name]), value);
    });
    const other = this.axis === 'time' ? 'events' : 'time';
    const toggle = this.hasTimes
      ? textButton(this.axis === 'time' ? 'by time' : 'by event', () => this.setAxis(other), {
          title: 'Lay the rail out by events or by time (X)',
        })
      : h('span', { class: 'quiet' }, 'by event');
    this.names.replaceChildren(h('div', { class: 'mark-name' }, toggle), ...rows);
    this.element.style.height = `${markHeight + rows.length * laneHeight + 9}px`;
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { canvas, track, replay } = this;
    const scale = window.devicePixelRatio;
    const width = track.clientWidth;
    const height = track.clientHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (context === null || width === 0 || replay.count === 0) {
      return;
    }
    context.scale(scale, scale);
    const colours = railColours(track);
    const x = (ordinal: number) => this.fraction(ordinal) * (width - 1);
    drawMarks(context, this.marks(), { x, height: markHeight, whole: height, colours });
    this.lanes().forEach((lane, index) => {
      const top = markHeight + index * laneHeight;
      drawLane(context, lane, { x, top, height: laneHeight, width, colours });
    });
    this.showPlace();
  }

  /** The lanes stay as they are drawn; only what stands for the current event moves. */
  private showPlace(): void {
    const { replay, track } = this;
    for (const lane of this.lanes()) {
      const value = this.values.get(lane.name);
      if (value !== undefined) {
        value.textContent = laneText(lane, replay.current);
      }
    }
    const x = Math.round(this.fraction(replay.current) * (track.clientWidth - 1));
    this.head.style.transform = `translateX(${x}px)`;
    track.setAttribute('aria-valuemax', String(Math.max(0, replay.count - 1)));
    track.setAttribute('aria-valuenow', String(replay.current));
    track.setAttribute('aria-valuetext', this.placeText(replay.current));
  }

  private marks(): Mark[] {
    const { shape, search, comments, sample } = this.replay;
    const found: Mark[] = Array.from(search?.spread(mostMarks) ?? [], (ordinal) => ({
      ordinal,
      type: 'match' as const,
    }));
    const said = comments
      .filter((comment) => comment.sample === sample)
      .map(({ ordinal }) => ({ ordinal, type: 'comment' as const }));
    const { ordinals, types } = shape.markers;
    const marked = Array.from(ordinals, (ordinal, index) => ({
      ordinal,
      type: markerTypes[types[index] ?? 0] ?? 'mark',
    }));
    return [...found, ...marked, ...said];
  }

  private fraction(ordinal: number): number {
    const { replay } = this;
    const last = Math.max(1, replay.count - 1);
    if (this.axis === 'events' || !this.hasTimes) {
      return Math.min(1, ordinal / last);
    }
    const whole = this.elapsed(last);
    return whole > 0 ? Math.min(1, this.elapsed(ordinal) / whole) : 0;
  }

  /** Of events without a time: that of the last before them. */
  private elapsed(ordinal: number): number {
    for (let at = ordinal; at >= 0; at--) {
      const elapsed = this.replay.elapsed(at);
      if (!Number.isNaN(elapsed)) {
        return elapsed;
      }
    }
    return 0;
  }

  private ordinalAt(event: PointerEvent): number {
    const { left, width } = this.track.getBoundingClientRect();
    const fraction = Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width - 1)));
    const last = Math.max(0, this.replay.count - 1);
    if (this.axis === 'events' || !this.hasTimes) {
      return Math.round(fraction * last);
    }
    return ordinalAtTime(this.replay, fraction * this.elapsed(last));
  }

  private seekTo(event: PointerEvent): void {
    this.replay.seek(this.ordinalAt(event));
  }

  private jump(share: number): void {
    this.replay.seek(this.replay.current + share * this.replay.count);
  }

  private placeText(ordinal: number): string {
    const elapsed = this.replay.elapsed(ordinal);
    const clock = Number.isNaN(elapsed) ? '' : `, ${clockText(elapsed)}`;
    return `event ${ordinal}${clock}`;
  }

  private showTip(event: PointerEvent): void {
    const { replay, tip } = this;
    const ordinal = this.ordinalAt(event);
    const near = this.markerNear(ordinal);
    const lines = [
      `Event ${countText(ordinal)}${this.placeText(ordinal).replace(/^event \d+/, '')}`,
      ...(near === undefined ? [] : [`${markerNames[near.type]} ${near.ordinal}: ${near.label}`]),
      ...this.lanes().map((lane) => `${laneNames[lane.name]} ${laneText(lane, ordinal)}`),
    ];
    tip.replaceChildren(...lines.map((line) => h('div', {}, line)));
    tip.hidden = replay.count === 0;
    const box = this.element.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 12, box.width - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(0, left)}px`;
  }

  private markerNear(ordinal: number): Near | undefined {
    const { ordinals, types, labels } = this.replay.shape.markers;
    const reach = (4 / Math.max(1, this.track.clientWidth)) * this.replay.count;
    const first = countBefore(ordinals, ordinal - reach);
    const found = ordinals[first];
    return found === undefined || found > ordinal + reach
      ? undefined
      : {
          ordinal: found,
          type: markerTypes[types[first] ?? 0] ?? 'mark',
          label: labels[first] ?? this.replay.cache.summary(found)?.title ?? '',
        };
  }
}

interface Near {
  readonly ordinal: number;
  readonly type: MarkerType;
  readonly label: string;
}

/** The last event at or before a time (milliseconds since the start of the run). */
export function ordinalAtTime(replay: Replay, elapsed: number): number {
  let found = 0;
  for (let ordinal = 0; ordinal < replay.count; ordinal++) {
    const at = replay.elapsed(ordinal);
    if (!Number.isNaN(at) && at <= elapsed) {
      found = ordinal;
    }
  }
  return found;
}

function laneText(lane: Lane, ordinal: number): string {
  const value = laneValue(lane, ordinal);
  if (value === undefined) {
    return '–';
  }
  switch (lane.unit) {
    case 'share':
      return percentText(value);
    case 'tokens':
      return tokensText(value);
    case 'usd':
      return costText(value);
    case 'ms':
      return durationText(value);
  }
}

/** The value that held at an event: the last one before it. */
function laneValue({ ordinals, values }: Lane, ordinal: number): number | undefined {
  let low = 0;
  let high = ordinals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordinals[middle] ?? 0) <= ordinal) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low === 0 ? undefined : values[low - 1];
}

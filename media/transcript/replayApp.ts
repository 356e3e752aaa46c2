import type { LoadState, Opened, SavedReplay } from '../../src/protocol/transcript';
import { savedReplayParser } from '../../src/protocol/transcript';
import type { Host } from '../ui/host';
import { DetailView, eventElements } from './detailView';
import { h } from './dom';
import { EventList } from './eventList';
import { FilterBand } from './filterBand';
import { OutlineView } from './outlineView';
import { openComments, openGoTo, openHelp } from './overlays';
import type { PartContext } from './parts';
import { Player } from './player';
import { Rail } from './rail';
import { Notice } from './notice';
import { hasConditions, Replay } from './replay';
import type { Channel } from './replay';
import { ReplayKeys } from './replayKeys';
import { sash } from './sash';
import { SearchBand } from './searchBand';
import { CastScreen } from './castScreen';
import { Terminals } from './terminalPane';
import { Toolbar } from './toolbar';

/** Milliseconds after which what a person did is kept for the next reload. */
const keepMs = 250;
/** Milliseconds between two readings of the lanes while the sample grows. */
const growMs = 1500;
/** What is appended to a log may pair with events at most so far before its end. */
const pairedWithin = 50;

/** One transcript, whole: wires the parts to each other and to their host. */
export class ReplayApp {
  readonly element = h('main', { class: 'replay' });
  private readonly replay: Replay;
  private readonly parts;
  private readonly saved: SavedReplay | undefined;
  private readonly listening: { dispose(): void }[] = [];
  private keeping = 0;
  private growing = 0;
  private restored = false;
  /** The event to show as soon as it is indexed, unless somebody goes elsewhere before. */
  private wanted: number | undefined;
  /** Whether all of the sample was indexed when it was last asked for. */
  private settled = false;

  constructor(
    channel: Channel,
    private readonly host: Host,
    private readonly opened: Opened,
    private readonly onFailed: (error: unknown) => void,
  ) {
    const replay = new Replay(channel, opened);
    this.replay = replay;
    this.saved = savedState(host.readState());
    const terminals = new Terminals();
    const context: PartContext = {
      openLink: (url) => channel.send('openLink', { url }),
      openTerminal: terminals.openInPlace,
      samples: opened.samples,
      openSample: (sample) => void this.show(sample),
    };
    const body = (ordinal: number): HTMLElement => {
      const event = replay.cache.event(ordinal);
      return event === undefined || event instanceof Error
        ? h('p', { class: 'quiet' }, event?.message ?? 'Reading…')
        : h('div', {}, ...eventElements(event, replay, context));
    };
    const list = new EventList(replay, body);
    const detail = new DetailView(replay, context);
    const player = new Player(replay);
    const focusList = () => list.focus();
    const search = new SearchBand(replay, focusList);
    const filter = new FilterBand(replay, focusList);
    const rail = new Rail(replay, () => this.keep());
    this.parts = { replay, list, detail, player, search, filter, rail, ...this.toggles(detail) };
    this.layOut(terminals);
    this.listen(channel);
  }

  /** Shows a sample, at an event where one is given. */
  async show(sample: number, ordinal = 0): Promise<void> {
    const { replay } = this;
    this.parts.player.pause();
    replay.begin(sample);
    replay.current = 0;
    replay.expanded.clear();
    try {
      const state = await replay.channel.request(
        'load',
        { sample },
        { timeoutMs: Number.POSITIVE_INFINITY },
      );
      this.restore(sample);
      replay.current = ordinal;
      this.wanted = ordinal;
      this.settled = false;
      await this.take(state);
    } catch (error) {
      this.onFailed(error);
    }
  }

  async start(): Promise<void> {
    const { saved, opened } = this;
    const from = opened.reveal ?? saved ?? { sample: 0, ordinal: 0 };
    const sample = from.sample < opened.samples.length ? from.sample : 0;
    await this.show(sample, sample === from.sample ? from.ordinal : 0);
    void this.replay.readComments().catch(() => undefined);
    this.parts.list.focus();
  }

  dispose(): void {
    this.parts.player.pause();
    clearTimeout(this.keeping);
    for (const one of this.listening) {
      one.dispose();
    }
  }

  private toggles(detail: DetailView) {
    const outline = this.outlinePane;
    const set = (pane: HTMLElement, shown: boolean) => {
      pane.hidden = !shown;
      this.replay.tell('layout');
      this.replay.tell('current');
    };
    return {
      toggleOutline: () => set(outline, outline.hidden === true),
      toggleDetail: () => set(detail.element, detail.element.hidden === true),
      showDetail: () => set(detail.element, true),
    };
  }

  private readonly notice = new Notice();
  private readonly outlinePane = h('nav', { class: 'outline-pane', 'aria-label': 'Outline' });

  private layOut(terminals: Terminals): void {
    const { replay, parts, element } = this;
    const { list, detail, player, search, filter, rail } = parts;
    const toolbar = new Toolbar(replay, player, {
      search: () => search.open(),
      filter: () => (filter.element.hidden ? filter.open() : filter.close()),
      outline: parts.toggleOutline,
      detail: parts.toggleDetail,
      comments: () => openComments(replay, () => detail.comment()),
      collapse: () => list.collapseAll(),
      goTo: () => openGoTo(replay),
      help: openHelp,
      sample: (sample) => void this.show(sample),
    });
    const width = (pane: HTMLElement, name: string) => ({
      read: () => pane.offsetWidth,
      write: (pixels: number | undefined) => {
        if (pixels === undefined) {
          element.style.removeProperty(name);
        } else {
          element.style.setProperty(name, `${pixels}px`);
        }
        this.keep();
      },
    });
    const outlineSash = sash({
      label: 'Width of the outline',
      side: 1,
      ...width(this.outlinePane, '--outline-width'),
    });
    const detailSash = sash({
      label: 'Width of the detail',
      side: -1,
      ...width(detail.element, '--detail-width'),
    });
    const middle = h('div', { class: 'middle' }, list.element);
    if (this.opened.format === 'asciicast') {
      // A recording has no turns and no spans.
      this.outlinePane.hidden = true;
      outlineSash.hidden = true;
      middle.prepend(new CastScreen(replay, terminals).element);
    }
    this.outlinePane.append(new OutlineView(replay).element);
    element.append(
      h('h1', { class: 'visually-hidden' }, `Replay of ${this.opened.title}`),
      toolbar.element,
      search.element,
      filter.element,
      h(
        'div',
        { class: 'panes' },
        this.outlinePane,
        outlineSash,
        middle,
        detailSash,
        detail.element,
      ),
      rail.element,
    );
    toolbar.element.after(this.notice.element);
    replay.onChange((change) => {
      if (
        change === 'layout' ||
        change === 'current' ||
        change === 'filter' ||
        change === 'playing'
      ) {
        toolbar.outlineButton.setAttribute('aria-pressed', String(!this.outlinePane.hidden));
        toolbar.detailButton.setAttribute('aria-pressed', String(!detail.element.hidden));
        outlineSash.hidden = this.outlinePane.hidden;
        detailSash.hidden = detail.element.hidden;
        this.keep();
      }
    });
    const keys = new ReplayKeys(parts);
    window.addEventListener('keydown', keys.onKeyDown);
    const moved = () => (this.wanted = undefined);
    window.addEventListener('keydown', moved);
    element.addEventListener('pointerdown', moved);
    this.listening.push({
      dispose: () => {
        window.removeEventListener('keydown', keys.onKeyDown);
        window.removeEventListener('keydown', moved);
      },
    });
  }

  private listen(channel: Channel): void {
    this.listening.push(
      channel.on('progress', (state) => {
        if (state.sample === this.replay.sample) {
          void this.take(state);
        }
      }),
      channel.on('commentsChanged', () => void this.replay.readComments().catch(() => undefined)),
      channel.on('failed', (problem) => this.onFailed(problem)),
      channel.on('reveal', ({ sample, ordinal }) => {
        if (sample === this.replay.sample) {
          this.replay.seek(ordinal);
        } else {
          void this.show(sample, ordinal);
        }
      }),
    );
  }

  /** Takes what is known of the sample by now. */
  private async take(state: LoadState): Promise<void> {
    const { replay } = this;
    const before = replay.count;
    const first = replay.shape.kinds.length === 0 || before === 0;
    replay.load = state;
    replay.count = Math.max(state.count, state.complete ? 0 : before);
    if (!replay.isFiltered) {
      replay.tell('rows');
    }
    const now = performance.now();
    if (first || state.complete || now - this.growing > growMs) {
      this.growing = now;
      await this.readShape(state.complete ? before : undefined);
    }
    replay.tell('load');
  }

  private async readShape(from: number | undefined): Promise<void> {
    const { replay } = this;
    const { sample } = replay;
    // Once all is indexed, what was told of the first events may have changed: calls are paired.
    const known = replay.shape.kinds.length;
    const asked = from === undefined ? known : this.settled ? Math.max(0, from - pairedWithin) : 0;
    const shape = await replay.channel.request(
      'overview',
      { sample, from: asked },
      { timeoutMs: Number.POSITIVE_INFINITY },
    );
    if (sample !== replay.sample) {
      return;
    }
    replay.setShape(shape);
    this.notice.show([...this.opened.unread, ...shape.unread]);
    replay.current = Math.max(0, Math.min(this.wanted ?? replay.current, replay.count - 1));
    if (from !== undefined) {
      replay.cache.settle(Math.max(0, from - pairedWithin));
    }
    replay.tell('shape');
    replay.tell('current');
    if (hasConditions(replay.filter)) {
      await replay.refilter();
    }
    this.parts.list.reveal(this.restored && this.wanted === undefined ? 'nearest' : 'center');
    this.restored = true;
    this.settled = from !== undefined;
    if (this.settled || (this.wanted ?? 0) < replay.count) {
      this.wanted = undefined;
    }
  }

  private restore(sample: number): void {
    const { saved, parts, replay } = this;
    if (this.restored || saved === undefined) {
      return;
    }
    parts.player.setSpeed(saved.speed);
    parts.rail.axis = saved.axis;
    this.outlinePane.hidden = !saved.outline;
    parts.detail.element.hidden = !saved.detail;
    if (saved.outlineWidth > 0) {
      this.element.style.setProperty('--outline-width', `${saved.outlineWidth}px`);
    }
    if (saved.detailWidth > 0) {
      this.element.style.setProperty('--detail-width', `${saved.detailWidth}px`);
    }
    if (sample === saved.sample) {
      replay.filter = saved.filter;
      parts.filter.restore(saved.filter);
      saved.expanded.forEach((ordinal) => replay.expanded.add(ordinal));
    }
    replay.tell('layout');
  }

  private keep(): void {
    clearTimeout(this.keeping);
    this.keeping = window.setTimeout(() => {
      const { replay, parts } = this;
      const pixels = (name: string) =>
        Number.parseInt(this.element.style.getPropertyValue(name)) || 0;
      const state: SavedReplay = {
        version: 1,
        sample: replay.sample,
        ordinal: replay.current,
        expanded: [...replay.expanded].slice(0, 500),
        filter: replay.filter,
        outline: !this.outlinePane.hidden,
        detail: !parts.detail.element.hidden,
        outlineWidth: pixels('--outline-width'),
        detailWidth: pixels('--detail-width'),
        speed: parts.player.speed,
        axis: parts.rail.axis,
      };
      this.host.keepState(state);
    }, keepMs);
  }
}

function savedState(kept: unknown): SavedReplay | undefined {
  try {
    const state = savedReplayParser(kept);
    return state.version === 1 ? state : undefined;
  } catch {
    // Kept by another version: the view starts afresh.
    return undefined;
  }
}

import type { Opened, SavedReplay } from '../../src/protocol/transcript';
import { savedReplayParser } from '../../src/protocol/transcript';
import type { Host } from '../ui/host';
import { DetailView, eventElements } from './detailView';
import { openCases } from './casesView';
import { h } from './dom';
import { EventList } from './eventList';
import { FilterBand } from './filterBand';
import { OutlineView } from './outlineView';
import { openComments, openGoTo, openHelp } from './overlays';
import type { PartContext } from './parts';
import { Player } from './player';
import { Rail } from './rail';
import { Notice } from './notice';
import { Replay } from './replay';
import type { Channel } from './channel';
import { ReplayKeys } from './replayKeys';
import { sash } from './sash';
import { SampleLoader } from './sampleLoader';
import { SearchBand } from './searchBand';
import { CastScreen } from './castScreen';
import { Terminals } from './terminalPane';
import { Toolbar } from './toolbar';

/** Milliseconds after which what a person did is kept for the next reload. */
const keepMs = 250;
/** One transcript, whole: wires the parts to each other and to their host. */
export class ReplayApp {
  readonly element = h('main', { class: 'replay' });
  private readonly replay: Replay;
  private readonly parts;
  private readonly saved: SavedReplay | undefined;
  private readonly listening: { dispose(): void }[] = [];
  private keeping = 0;
  private restored = false;
  private readonly loader: SampleLoader;

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
      samples: () => replay.opened.samples,
      openSample: (sample) => this.go(sample),
      commentCase: (ordinal, name) => {
        this.parts.showDetail();
        replay.seek(ordinal);
        this.parts.detail.commentCase(ordinal, name);
      },
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
    const cases = () => void openCases(replay, { comment: context.commentCase });
    this.parts = {
      replay,
      cases,
      list,
      detail,
      player,
      search,
      filter,
      rail,
      ...this.toggles(detail),
    };
    this.loader = new SampleLoader(replay, {
      restore: (sample) => this.restore(sample),
      reveal: (align) => list.reveal(align),
      loaded: ({ unread }) => this.notice.show([...replay.opened.unread, ...unread]),
      failed: onFailed,
    });
    this.layOut(terminals);
    this.listen(channel);
  }

  /** Shows what has become of a file that was written anew, without losing the place. */
  async reopen(opened: Opened): Promise<void> {
    const { replay } = this;
    const shown = replay.opened.samples[replay.sample];
    const same = opened.samples.findIndex(
      ({ id, epoch }) => id === shown?.id && epoch === shown.epoch,
    );
    replay.opened = opened;
    replay.tell('file');
    if (same < 0) {
      await this.loader.show(0);
      return;
    }
    await this.loader.reload(same);
    this.parts.search.again();
  }

  async start(): Promise<void> {
    const { saved, opened } = this;
    const from = opened.reveal ?? saved ?? { sample: 0, ordinal: 0 };
    const sample = from.sample < opened.samples.length ? from.sample : 0;
    await this.loader.show(sample, sample === from.sample ? from.ordinal : 0);
    void this.replay.readComments().catch(() => undefined);
    this.parts.list.focus();
  }

  private go(sample: number, ordinal = 0): void {
    this.parts.player.pause();
    void this.loader.show(sample, ordinal);
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
      comments: () =>
        openComments(replay, (comment) => {
          parts.showDetail();
          detail.comment(comment);
        }),
      cases: parts.cases,
      collapse: () => list.collapseAll(),
      goTo: () => openGoTo(replay),
      help: openHelp,
      sample: (sample) => this.go(sample),
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
    const moved = () => this.loader.moved();
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
          void this.loader.take(state);
        }
      }),
      channel.on('commentsChanged', () => void this.replay.readComments().catch(() => undefined)),
      channel.on('failed', (problem) => this.onFailed(problem)),
      channel.on('reveal', ({ sample, ordinal }) => {
        if (sample === this.replay.sample) {
          this.replay.goTo(ordinal);
        } else {
          this.go(sample, ordinal);
        }
      }),
    );
  }

  private restore(sample: number): void {
    const { saved, parts, replay } = this;
    if (this.restored || saved === undefined) {
      return;
    }
    this.restored = true;
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
      replay.showsSpans = saved.spans === true;
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
        ...(replay.showsSpans ? { spans: true } : {}),
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

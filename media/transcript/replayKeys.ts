import type { Comment } from '../../src/protocol/transcript';
import type { Replay } from './replay';
import { openComments, openGoTo, openHelp } from './overlays';
import type { DetailView } from './detailView';
import type { EventList } from './eventList';
import type { FilterBand } from './filterBand';
import type { Player } from './player';
import type { Rail } from './rail';
import type { SearchBand } from './searchBand';

export interface ReplayParts {
  readonly replay: Replay;
  readonly list: EventList;
  readonly detail: DetailView;
  readonly player: Player;
  readonly search: SearchBand;
  readonly filter: FilterBand;
  readonly rail: Rail;
  readonly cases: () => void;
  readonly toggleOutline: () => void;
  readonly toggleDetail: () => void;
  readonly showDetail: () => void;
}

/** Milliseconds in which a second g means the first event. */
const doubleMs = 600;

/** Keys of the whole view, case told apart; where Inspect View has one for the same, it is that one. */
export class ReplayKeys {
  private digits: string | undefined;
  private digitsAt = 0;
  private readonly table: Readonly<Record<string, () => void>>;

  constructor(private readonly parts: ReplayParts) {
    this.table = { ...moves(parts), ...actions(parts) };
  }

  readonly onKeyDown = (event: KeyboardEvent): void => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key.toLowerCase() === 'f' && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        this.parts.search.open();
      }
      return;
    }
    if (target instanceof Element && takesText(target)) {
      return;
    }
    if (target instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter')) {
      return;
    }
    if (this.goTo(event.key) || this.press(event.key)) {
      event.preventDefault();
    }
  };

  private press(key: string): boolean {
    const action = Object.hasOwn(this.table, key) ? this.table[key] : undefined;
    action?.();
    return action !== undefined;
  }

  /** `g g`: the first event; `g`, digits and Enter: that event. */
  private goTo(key: string): boolean {
    const now = performance.now();
    if (this.digits === undefined) {
      if (key === 'g') {
        this.digits = '';
        this.digitsAt = now;
        return true;
      }
      return false;
    }
    if (/^\d$/.test(key)) {
      this.digits += key;
      return true;
    }
    const { digits } = this;
    this.digits = undefined;
    if (key === 'Enter' && digits !== '') {
      this.parts.replay.goTo(Number(digits));
      return true;
    }
    if (key === 'g') {
      if (now - this.digitsAt < doubleMs || digits === '') {
        this.parts.replay.seek(0);
      }
      return true;
    }
    return false;
  }
}

function takesText(element: Element): boolean {
  return (
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLInputElement && element.type !== 'checkbox') ||
    element.closest('.terminal-host') !== null
  );
}

function moves({ replay, list, search }: ReplayParts): Record<string, () => void> {
  const go = (ordinals: () => Uint32Array, direction: 1 | -1) => () => {
    const found = replay.neighbour(ordinals(), direction);
    if (found !== undefined) {
      replay.seek(found);
    }
  };
  const turns = () => replay.shape.turns.ordinals;
  const errors = () => replay.markersOf('error', 'limit');
  const tests = () => replay.markersOf('testRun', 'score');
  const agents = () => agentStarts(replay);
  return {
    ArrowDown: () => replay.step(1),
    ArrowUp: () => replay.step(-1),
    ArrowRight: () => replay.step(1),
    ArrowLeft: () => replay.step(-1),
    PageDown: () => replay.step(list.pageRows),
    PageUp: () => replay.step(-list.pageRows),
    Home: () => replay.seek(0),
    End: () => replay.seek(replay.count - 1),
    G: () => replay.seek(replay.count - 1),
    j: go(turns, 1),
    k: go(turns, -1),
    l: go(agents, 1),
    h: go(agents, -1),
    e: go(errors, 1),
    E: go(errors, -1),
    t: go(tests, 1),
    T: go(tests, -1),
    c: go(() => replay.markersOf('compaction'), 1),
    C: go(() => replay.markersOf('compaction'), -1),
    s: go(() => replay.markersOf('submit'), 1),
    S: go(() => replay.markersOf('submit'), -1),
    ']': go(() => replay.markersOf(), 1),
    '[': go(() => replay.markersOf(), -1),
    n: () => search.step(1),
    N: () => search.step(-1),
    p: () => {
      const pair = replay.cache.summary(replay.current)?.pair ?? -1;
      if (pair >= 0) {
        replay.seek(pair);
      }
    },
  };
}

const agentSpans: ReadonlySet<string> = new Set(['agent', 'subagent', 'handoff']);

/** The first shown event of each agent; of each span, where none is an agent's. */
function agentStarts(replay: Replay): Uint32Array {
  const { spans } = replay.shape;
  const agents = spans.filter(({ type }) => agentSpans.has(type));
  const starts = (agents.length > 0 ? agents : spans).map(({ first }) =>
    replay.ordinalAt(replay.rowOf(first)),
  );
  return Uint32Array.from(new Set(starts)).sort();
}

function actions(parts: ReplayParts): Record<string, () => void> {
  const { replay, list, detail, player, search, filter, rail } = parts;
  const place = () => ({ sample: replay.sample, ordinal: replay.current });
  const comment = (one?: Comment) => {
    parts.showDetail();
    detail.comment(one);
  };
  return {
    ' ': () => player.toggle(),
    '<': () => player.faster(-1),
    ',': () => player.faster(-1),
    '>': () => player.faster(1),
    '.': () => player.faster(1),
    Enter: () => list.toggle(),
    z: () => list.collapseAll(),
    '/': () => search.open(),
    f: () => filter.open(),
    ':': () => openGoTo(replay),
    '?': () => openHelp(),
    r: () => {
      parts.showDetail();
      detail.nextFace();
    },
    m: () => comment(),
    a: parts.cases,
    M: () => openComments(replay, comment),
    w: () => replay.channel.send('exportEvents', undefined),
    y: () => replay.channel.send('copyLink', place()),
    F2: () => replay.channel.send('filesAt', place()),
    d: () => replay.channel.send('changes', { ...place(), since: 'event' }),
    D: () => replay.channel.send('changes', { ...place(), since: 'testRun' }),
    o: parts.toggleOutline,
    v: parts.toggleDetail,
    x: () => rail.setAxis(rail.axis === 'time' ? 'events' : 'time'),
  };
}

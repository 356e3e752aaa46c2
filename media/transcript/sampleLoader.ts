import type { LoadState, Overview } from '../../src/protocol/transcript';
import { hasConditions } from './replay';
import type { Replay } from './replay';

/** Milliseconds between two readings of the lanes while the sample grows. */
const growMs = 1500;
/** What is appended to a log may pair with events at most so far before its end. */
const pairedWithin = 50;

export interface LoaderHooks {
  /** Gives the view what a person had set before a reload; called before a sample is first shown. */
  restore(sample: number): void;
  reveal(align: 'center' | 'nearest'): void;
  loaded(overview: Overview): void;
  failed(error: unknown): void;
}

/** Follows a sample while it is indexed, and when its file grows or is written anew. */
export class SampleLoader {
  /** When the overview was read last. */
  private readAt = 0;
  private isNew = true;
  /** The event to show as soon as it is indexed, unless somebody goes elsewhere before. */
  private wanted: number | undefined;
  /** Whether all of the sample was indexed when it was last asked for. */
  private settled = false;

  constructor(
    private readonly replay: Replay,
    private readonly hooks: LoaderHooks,
  ) {}

  /** Shows a sample, at an event where one is given. */
  async show(sample: number, ordinal = 0): Promise<void> {
    const { replay, hooks } = this;
    replay.begin(sample);
    replay.current = 0;
    replay.expanded.clear();
    this.isNew = true;
    this.settled = false;
    try {
      const state = await this.load(sample);
      hooks.restore(sample);
      replay.current = ordinal;
      this.wanted = ordinal;
      await this.take(state);
    } catch (error) {
      hooks.failed(error);
    }
  }

  /** Reads a sample again that was written anew; the current event and what is open stay. */
  async reload(sample: number): Promise<void> {
    const { replay } = this;
    const { current } = replay;
    const state = await this.load(sample);
    replay.begin(sample);
    this.wanted = current < state.count ? undefined : current;
    this.settled = false;
    await this.take(state);
  }

  /** Somebody has gone elsewhere. */
  moved(): void {
    this.wanted = undefined;
  }

  /** Takes what is known of the sample by now. */
  async take(state: LoadState): Promise<void> {
    const { replay } = this;
    const before = replay.count;
    const first = before === 0 || replay.shape.kinds.length === 0;
    replay.load = state;
    replay.count = Math.max(state.count, state.complete ? 0 : before);
    if (!replay.isFiltered) {
      replay.updateRows();
    }
    const now = performance.now();
    if (first || state.complete || now - this.readAt > growMs) {
      this.readAt = now;
      await this.readOverview(state.complete, before);
    }
    replay.tell('load');
  }

  private load(sample: number): Promise<LoadState> {
    return this.replay.channel.request('load', { sample }, { timeoutMs: Number.POSITIVE_INFINITY });
  }

  private async readOverview(complete: boolean, before: number): Promise<void> {
    const { replay, hooks } = this;
    const { sample } = replay;
    const changed = Math.max(0, before - pairedWithin);
    // Once all is indexed, what was told of any event may have changed: calls are paired with answers.
    const from = !complete ? replay.shape.kinds.length : this.settled ? changed : 0;
    const overview = await replay.channel.request(
      'overview',
      { sample, from },
      { timeoutMs: Number.POSITIVE_INFINITY },
    );
    if (sample !== replay.sample) {
      return;
    }
    replay.setShape(overview);
    hooks.loaded(overview);
    replay.current = Math.max(0, Math.min(this.wanted ?? replay.current, replay.count - 1));
    if (complete) {
      replay.cache.settle(changed);
    }
    replay.tell('shape');
    replay.tell('current');
    if (hasConditions(replay.filter)) {
      await replay.refilter();
    } else {
      replay.updateRows();
    }
    if (!replay.isVisible(replay.current)) {
      // A link may lead to where a span begins; the start of a run need not be shown.
      const named = this.wanted !== undefined && this.wanted > 0;
      replay[named ? 'goTo' : 'seek'](replay.current);
    }
    hooks.reveal(this.isNew || this.wanted !== undefined ? 'center' : 'nearest');
    this.isNew = false;
    this.settled = complete;
    if (complete || (this.wanted ?? 0) < replay.count) {
      this.wanted = undefined;
    }
  }
}

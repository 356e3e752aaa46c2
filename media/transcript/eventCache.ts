import type { EventSummary, TranscriptEvent } from '../../src/protocol/transcript';
import type { Channel } from './channel';

/** Summaries kept; the oldest go first. */
const mostSummaries = 20_000;
const mostEvents = 300;
/** Asked for at once; the host takes 512. */
const batch = 200;

/** Summaries and events that were asked for, and the asking for those that rows show. */
export class EventCache {
  private readonly summaries = new Map<number, EventSummary>();
  private readonly events = new Map<number, TranscriptEvent | Error>();
  private readonly asked = new Set<number>();
  private readonly wanted = new Set<number>();
  private sample = 0;
  private frame = 0;
  /** Of what answers belong to; answers of an earlier one are dropped. */
  private generation = 0;

  constructor(
    private readonly channel: Channel,
    private readonly onArrival: () => void,
  ) {}

  clear(sample: number): void {
    this.sample = sample;
    this.generation++;
    this.summaries.clear();
    this.events.clear();
    this.asked.clear();
    this.wanted.clear();
  }

  /** Reads anew what was read before all of it was there, and all from an event on. */
  settle(from: number): void {
    for (const key of this.summaries.keys()) {
      if (key >= from) {
        this.summaries.delete(key);
      }
    }
    for (const [key, event] of this.events) {
      if (key >= from || event instanceof Error || event.unread.length > 0) {
        this.events.delete(key);
      }
    }
  }

  /** A summary, or `undefined` until it comes. */
  summary(ordinal: number): EventSummary | undefined {
    const known = this.summaries.get(ordinal) ?? undefined;
    if (known === undefined && !this.asked.has(ordinal)) {
      this.wanted.add(ordinal);
      this.frame ||= window.setTimeout(() => this.ask(), 0);
    }
    return known;
  }

  /** An event whole, why it cannot be had, or `undefined` until it comes. */
  event(ordinal: number): TranscriptEvent | Error | undefined {
    const known = this.events.get(ordinal);
    if (known !== undefined) {
      this.events.delete(ordinal);
      this.events.set(ordinal, known);
      return known;
    }
    if (!this.asked.has(-1 - ordinal)) {
      this.asked.add(-1 - ordinal);
      void this.fetch(ordinal);
    }
    return undefined;
  }

  private async fetch(ordinal: number): Promise<void> {
    const { generation, sample } = this;
    const event = await this.channel
      .request('event', { sample, ordinal })
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (generation === this.generation) {
      this.asked.delete(-1 - ordinal);
      this.events.set(ordinal, event);
      trim(this.events, mostEvents);
      this.onArrival();
    }
  }

  private ask(): void {
    this.frame = 0;
    const ordinals = [...this.wanted];
    this.wanted.clear();
    for (let at = 0; at < ordinals.length; at += batch) {
      void this.fetchSummaries(ordinals.slice(at, at + batch));
    }
  }

  private async fetchSummaries(ordinals: readonly number[]): Promise<void> {
    const { generation, sample } = this;
    for (const ordinal of ordinals) {
      this.asked.add(ordinal);
    }
    const found = await this.channel.request('summaries', { sample, ordinals }).catch(() => []);
    if (generation !== this.generation) {
      return;
    }
    for (const ordinal of ordinals) {
      this.asked.delete(ordinal);
    }
    for (const summary of found) {
      this.summaries.set(summary.ordinal, summary);
    }
    trim(this.summaries, mostSummaries);
    if (found.length > 0) {
      this.onArrival();
    }
  }
}

function trim(map: Map<number, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) {
      return;
    }
    map.delete(key);
  }
}

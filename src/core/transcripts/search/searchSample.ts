import { breathe } from '../bytes/byteStore';
import type { LoadedSample } from '../loadedSample';
import { shownBy } from '../summaries';
import { ByteScanner } from './byteScanner';
import { eventTexts } from './eventTexts';
import type { Needle } from './needle';
import { needleOf } from './needle';
import { Owners } from './owners';
import type { SearchHit, SearchQuery, SearchResult } from './query';

/** Characters of an excerpt before and after what was found. */
const around = 60;
/** Milliseconds of work after which hits are given and cancellation is looked for. */
const sliceMs = 25;
/** Occurrences counted in one event. */
const mostMatches = 10_000;
/** Of the events that were looked at, the share that held the text, from which bytes alone are believed. */
const mostlyRight = 0.9;

/**
 * Searches everything that the events of a sample show. Bytes are searched first, as they lie, so that
 * only records that hold the text are parsed; what is found in attachments and pools is led back to
 * the events that show it.
 *
 * @throws UserError if the query is no query.
 */
export async function searchSample(
  sample: LoadedSample,
  query: SearchQuery,
  onHits: (hits: readonly SearchHit[]) => void,
  signal?: AbortSignal,
): Promise<SearchResult> {
  const search = new Search(sample, query, onHits, signal);
  await search.run();
  return search.result();
}

/**
 * What one event shows of what is looked for; `undefined` if nothing.
 *
 * @throws UserError if the query is no query.
 */
export function hitOf(
  sample: LoadedSample,
  query: SearchQuery,
  ordinal: number,
): SearchHit | undefined {
  return lookAt(sample, needleOf(query), ordinal);
}

function lookAt(sample: LoadedSample, needle: Needle, ordinal: number): SearchHit | undefined {
  const { parts, error } = shownBy(sample, ordinal);
  const pattern = needle.pattern();
  let matches = 0;
  let first: Pick<SearchHit, 'excerpt' | 'from' | 'to'> | undefined;
  for (const text of eventTexts(parts, error)) {
    pattern.lastIndex = 0;
    for (
      let match = pattern.exec(text);
      match !== null && matches < mostMatches;
      match = pattern.exec(text)
    ) {
      matches++;
      first ??= excerpt(text, match.index, match[0].length);
      // An expression that matches nothing would stay where it is.
      pattern.lastIndex += match[0].length === 0 ? 1 : 0;
    }
  }
  return first && { ordinal, kind: sample.index.events.kind(ordinal), matches, ...first };
}

class Search {
  private readonly needle: Needle;
  private readonly kinds: ReadonlySet<string> | undefined;
  private readonly done: Uint8Array;
  private pending: SearchHit[] = [];
  private hits = 0;
  private matches = 0;
  private bytes = 0;
  private looks = 0;
  private about = false;
  private rested = performance.now();

  constructor(
    private readonly sample: LoadedSample,
    private readonly query: SearchQuery,
    private readonly onHits: (hits: readonly SearchHit[]) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.needle = needleOf(query);
    this.kinds = query.kinds === undefined ? undefined : new Set(query.kinds);
    this.done = new Uint8Array(sample.index.events.length);
  }

  async run(): Promise<void> {
    if (this.needle.bytes === undefined) {
      await this.lookAtAll();
    } else {
      await this.scan(this.needle.bytes);
    }
    this.flush();
  }

  result(): SearchResult {
    const { hits, matches, bytes, about } = this;
    return { hits, matches, bytes, about, stopped: this.full };
  }

  private get full(): boolean {
    return this.query.limit !== undefined && this.hits >= this.query.limit;
  }

  /** Whether enough texts were looked at to know that bytes alone tell nearly the same. */
  private get isQuick(): boolean {
    const { exactly } = this.query;
    return (
      exactly !== undefined &&
      this.sample.reader.shownMembers !== undefined &&
      this.query.regex !== true &&
      this.looks >= exactly &&
      this.hits >= this.looks * mostlyRight
    );
  }

  private async scan(needles: readonly Buffer[]): Promise<void> {
    const { store } = this.sample;
    const scanner = new ByteScanner(store, needles, this.needle.ignoreCase);
    const owners = new Owners(this.sample);
    let at = 0;
    while (!this.full) {
      const next = scanner.next(at);
      if (next === undefined) {
        break;
      }
      at = next.at;
      if (next.found) {
        const owned = owners.of(at);
        for (const ordinal of owned.ordinals) {
          this.consider(ordinal, at, scanner);
          await this.rest();
        }
        at = Math.max(at + 1, owned.end);
      }
      this.bytes = Math.min(store.size, at);
      await this.rest();
    }
  }

  private async lookAtAll(): Promise<void> {
    for (let ordinal = 0; ordinal < this.done.length && !this.full; ordinal++) {
      if (this.isOpen(ordinal)) {
        this.look(ordinal);
      }
      this.bytes += this.sample.index.events.size(ordinal);
      await this.rest();
    }
  }

  private isOpen(ordinal: number): boolean {
    return (
      !this.full &&
      this.done[ordinal] === 0 &&
      (this.kinds === undefined || this.kinds.has(this.sample.index.events.kind(ordinal)))
    );
  }

  /** Judges an event that has to do with the bytes at a place. */
  private consider(ordinal: number, at: number, scanner: ByteScanner): void {
    if (!this.isOpen(ordinal) || !this.mayHold(ordinal, at, scanner)) {
      return;
    }
    if (this.isQuick) {
      const kind = this.sample.index.events.kind(ordinal);
      this.done[ordinal] = 1;
      this.about = true;
      this.take({ ordinal, kind, matches: 1, excerpt: '', from: 0, to: 0 });
    } else {
      this.look(ordinal);
    }
  }

  /** Whether what lies in an event's record may be shown; else an attachment of it may still hold more. */
  private mayHold(ordinal: number, at: number, scanner: ByteScanner): boolean {
    const { index, reader } = this.sample;
    const offset = index.events.offset(ordinal);
    const length = index.events.size(ordinal);
    const members = reader.shownMembers?.(index.events.type(ordinal));
    return (
      members === undefined ||
      at < offset ||
      at >= offset + length ||
      scanner.recordHolds(offset, length, members)
    );
  }

  /** Looks for the text itself in one event, once. */
  private look(ordinal: number): void {
    this.done[ordinal] = 1;
    this.looks++;
    const hit = lookAt(this.sample, this.needle, ordinal);
    if (hit !== undefined) {
      this.take(hit);
    }
  }

  private take(hit: SearchHit): void {
    this.hits++;
    this.matches += hit.matches;
    this.pending.push(hit);
  }

  private async rest(): Promise<void> {
    if (performance.now() - this.rested < sliceMs) {
      return;
    }
    this.flush();
    await breathe();
    this.signal?.throwIfAborted();
    this.rested = performance.now();
  }

  private flush(): void {
    if (this.pending.length > 0) {
      this.onHits(this.pending);
      this.pending = [];
    }
  }
}

function excerpt(
  text: string,
  at: number,
  length: number,
): Pick<SearchHit, 'excerpt' | 'from' | 'to'> {
  const start = Math.max(0, at - around);
  const shown = Math.min(length, 2 * around);
  return {
    excerpt: text.slice(start, at + shown + around),
    from: at - start,
    to: at - start + shown,
  };
}

import { setImmediate } from 'node:timers/promises';
import type { BytesHost, Found, Opened, StreamHead } from '../../../protocol/bytes';
import type { Disposable } from '../../disposable';
import { CancelledError, errorText, UserError } from '../../errors';
import { BufferSource, FileSource } from '../byteSource';
import type { ByteSource } from '../byteSource';
import { ComparedStream } from './comparedStream';
import { copyBytes } from './copyBytes';
import { needleOf, searchSource } from './search';
import type { Match } from './search';

/** Bytes to compare: a file, or few bytes themselves; neither where there is no such file. */
export interface ByteRef {
  /** Absolute path. */
  readonly path?: string;
  /** At most about a megabyte. */
  readonly bytes?: Uint8Array;
}

export interface StreamPair {
  readonly name: string;
  readonly expected: ByteRef;
  readonly actual: ByteRef;
}

/** Matches that are given at once; more are only said to exist. */
const mostMatches = 20_000;
/** Milliseconds between two times that the view is told of progress. */
const toldEvery = 120;
/** Milliseconds of comparing before the first layout is given. */
const atOnce = 30;

type Requests = BytesHost['requests'];
type Params<K extends keyof Requests> = Requests[K]['params'];

/** What the byte view asks for, answered. Lives in a worker, since it reads and compares. */
export class BytesSession implements Disposable {
  private readonly streams: (ComparedStream | UserError)[];
  private readonly heads: StreamHead[];
  private readonly running = new Set<number>();
  private disposed = false;

  constructor(
    pairs: readonly StreamPair[],
    /** Told that a stream has been compared further. */
    private readonly onCompared: (stream: number) => void,
  ) {
    this.streams = pairs.map(openStream);
    this.heads = this.streams.map((stream, i) => headOf(stream, pairs[i]?.name ?? ''));
  }

  open(): Pick<Opened, 'streams'> {
    return { streams: this.heads };
  }

  layout({ stream, arrangement }: Params<'layout'>) {
    const compared = this.stream(stream);
    if (!compared.isComplete && !this.running.has(stream)) {
      // A little at once: small pairs are done with it, large ones have something to show.
      const began = performance.now();
      while (!compared.step() && (!compared.hasRows || performance.now() - began < atOnce)) {
        // Until then.
      }
      this.compareOn(stream);
    }
    return compared.layout(arrangement);
  }

  rows({ stream, arrangement, from, count }: Params<'rows'>) {
    return this.stream(stream).rows(arrangement, from, count);
  }

  change({ stream, arrangement, row, direction }: Params<'change'>) {
    return this.stream(stream).change(arrangement, row, direction);
  }

  locate({ stream, arrangement, side, offset }: Params<'locate'>) {
    return this.stream(stream).locate(arrangement, side, offset);
  }

  bytes({ stream, side, start, end }: Params<'bytes'>): Uint8Array {
    return Uint8Array.from(this.stream(stream).bytes(side, start, end));
  }

  copy({ stream, side, start, end, format }: Params<'copy'>) {
    return copyBytes(this.stream(stream).bytes(side, start, end), format);
  }

  async search(params: Params<'search'>, signal: AbortSignal): Promise<Found> {
    const stream = this.stream(params.stream);
    const needle = needleOf(params.query, params.kind, params.matchCase);
    const matches: Match[] = [];
    // One more than is given, to know whether there are more.
    const keep = (match: Match) => matches.push(match) <= mostMatches;
    for (const side of ['expected', 'actual'] as const) {
      if (matches.length <= mostMatches) {
        await this.inSteps(searchSource(stream.source(side), side, needle, keep), signal);
      }
    }
    return {
      matches: matches.slice(0, mostMatches),
      length: needle.length,
      more: matches.length > mostMatches,
    };
  }

  async summary({ stream }: Params<'summary'>, signal: AbortSignal) {
    const compared = this.stream(stream);
    while (!compared.isComplete) {
      compared.step();
      await this.pause(signal);
    }
    return this.inSteps(compared.summary(), signal);
  }

  dispose(): void {
    this.disposed = true;
    for (const stream of this.streams) {
      if (stream instanceof ComparedStream) {
        stream.dispose();
      }
    }
  }

  private stream(index: number): ComparedStream {
    const stream = this.streams[index];
    if (stream instanceof ComparedStream) {
      return stream;
    }
    throw stream ?? new UserError('There is no such stream.');
  }

  /** Compares a stream to its end, letting requests in between. */
  private compareOn(index: number): void {
    if (this.running.has(index)) {
      return;
    }
    this.running.add(index);
    void this.compareToEnd(index).finally(() => this.running.delete(index));
  }

  private async compareToEnd(index: number): Promise<void> {
    const stream = this.stream(index);
    let told = performance.now();
    try {
      for (let complete = stream.isComplete; !complete;) {
        await this.pause();
        complete = stream.step();
        if (complete || performance.now() - told > toldEvery) {
          told = performance.now();
          this.onCompared(index);
        }
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        // Whoever asks for the layout again is told why. Searches may still read: it stays open.
        this.onCompared(index);
      }
    }
  }

  private async inSteps<T>(steps: Generator<undefined, T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) {
        return value;
      }
      await this.pause(signal);
    }
  }

  private async pause(signal?: AbortSignal): Promise<void> {
    await setImmediate();
    if (this.disposed || signal?.aborted === true) {
      throw new CancelledError();
    }
  }
}

function openStream({ name, expected, actual }: StreamPair): ComparedStream | UserError {
  const opened: ByteSource[] = [];
  try {
    const open = (ref: ByteRef): ByteSource => {
      const source =
        ref.path === undefined
          ? new BufferSource(ref.bytes ?? new Uint8Array())
          : FileSource.open(ref.path);
      opened.push(source);
      return source;
    };
    return new ComparedStream({
      name,
      expected: open(expected),
      actual: open(actual),
      paths: {
        ...(expected.path !== undefined && { expected: expected.path }),
        ...(actual.path !== undefined && { actual: actual.path }),
      },
      missing: { expected: isMissing(expected), actual: isMissing(actual) },
    });
  } catch (error) {
    for (const source of opened) {
      source.dispose();
    }
    return error instanceof UserError ? error : new UserError(errorText(error), { cause: error });
  }
}

function isMissing({ path, bytes }: ByteRef): boolean {
  return path === undefined && bytes === undefined;
}

function headOf(stream: ComparedStream | UserError, name: string): StreamHead {
  if (stream instanceof ComparedStream) {
    return stream.head;
  }
  const { message, action } = stream;
  return {
    name,
    expected: { size: 0 },
    actual: { size: 0 },
    equal: false,
    problem: { message, ...(action !== undefined && { action }) },
  };
}

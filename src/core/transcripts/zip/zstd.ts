import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { breathe } from '../bytes/byteStore';
import { throughStream } from './throughStream';
import type { TakeChunk, UnpackStream } from './throughStream';
import { ZstdFrames } from './zstdFrames';
import { mostWindow } from './zstdWindow';

interface ZlibWithZstd {
  createZstdDecompress?(options: { chunkSize: number }): UnpackStream;
}

/** Whether this Node decodes zstd itself (22.15, 23.8 and later). */
export function hasNativeZstd(): boolean {
  return (zlib as ZlibWithZstd).createZstdDecompress !== undefined;
}

/**
 * Decodes concatenated zstd frames with Node's own decoder, which refuses windows over 128 MB. It
 * stops at the end of a frame wherever the next one begins in the same chunk, and says nothing: so
 * each frame has a decoder of its own.
 *
 * @throws Error on damage, after everything before it was passed on.
 */
export async function unpackZstdNatively(chunks: Iterable<Buffer>, take: TakeChunk): Promise<void> {
  const frames = new ZstdFrames();
  const runs = frameRuns(chunks, frames);
  for (let run = runs.next(); run.done !== true; run = runs.next()) {
    const decoder = run.value.skipped ? undefined : createDecoder();
    if (decoder !== undefined) {
      await throughStream(restOfFrame(run.value, runs), decoder, take);
    }
  }
  if (!frames.complete) {
    throw new Error('it ends too early');
  }
}

function createDecoder(): UnpackStream | undefined {
  return (zlib as ZlibWithZstd).createZstdDecompress?.({ chunkSize: 1024 * 1024 });
}

/** Bytes of one frame that came in one chunk. */
interface Run {
  readonly bytes: Buffer;
  readonly skipped: boolean;
  readonly last: boolean;
}

function* frameRuns(chunks: Iterable<Buffer>, frames: ZstdFrames): Generator<Run, undefined> {
  let skipped = false;
  for (const chunk of chunks) {
    const runs: Run[] = [];
    let pieces: Buffer[] = [];
    let problem: unknown;
    const close = (last: boolean) => {
      if (pieces.length > 0) {
        runs.push({ bytes: Buffer.concat(pieces), skipped, last });
        pieces = [];
      }
    };
    try {
      frames.push(chunk, ({ bytes, last, window }) => {
        skipped = window === undefined ? skipped : window === 0;
        pieces.push(bytes);
        if (last) {
          close(true);
        }
      });
    } catch (error) {
      problem = error;
    }
    close(false);
    yield* runs;
    if (problem !== undefined) {
      throw problem instanceof Error ? problem : new Error('invalid zstd data');
    }
  }
  return undefined;
}

function* restOfFrame(first: Run, runs: Iterator<Run, undefined>): Generator<Buffer> {
  yield first.bytes;
  for (let { last } = first; !last;) {
    const next = runs.next();
    if (next.done === true) {
      return;
    }
    last = next.value.last;
    yield next.value.bytes;
  }
}

/** Unpacked bytes that are gathered before they are passed on. */
const batchBytes = 1024 * 1024;

/**
 * Decodes concatenated zstd frames with a decoder in JavaScript, for Node versions without their own.
 * Each frame has a decoder of its own, because the decoder in use overflows past 2^28 bytes.
 *
 * @throws Error on damage, after everything before it was passed on.
 */
export async function unpackZstdInScript(chunks: Iterable<Buffer>, take: TakeChunk): Promise<void> {
  const frames = new ZstdFrames();
  const batch = new Batch();
  let decoder: Decompress | undefined;
  const decode = (bytes: Buffer, last: boolean, window: number | undefined) => {
    if (window !== undefined && window > mostWindow) {
      throw new Error(`it asks for ${Math.round(window / 2 ** 20)} MB of memory to be unpacked`);
    }
    if (window !== undefined) {
      decoder = window === 0 ? undefined : new Decompress((chunk) => batch.add(chunk));
    }
    // A plain view, because the decoder slices with the type that it is given.
    decoder?.push(new Uint8Array(bytes), last);
  };
  let problem: unknown;
  for (const chunk of chunks) {
    try {
      frames.push(chunk, ({ bytes, last, window }) => decode(bytes, last, window));
    } catch (error) {
      problem = error;
    }
    if (batch.length >= batchBytes || problem !== undefined) {
      await take(batch.flush());
      await breathe();
    }
    if (problem !== undefined) {
      throw problem instanceof Error ? problem : new Error('invalid zstd data');
    }
  }
  await take(batch.flush());
  if (!frames.complete) {
    throw new Error('it ends too early');
  }
}

class Batch {
  private chunks: Uint8Array[] = [];
  length = 0;

  add(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }

  flush(): Buffer {
    const bytes = Buffer.concat(this.chunks, this.length);
    this.chunks = [];
    this.length = 0;
    return bytes;
  }
}

import { crc32, createInflateRaw } from 'node:zlib';
import { errorText } from '../../errors';
import { breathe } from '../bytes/byteStore';
import type { ByteStore } from '../bytes/byteStore';
import { throughStream } from './throughStream';
import type { TakeChunk } from './throughStream';
import { hasNativeZstd, unpackZstdInScript, unpackZstdNatively } from './zstd';
import { zipMethods } from './zipEntry';

/** Packed bytes within a file. */
export interface Packed {
  readonly file: ByteStore;
  readonly offset: number;
  readonly length: number;
  /** A method of the ZIP specification; see `zipMethods`. */
  readonly method: number;
  /** More unpacked bytes than this are refused: the directory lies, or the file is a bomb. */
  readonly mostBytes: number;
  /** What the directory says of the unpacked bytes; 0 where it says nothing. */
  readonly crc32?: number;
}

export interface Unpacked {
  readonly bytes: number;
  /** Why what came out is not all of it, as the end of a sentence. */
  readonly problem?: string;
}

/** Compressed bytes that are read at once. */
const readBytes = 512 * 1024;

class TooMuch extends Error {}

/**
 * Unpacks bytes as a stream, in memory that does not grow with them. Damage does not throw: what came
 * out before it is given, and the problem is named.
 */
export async function unpack(
  packed: Packed,
  take: TakeChunk,
  signal?: AbortSignal,
): Promise<Unpacked> {
  let bytes = 0;
  let checksum = 0;
  const wantsChecksum = (packed.crc32 ?? 0) !== 0;
  const count = async (chunk: Buffer) => {
    signal?.throwIfAborted();
    const room = packed.mostBytes - bytes;
    const taken = chunk.length > room ? chunk.subarray(0, room) : chunk;
    bytes += taken.length;
    if (wantsChecksum) {
      checksum = crc32(taken, checksum);
    }
    await take(taken);
    if (chunk.length > room) {
      throw new TooMuch('it holds more than its directory says');
    }
  };
  try {
    await pump(packed, count, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return {
      bytes,
      problem:
        error instanceof TooMuch ? error.message : `its data is damaged (${errorText(error)})`,
    };
  }
  return wantsChecksum && checksum !== packed.crc32
    ? { bytes, problem: 'its checksum does not match: some of its bytes are not what was written' }
    : { bytes };
}

async function pump(packed: Packed, take: TakeChunk, signal?: AbortSignal): Promise<void> {
  switch (packed.method) {
    case zipMethods.stored:
      return copyStored(packed, take, signal);
    case zipMethods.deflate:
      return throughStream(
        compressedChunks(packed),
        createInflateRaw({ chunkSize: 256 * 1024 }),
        take,
      );
    case zipMethods.zstd:
      return hasNativeZstd()
        ? unpackZstdNatively(compressedChunks(packed), take)
        : unpackZstdInScript(compressedChunks(packed), take);
    default:
      throw new Error(`compression method ${packed.method} is not known`);
  }
}

async function copyStored(packed: Packed, take: TakeChunk, signal?: AbortSignal): Promise<void> {
  for (const chunk of compressedChunks(packed)) {
    signal?.throwIfAborted();
    await take(chunk);
    await breathe();
  }
}

function* compressedChunks({ file, offset, length }: Packed): Generator<Buffer> {
  let at = offset;
  const end = Math.min(file.size, offset + length);
  while (at < end) {
    const chunk = file.read(at, Math.min(readBytes, end - at));
    if (chunk.length === 0) {
      return;
    }
    at += chunk.length;
    yield chunk;
  }
}

/** Unpacks into one buffer, for entries that are known to be small. */
export async function unpackToBuffer(
  packed: Packed,
  signal?: AbortSignal,
): Promise<Unpacked & { readonly buffer: Buffer }> {
  const chunks: Buffer[] = [];
  const result = await unpack(packed, (chunk) => void chunks.push(Buffer.from(chunk)), signal);
  return { ...result, buffer: Buffer.concat(chunks) };
}

import { utimes } from 'node:fs/promises';
import { UserError } from '../errors';
import type { CacheFolder } from './bytes/cacheFolder';
import { ChainedStore, FileStore, forEachChunk } from './bytes/byteStore';
import type { ByteStore } from './bytes/byteStore';
import { GrowingFile, GrowingMemory } from './bytes/growingStore';
import type { GrowingStore } from './bytes/growingStore';
import type { Piece, PieceIndexer, SampleIndexer, SampleSource } from './formats/format';
import { loadIndex, saveIndex } from './index/indexFile';
import { SampleIndex } from './index/sampleIndex';
import type { LoadObserver, LoadedSample } from './loadedSample';
import type { TakeChunk } from './zip/throughStream';
import type { Packed, Unpacked } from './zip/unpack';

/** Unpacks bytes; on this thread or on another. */
export type Unpack = (packed: Packed, take: TakeChunk, signal?: AbortSignal) => Promise<Unpacked>;

export interface LoadOptions extends LoadObserver {
  /** Where large samples are kept unpacked, and their indexes; without it all is held in memory. */
  readonly cache?: { readonly folder: CacheFolder; readonly place: string };
  readonly unpack: Unpack;
  readonly signal?: AbortSignal;
}

/** Unpacked samples up to this size are held in memory. */
const mostInMemory = 48 * 1024 * 1024;
/** Indexes of samples smaller than this are made faster than they are read back. */
const worthKeeping = 8 * 1024 * 1024;
/** Nothing that people wrote compresses further than this; zeros made to fill a disk do. */
const mostRatio = 2000;

/**
 * Indexes one sample: streams its bytes once, and keeps the unpacked bytes and the index for the next
 * time if the sample is large.
 *
 * @throws UserError if it cannot be unpacked for want of room, or claims to be of an absurd size.
 */
export async function loadSample(
  source: SampleSource,
  options: LoadOptions,
): Promise<LoadedSample> {
  const kept = await loadKept(source, options);
  if (kept !== undefined) {
    options.readable?.(kept);
    return kept;
  }
  const index = new SampleIndex();
  const packed = source.pieces.some(({ bytes }) => isPacked(bytes));
  const sample = packed
    ? await loadPacked(source, index, options)
    : await loadPlain(source, index, options);
  await keepIndex(sample, options);
  return sample;
}

function isPacked(bytes: Packed | ByteStore): bytes is Packed {
  return 'method' in bytes;
}

function pieceBytes({ bytes }: Piece): number {
  return isPacked(bytes) ? bytes.mostBytes : bytes.size;
}

const totalBytes = (source: SampleSource) =>
  source.pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);

async function loadKept(
  source: SampleSource,
  { cache }: LoadOptions,
): Promise<LoadedSample | undefined> {
  const index = cache === undefined ? undefined : await loadIndex(`${cache.place}.index`);
  if (cache === undefined || index === undefined) {
    return undefined;
  }
  const plain = plainStore(source);
  const store = plain ?? openKept(`${cache.place}.bytes`, index);
  if (store === undefined) {
    return undefined;
  }
  await touch(cache.place);
  const close = plain === undefined ? () => store.close() : () => undefined;
  return { source, index, store, reader: source.reader(index, store), close };
}

function openKept(path: string, index: SampleIndex): ByteStore | undefined {
  try {
    const store = FileStore.open(path);
    if (store.size === index.facts['bytes']) {
      return store;
    }
    store.close();
  } catch {
    // It was pruned; the sample is unpacked anew.
  }
  return undefined;
}

async function touch(place: string): Promise<void> {
  const now = new Date();
  for (const path of [`${place}.index`, `${place}.bytes`]) {
    await utimes(path, now, now).catch(() => undefined);
  }
}

/** The bytes of a sample that lies in its files as it is. */
function plainStore(source: SampleSource): ByteStore | undefined {
  const chain = new ChainedStore();
  for (const { bytes } of source.pieces) {
    if (isPacked(bytes)) {
      return undefined;
    }
    if (source.pieces.length === 1) {
      return bytes;
    }
    chain.add(bytes);
  }
  return chain;
}

async function loadPlain(
  source: SampleSource,
  index: SampleIndex,
  options: LoadOptions,
): Promise<LoadedSample> {
  const store = plainStore(source) ?? new ChainedStore();
  const indexer = source.indexer(index);
  const sample: LoadedSample = {
    source,
    index,
    store,
    reader: source.reader(index, store),
    // The files have an owner: the transcript that they were opened for.
    close: () => undefined,
  };
  const total = totalBytes(source);
  let base = 0;
  options.readable?.(sample);
  for (const [number, piece] of source.pieces.entries()) {
    const pieceIndexer = indexer.piece(number, base);
    const bytes = piece.bytes as ByteStore;
    const start = base;
    await forEachChunk(bytes, options, (chunk, offset) => {
      pieceIndexer.push(chunk);
      options.progress?.(start + offset + chunk.length, total);
    });
    pieceIndexer.end();
    if (source.grows === true && bytes instanceof FileStore) {
      sample.follow = follow(bytes, pieceIndexer, () => indexer.finish(store));
    }
    base += bytes.size;
  }
  indexer.finish(store);
  return sample;
}

/** Goes on indexing a file where it ended, each time that it grew. */
function follow(
  file: FileStore,
  indexer: PieceIndexer,
  finish: () => void,
): NonNullable<LoadedSample['follow']> {
  let indexed = file.size;
  return async (signal) => {
    if (!file.refresh()) {
      return false;
    }
    const options = { from: indexed, ...(signal === undefined ? {} : { signal }) };
    await forEachChunk(file, options, (chunk, offset) => {
      indexer.push(chunk);
      indexed = offset + chunk.length;
    });
    indexer.end();
    finish();
    return true;
  };
}

async function loadPacked(
  source: SampleSource,
  index: SampleIndex,
  options: LoadOptions,
): Promise<LoadedSample> {
  const store = await storeFor(source, options);
  try {
    const sample: LoadedSample = {
      source,
      index,
      store,
      reader: source.reader(index, store),
      close: () => store.close(),
    };
    const indexer = source.indexer(index);
    options.readable?.(sample);
    for (const [number, piece] of source.pieces.entries()) {
      await unpackPiece(piece, number, indexer, store, index, options);
    }
    index.facts['bytes'] = store.size;
    indexer.finish(store);
    await store.complete();
    return sample;
  } catch (error) {
    store.close();
    throw error;
  }
}

async function unpackPiece(
  piece: Piece,
  number: number,
  indexer: SampleIndexer,
  store: GrowingStore,
  index: SampleIndex,
  options: LoadOptions,
): Promise<void> {
  const base = store.size;
  const pieceIndexer = indexer.piece(number, base);
  const packed = piece.bytes as Packed;
  const take = async (chunk: Buffer) => {
    // Written by a thread of the pool while this one indexes.
    const written = store.append(chunk);
    try {
      pieceIndexer.push(chunk);
    } finally {
      await written;
    }
    options.progress?.(store.size, Math.max(packed.mostBytes, store.size));
  };
  const { problem } = await options.unpack(packed, take, options.signal);
  pieceIndexer.end();
  if (problem !== undefined) {
    const megabytes = ((store.size - base) / 1e6).toFixed(1);
    index.addUnread(
      `${piece.label} could not be read whole: ${problem}. Its first ${megabytes} MB are shown.`,
    );
  }
}

async function storeFor(source: SampleSource, { cache }: LoadOptions): Promise<GrowingStore> {
  const total = totalBytes(source);
  const compressed = source.pieces.reduce(
    (sum, { bytes }) => sum + (isPacked(bytes) ? bytes.length : 0),
    0,
  );
  if (total <= mostInMemory || cache === undefined) {
    return new GrowingMemory();
  }
  const name = String(source.info.id);
  if (total > mostInMemory * 4 && total > compressed * mostRatio) {
    throw new UserError(
      `Sample ${name} claims to unpack from ${megabytes(compressed)} MB to ${megabytes(total)} MB, which no real log does.`,
      { action: 'The file is damaged, or was made to fill disks. Get it again from its source.' },
    );
  }
  await cache.folder.prepare(total);
  const room = await cache.folder.room();
  // What an entry of unknown size unpacks to is found out on the way.
  if (total > room && total < Number.MAX_SAFE_INTEGER) {
    throw new UserError(
      `Sample ${name} needs ${megabytes(total)} MB of disk to be unpacked, and ${cache.folder.folder} has ${megabytes(room)} MB left for it.`,
      { action: 'Free some disk space, or set XDG_CACHE_HOME to a folder on a larger disk.' },
    );
  }
  return GrowingFile.create(`${cache.place}.bytes`);
}

const megabytes = (bytes: number) => String(Math.ceil(bytes / 1e6));

async function keepIndex({ index, store }: LoadedSample, { cache }: LoadOptions): Promise<void> {
  if (cache === undefined || store.size < worthKeeping) {
    return;
  }
  try {
    await cache.folder.prepare(0);
    await saveIndex(index, `${cache.place}.index`);
  } catch {
    // Only a cache: a full disk must not keep anybody from reading.
  }
}

import type { ByteStore } from '../bytes/byteStore';
import type { SampleIndex } from '../index/sampleIndex';
import type { FormatName, Part, SampleInfo, TestRun, TranscriptEvent, Usage } from '../normalForm';
import type { Packed } from '../zip/unpack';

/** Takes the bytes of one piece of a sample as they arrive, and fills the sample's index. */
export interface PieceIndexer {
  push(chunk: Buffer): void;
  end(): void;
}

/** One document or file that a sample is made of. */
export interface Piece {
  /** Its name for messages about it. */
  readonly label: string;
  readonly bytes: Packed | ByteStore;
}

/** Fills the index of one sample. */
export interface SampleIndexer {
  /** Starts a piece whose first byte lies at `base` of the sample's store. */
  piece(number: number, base: number): PieceIndexer;
  /** Called when all bytes are in the store: for what only then can be resolved. */
  finish(store: ByteStore): void;
}

/** What a format makes of one event. */
export interface Described {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly error?: string | null;
  readonly testRun?: TestRun | null;
  readonly score?: TranscriptEvent['score'];
  readonly compaction?: TranscriptEvent['compaction'];
  readonly unread?: readonly string[];
}

/** A title needs the beginning of texts only; a full description has them whole. */
export type Detail = 'title' | 'full';

/** Reads single events of an indexed sample. */
export interface SampleReader {
  describe(ordinal: number, detail: Detail): Described;
  /** The record with everything that it refers to in its place, as the model or the tool saw it. */
  resolved(ordinal: number): unknown;
  /** A message of the conversation as it stood at the end. */
  message(number: number): readonly Part[];
  /**
   * The members of a record that an event of a type may show something of, so that a search need not
   * read the others; `undefined` if it may be all. Absent where nothing is known of any type.
   */
  readonly shownMembers?: ((type: string) => readonly string[] | undefined) | undefined;
}

/** One sample as a format offers it, not yet indexed. */
export interface SampleSource {
  readonly info: SampleInfo;
  readonly pieces: readonly Piece[];
  indexer(index: SampleIndex): SampleIndexer;
  reader(index: SampleIndex, store: ByteStore): SampleReader;
  /** The bytes grow while the run goes on; they are followed from where the index ends. */
  readonly grows?: boolean;
}

/** What is known of a file from its head, before any sample is indexed. */
export interface OpenedTranscript {
  readonly format: FormatName;
  readonly formatVersion: string | number | null;
  readonly status: string | null;
  readonly task: string | null;
  readonly samples: readonly SampleSource[];
  /** Usage by model as the file itself sums it up. */
  readonly usage?: Readonly<Record<string, Usage>>;
  readonly durationMs?: number | null;
  readonly errors: readonly string[];
  /** By scorer; what the file says of all samples together. */
  readonly scores?: Readonly<Record<string, unknown>>;
  readonly unread: readonly string[];
  close(): void;
}

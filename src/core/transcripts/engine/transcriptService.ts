import type { TranscriptInfo } from '../info';
import type {
  CaseHistory,
  EventSummary,
  FormatName,
  Marker,
  Overview,
  Part,
  SampleInfo,
  TranscriptEvent,
} from '../normalForm';
import type { EventFilter } from '../filter';
import type { SearchHit, SearchQuery, SearchResult } from '../search/query';
import type { WorkspaceFile } from '../workspace/history';
import type { FileVersion } from '../workspace/pastVersions';

/** What is known of a file as soon as it is open. */
export interface TranscriptHead {
  readonly format: FormatName;
  readonly formatVersion: string | number | null;
  readonly status: string | null;
  readonly task: string | null;
  readonly samples: readonly SampleInfo[];
  readonly unread: readonly string[];
}

/** Told again and again while a sample is indexed or followed. */
export interface LoadProgress {
  readonly sample: number;
  /** Bytes indexed, of `total`; `total` is 0 while unknown. */
  readonly done: number;
  readonly total: number;
  /** Events that can be read by now. */
  readonly count: number;
}

/**
 * Everything that is asked of an open transcript. `sample` is a position in the head's samples, and a
 * sample is loaded by the first question about it; ordinals count its events from 0. All methods
 * reject with a `UserError` when the file cannot be read, with a `RangeError` for positions that do
 * not exist, and with an `AbortError` once cancelled.
 */
export interface TranscriptService {
  head(): Promise<TranscriptHead>;
  /** Facts and counts of the whole file; indexes every sample. */
  info(): Promise<TranscriptInfo>;
  /** Indexes a sample; resolves with its facts when all of it is known. */
  load(sample: number): Promise<SampleInfo>;
  /** Events known by now. */
  count(sample: number): Promise<number>;
  /** Waits for the first of them; gives no more than are known by then. */
  summaries(sample: number, from: number, count: number): Promise<readonly EventSummary[]>;
  event(sample: number, ordinal: number): Promise<TranscriptEvent>;
  /** The record as it stands in the file, as text; cut after `mostBytes`. */
  raw(sample: number, ordinal: number, mostBytes?: number): Promise<string>;
  /** The record with all that it refers to in its place: the exact call of a model. */
  resolved(sample: number, ordinal: number): Promise<unknown>;
  /** A message of the conversation as it stood at the end. */
  message(sample: number, number: number): Promise<readonly Part[]>;
  /** As far as the sample is indexed; kinds and times from an event on, the first if none is given. */
  overview(sample: number, from?: number): Promise<Overview>;
  markers(sample: number): Promise<readonly Marker[]>;
  /** Every case in every attempt of which the log lists the cases. */
  cases(sample: number): Promise<CaseHistory>;
  /** Ordinals of the events that a filter lets through. */
  filter(sample: number, filter: EventFilter): Promise<Uint32Array>;
  /** Searches everything that events show; hits are given as they are found. */
  search(
    sample: number,
    query: SearchQuery,
    onHits: (hits: readonly SearchHit[]) => void,
    signal?: AbortSignal,
  ): Promise<SearchResult>;
  /** What one event shows of what is searched, for those that were told by their bytes alone. */
  hit(sample: number, query: SearchQuery, ordinal: number): Promise<SearchHit | null>;
  /** What of a run's recorded states could not be read, as sentences. */
  workspaceProblems(sample: number): Promise<readonly string[]>;
  /** Files that the run is known to have touched before or at an event. */
  workspace(sample: number, ordinal: number): Promise<readonly WorkspaceFile[]>;
  /** One file as it stood at an event. */
  fileAt(sample: number, path: string, ordinal: number): Promise<FileVersion | null>;
  /** The events at which a file changed. */
  fileHistory(sample: number, path: string): Promise<readonly FileVersion[]>;
  /** Takes what was appended to a growing file. Resolves with whether anything was. */
  refresh(sample: number): Promise<boolean>;
}

import { isComparable } from '../core/transcripts/caseOutputs';
import { caseVerdicts, lastPassBefore } from '../core/transcripts/casePasses';
import { eventKinds, markerTypes } from '../core/transcripts/normalForm';
import type {
  CaseHistory,
  EventKind,
  EventSummary,
  Lane,
  OutlineSpan,
  Overview,
  SampleInfo,
  TestCaseResult,
  TranscriptEvent,
  Usage,
} from '../core/transcripts/normalForm';
import type { SearchHit } from '../core/transcripts/search/query';
import type { None, Surface } from './messages';
import { flag, listOf, nothing, object, oneOf, optional, text, whole } from './parsers';
import type { Parser } from './parsers';

/** The replay of a transcript: what the view asks its host, and what the host tells it. */

/** What is known of a file once it is open; elsewhere `sample` is a position in `samples`. */
export interface Opened {
  readonly title: string;
  readonly format: string;
  readonly formatVersion: string | number | null;
  readonly status: string | null;
  readonly task: string | null;
  readonly samples: readonly SampleInfo[];
  readonly unread: readonly string[];
  /** What a deep link asked for. */
  readonly reveal?: Place;
  /** The size of the file. */
  readonly bytes: number;
}

export interface Place {
  readonly sample: number;
  readonly ordinal: number;
}

/** Which events are shown. All that is given must hold. */
export interface ViewFilter {
  readonly kinds?: readonly EventKind[];
  readonly tools?: readonly string[];
  readonly span?: number;
  readonly failed?: boolean;
  readonly minDurationMs?: number;
  /** Occurs in what the event shows, whatever its case. */
  readonly text?: string;
}

export interface Query {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  readonly kinds?: readonly EventKind[];
}

export interface SearchEnd {
  readonly hits: number;
  readonly matches: number;
  readonly stopped: boolean;
  /** Some events were told by their bytes alone; each is looked at when somebody comes to it. */
  readonly about: boolean;
}

/** Events that hold what is searched, as they are found. */
export interface Hits {
  readonly search: number;
  readonly ordinals: Uint32Array;
  /** How often it occurs in all of them. */
  readonly matches: number;
  /** What stands around the first occurrences; of the first events only. */
  readonly excerpts: readonly Excerpt[];
}

export type Excerpt = Pick<SearchHit, 'ordinal' | 'excerpt' | 'from' | 'to'>;

/** A remark of a person, on one event or a range of them, or on one case of a test run. */
export interface Comment {
  readonly id: string;
  readonly sample: number;
  readonly ordinal: number;
  /** The last event that it speaks of, where it speaks of several. */
  readonly lastOrdinal?: number;
  readonly caseName?: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly author: string;
  /** ISO 8601. */
  readonly created: string;
  readonly changed: string;
}

export interface CommentDraft {
  /** Absent for a new one. */
  readonly id?: string;
  readonly sample: number;
  readonly ordinal: number;
  readonly lastOrdinal?: number;
  readonly caseName?: string;
  readonly text: string;
  readonly tags: readonly string[];
}

export interface LoadState {
  readonly sample: number;
  /** Bytes indexed of `total`; `total` is 0 while unknown. */
  readonly done: number;
  readonly total: number;
  /** Events that can be shown by now. */
  readonly count: number;
  readonly complete: boolean;
}

export interface TranscriptHost extends Surface {
  readonly requests: {
    readonly open: { readonly params: undefined; readonly result: Opened };
    /** Indexes a sample; answered as soon as its first events can be shown. */
    readonly load: { readonly params: { readonly sample: number }; readonly result: LoadState };
    /** Kinds and times from an event on: those before it are known. */
    readonly overview: {
      readonly params: { readonly sample: number; readonly from: number };
      readonly result: Overview;
    };
    readonly summaries: {
      readonly params: { readonly sample: number; readonly ordinals: readonly number[] };
      readonly result: readonly EventSummary[];
    };
    readonly event: { readonly params: Place; readonly result: TranscriptEvent };
    /** The record as it stands in the file, or with all that it refers to; cut where it is long. */
    readonly record: {
      readonly params: Place & { readonly resolved: boolean };
      readonly result: { readonly text: string; readonly cut: boolean };
    };
    readonly cases: { readonly params: { readonly sample: number }; readonly result: CaseHistory };
    readonly filter: {
      readonly params: { readonly sample: number; readonly filter: ViewFilter };
      readonly result: Uint32Array;
    };
    /** Hits come as events of the same `search` number. */
    readonly search: {
      readonly params: { readonly sample: number; readonly search: number; readonly query: Query };
      readonly result: SearchEnd;
    };
    /** What an event shows of what is searched; nothing, if its bytes said more than it shows. */
    readonly hit: {
      readonly params: Place & { readonly query: Query };
      readonly result: Excerpt | null;
    };
    /** The size of a recorded terminal at its start. */
    readonly castSize: {
      readonly params: undefined;
      readonly result: { readonly cols: number; readonly rows: number };
    };
    /** What a recorded terminal was given, event by event. */
    readonly output: {
      readonly params: { readonly sample: number; readonly from: number; readonly count: number };
      readonly result: readonly { readonly stream: string; readonly data: string }[];
    };
    readonly comments: { readonly params: undefined; readonly result: readonly Comment[] };
    readonly saveComment: { readonly params: CommentDraft; readonly result: Comment };
    readonly deleteComment: {
      readonly params: { readonly id: string };
      readonly result: undefined;
    };
  };
  readonly events: {
    /** The event that is looked at, for the editor's own commands. */
    readonly current: Place;
    /** Which events are shown from now on. */
    readonly filtered: ViewFilter;
    readonly exportEvents: undefined;
    readonly cancelLoading: undefined;
    readonly reopenAsText: undefined;
    /** Only http, https and mailto are opened, and VS Code asks first. */
    readonly openLink: { readonly url: string };
    readonly openRecord: Place & { readonly resolved: boolean };
    readonly filesAt: Place;
    readonly changes: Place & { readonly since: 'testRun' | 'start' | 'pick' | 'event' };
    /** What changed in files since a case last passed before an event. */
    readonly sincePassed: Place & { readonly name: string };
    readonly compareCase: Place & { readonly name: string };
    readonly copyLink: Place;
    readonly exportComments: undefined;
  };
}

export interface TranscriptView extends Surface {
  readonly requests: None;
  readonly events: {
    readonly progress: LoadState;
    readonly hits: Hits;
    readonly commentsChanged: undefined;
    /** The file was written anew: it is to be opened and loaded again. */
    readonly reopened: undefined;
    readonly reveal: Place;
    readonly failed: { readonly message: string; readonly action?: string };
  };
}

/** Most events that are asked for at once. */
export const mostSummaries = 512;

const kind = oneOf(...eventKinds);
const place = { sample: whole, ordinal: whole };

const bounded =
  <T>(list: Parser<readonly T[]>, most: number): Parser<readonly T[]> =>
  (value) => {
    const items = list(value);
    if (items.length > most) {
      throw new TypeError(`Expected at most ${most} items, got ${items.length}.`);
    }
    return items;
  };

const shortText: Parser<string> = (value) => {
  const given = text(value);
  if (given.length > 100_000) {
    throw new TypeError('Expected a text of at most 100,000 characters.');
  }
  return given;
};

const filter = object({
  kinds: optional(listOf(kind)),
  tools: optional(listOf(text)),
  span: optional(whole),
  failed: optional(flag),
  minDurationMs: optional(whole),
  text: optional(shortText),
});

const query = object({
  text: shortText,
  regex: flag,
  matchCase: flag,
  kinds: optional(listOf(kind)),
});

export const transcriptHostParsers = {
  requests: {
    open: nothing,
    load: object({ sample: whole }),
    overview: object({ sample: whole, from: whole }),
    summaries: object({ sample: whole, ordinals: bounded(listOf(whole), mostSummaries) }),
    event: object(place),
    record: object({ ...place, resolved: flag }),
    cases: object({ sample: whole }),
    filter: object({ sample: whole, filter }),
    search: object({ sample: whole, search: whole, query }),
    hit: object({ ...place, query }),
    castSize: nothing,
    output: object({ sample: whole, from: whole, count: whole }),
    comments: nothing,
    saveComment: object({
      id: optional(text),
      ...place,
      lastOrdinal: optional(whole),
      caseName: optional(text),
      text: shortText,
      tags: bounded(listOf(shortText), 50),
    }),
    deleteComment: object({ id: text }),
  },
  events: {
    current: object(place),
    filtered: filter,
    exportEvents: nothing,
    cancelLoading: nothing,
    reopenAsText: nothing,
    openLink: object({ url: shortText }),
    openRecord: object({ ...place, resolved: flag }),
    filesAt: object(place),
    changes: object({ ...place, since: oneOf('testRun', 'start', 'pick', 'event') }),
    sincePassed: object({ ...place, name: shortText }),
    compareCase: object({ ...place, name: shortText }),
    copyLink: object(place),
    exportComments: nothing,
  },
};

/** What the view keeps between reloads. */
export const savedReplayParser = object({
  version: whole,
  sample: whole,
  ordinal: whole,
  expanded: listOf(whole),
  filter,
  spans: optional(flag),
  outline: flag,
  detail: flag,
  outlineWidth: whole,
  detailWidth: whole,
  speed: whole,
  axis: oneOf('events', 'time'),
  query: optional(text),
});
export type SavedReplay = ReturnType<typeof savedReplayParser>;

export { caseVerdicts, eventKinds, isComparable, lastPassBefore, markerTypes };
export type {
  CaseHistory,
  EventKind,
  EventSummary,
  Lane,
  OutlineSpan,
  Overview,
  SampleInfo,
  TestCaseResult,
  TranscriptEvent,
  Usage,
};
export type { MarkerType, Part, TestRun } from '../core/transcripts/normalForm';

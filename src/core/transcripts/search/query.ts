import type { EventKind } from '../normalForm';

/** What to look for. */
export interface SearchQuery {
  readonly text: string;
  /** `text` is a regular expression of JavaScript, matched within each text of an event. */
  readonly regex?: boolean;
  readonly matchCase?: boolean;
  readonly kinds?: readonly EventKind[];
  /** Hits after which the search stops; all are found if absent. */
  readonly limit?: number;
  /**
   * Events whose texts are looked at; those after them are told by their bytes alone where that is
   * mostly right, without what stands around, and the result says `about`. All are if absent.
   */
  readonly exactly?: number;
}

/** One event that holds what was looked for. */
export interface SearchHit {
  readonly ordinal: number;
  readonly kind: EventKind;
  /** How often it occurs in what the event shows. */
  readonly matches: number;
  /** The first occurrence with some text around it, and where in this text it lies; empty if not looked at. */
  readonly excerpt: string;
  readonly from: number;
  readonly to: number;
}

export interface SearchResult {
  readonly hits: number;
  readonly matches: number;
  /** Bytes that were searched. */
  readonly bytes: number;
  /** The limit was reached before the end. */
  readonly stopped: boolean;
  /** Some events were told by their bytes alone: there may be fewer, and more occurrences in them. */
  readonly about: boolean;
}

import type { None, Surface } from './messages';
import { flag, listOf, nothing, object, oneOf, optional, text, whole } from './parsers';

/** The byte view: what it asks its host, and what the host tells it. */

export type Side = 'expected' | 'actual';

/** Half open, base 0; of a row's bytes where nothing else is said. */
export type Span = readonly [start: number, end: number];

export interface SideHead {
  /** Bytes; 0 where there is nothing. */
  readonly size: number;
  /** Where the bytes lie, for people. */
  readonly path?: string;
  /** There is no such file on this side, not even an empty one. */
  readonly missing?: boolean;
}

export interface Problem {
  readonly message: string;
  readonly action?: string;
}

/** One tab: stdout, stderr, the return code, a file. */
export interface StreamHead {
  readonly name: string;
  readonly expected: SideHead;
  readonly actual: SideHead;
  readonly equal: boolean;
  /** Where the sides first differ; line and column from 1, the column in bytes. */
  readonly first?: { readonly offset: number; readonly line: number; readonly column: number };
  /** Why the stream can't be compared. */
  readonly problem?: Problem;
}

export interface Opened {
  readonly title: string;
  readonly streams: readonly StreamHead[];
  /** What *Go to Case* and *Go to Event* lead to, where the view was opened from there. */
  readonly origins: readonly { readonly id: string; readonly label: string }[];
  /** The gold can be recorded anew from the reference. */
  readonly canAccept: boolean;
  /** What the host needs to open the view again; kept with the view's state. */
  readonly restore?: string;
}

/** How rows are laid out. Rows are numbered within one such arrangement. */
export interface Arrangement {
  readonly mode: 'text' | 'hex';
  /** One column, removed above added; text only. */
  readonly inline: boolean;
  /** Long equal parts are one row each. */
  readonly collapse: boolean;
  /** Collapsed parts shown all the same, by their `fold`. */
  readonly unfolded: readonly number[];
  /** Of hex rows. */
  readonly bytesPerRow: number;
}

export interface Layout {
  readonly rows: number;
  /** Hunks found so far. */
  readonly changes: number;
  /** Row of the first change, if there is one. */
  readonly firstChange?: number;
  /** Stretches of changed rows as fractions 0 to 1 of all rows, for the scrollbar. */
  readonly marks: readonly Span[];
  /** How much has been compared, 0 to 1. */
  readonly progress: number;
  /** The comparison was cut short somewhere: smaller changes may exist than those shown. */
  readonly coarse: boolean;
}

/** One side of a text row. */
export interface TextCell {
  /** Byte offset of the row's first byte. */
  readonly offset: number;
  /** Base 1. */
  readonly line: number;
  /** False for the later pieces of a line that is too long for one row. */
  readonly startsLine: boolean;
  /** Line terminator included. */
  readonly bytes: Uint8Array;
  /** Changed bytes. */
  readonly changed: readonly Span[];
}

/** One side of a hex row. */
export interface HexCell {
  /** Byte offset of the first byte at or after the row's start. */
  readonly offset: number;
  /** A byte each, or −1 where this side has none (the other side has one inserted). */
  readonly values: readonly number[];
  /** Whether each differs. */
  readonly changed: readonly boolean[];
}

export type Row =
  | {
      readonly kind: 'equal' | 'changed' | 'removed' | 'added';
      readonly expected?: TextCell;
      readonly actual?: TextCell;
    }
  | { readonly kind: 'hex'; readonly expected: HexCell; readonly actual: HexCell }
  | { readonly kind: 'fold'; readonly fold: number; readonly hidden: number };

export interface SideSummary {
  readonly size: number;
  readonly sha256: string;
  /** LF, CR LF and lone CR line ends. */
  readonly lineFeeds: number;
  readonly crLf: number;
  readonly loneCr: number;
  readonly finalNewline: boolean;
  readonly byteOrderMark: boolean;
  readonly nul: number;
  /** Other control bytes than tab, LF and CR. */
  readonly control: number;
  /** Bytes above 0x7f. */
  readonly nonAscii: number;
  /** Bytes that belong to no valid UTF-8 sequence. */
  readonly invalidUtf8: number;
  /** Lines that end in blanks. */
  readonly trailingSpace: number;
}

export interface Summary {
  /** The class of the difference and what it means. */
  readonly class: string;
  readonly explanation: string;
  readonly expected: SideSummary;
  readonly actual: SideSummary;
  readonly changes: number;
  /** Bytes inside changed hunks. */
  readonly changedBytes: { readonly expected: number; readonly actual: number };
}

export const copyFormats = ['text', 'case', 'escaped', 'hex', 'base64'] as const;
export type CopyFormat = (typeof copyFormats)[number];

export interface Copied {
  readonly text: string;
  /** False where the bytes are no text and were escaped, because a clipboard holds only text. */
  readonly exact: boolean;
}

export interface Found {
  readonly matches: readonly { readonly side: Side; readonly offset: number }[];
  /** Bytes that each match is long. */
  readonly length: number;
  /** There are more. */
  readonly more: boolean;
}

export interface BytesHost extends Surface {
  readonly requests: {
    readonly open: { readonly params: undefined; readonly result: Opened };
    readonly layout: {
      readonly params: { readonly stream: number; readonly arrangement: Arrangement };
      readonly result: Layout;
    };
    readonly rows: {
      readonly params: {
        readonly stream: number;
        readonly arrangement: Arrangement;
        readonly from: number;
        readonly count: number;
      };
      readonly result: readonly Row[];
    };
    /** The first row of the next or previous change, seen from a row. */
    readonly change: {
      readonly params: {
        readonly stream: number;
        readonly arrangement: Arrangement;
        readonly row: number;
        readonly direction: 'next' | 'previous';
      };
      readonly result: { readonly row?: number };
    };
    /** The row that shows a byte; `fold` where it is collapsed. */
    readonly locate: {
      readonly params: {
        readonly stream: number;
        readonly arrangement: Arrangement;
        readonly side: Side;
        readonly offset: number;
      };
      readonly result: { readonly row: number; readonly fold?: number };
    };
    readonly search: {
      readonly params: {
        readonly stream: number;
        readonly query: string;
        readonly kind: 'text' | 'hex';
        readonly matchCase: boolean;
      };
      readonly result: Found;
    };
    readonly bytes: {
      readonly params: {
        readonly stream: number;
        readonly side: Side;
        readonly start: number;
        readonly end: number;
      };
      readonly result: Uint8Array;
    };
    readonly copy: {
      readonly params: {
        readonly stream: number;
        readonly side: Side;
        readonly start: number;
        readonly end: number;
        readonly format: CopyFormat;
      };
      readonly result: Copied;
    };
    readonly summary: { readonly params: { readonly stream: number }; readonly result: Summary };
  };
  readonly events: {
    /** Go to where the view was opened from. */
    readonly origin: { readonly id: string };
    /** Record the gold anew; the host asks first. */
    readonly accept: { readonly stream: number };
  };
}

export interface BytesView extends Surface {
  readonly requests: None;
  readonly events: {
    /** More has been compared: the layout has grown. */
    readonly compared: { readonly stream: number };
  };
}

const arrangement = object({
  mode: oneOf('text', 'hex'),
  inline: flag,
  collapse: flag,
  unfolded: listOf(whole),
  bytesPerRow: whole,
});
const side = oneOf('expected', 'actual');
const copyFormat = oneOf(...copyFormats);

/** Most rows that are given at once. */
export const mostRows = 512;

export const bytesHostParsers = {
  requests: {
    open: nothing,
    layout: object({ stream: whole, arrangement }),
    rows: object({ stream: whole, arrangement, from: whole, count: whole }),
    change: object({
      stream: whole,
      arrangement,
      row: whole,
      direction: oneOf('next', 'previous'),
    }),
    locate: object({ stream: whole, arrangement, side, offset: whole }),
    search: object({ stream: whole, query: text, kind: oneOf('text', 'hex'), matchCase: flag }),
    bytes: object({ stream: whole, side, start: whole, end: whole }),
    copy: object({ stream: whole, side, start: whole, end: whole, format: copyFormat }),
    summary: object({ stream: whole }),
  },
  events: { origin: object({ id: text }), accept: object({ stream: whole }) },
};

/** What a view's saved state holds between reloads. */
export const savedStateParser = object({
  stream: whole,
  view: oneOf('text', 'hex', 'summary', 'terminal'),
  inline: flag,
  collapse: flag,
  wrap: flag,
  unfolded: listOf(whole),
  /** The first visible row, and the one that keys start from. */
  row: optional(whole),
  current: optional(whole),
  restore: optional(text),
});

import type { None, Parsers, Surface } from './messages';
import { listOf, nothing, object, oneOf, optional, text, whole } from './parsers';

export type Split = 'visible' | 'hidden' | 'ablated';
export type CaseVerdict = 'pass' | 'fail' | 'timeout' | 'crash' | 'infra' | 'skipped' | '';

/** One case in the table. */
export interface CurationRow {
  readonly name: string;
  readonly split: Split;
  /** Beside `hidden` and `ablated`. */
  readonly labels: readonly string[];
  readonly duals: readonly string[];
  /** The command line, for people. */
  readonly command: string;
  readonly options: readonly string[];
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Milliseconds: of the reference where it was run, else of the candidate judged last. */
  readonly ms?: number;
  /** The newest verdict of each scored candidate; `''` where there is none. */
  readonly verdicts: readonly CaseVerdict[];
  /** The cluster of near duplicates, from 0. */
  readonly cluster?: number;
}

export interface OptionRow {
  readonly option: string;
  readonly documented: boolean;
  readonly visible: number;
  readonly hidden: number;
}

/** What a view needs to begin; its rows are asked for in pages. */
export interface CurationOpened {
  readonly target: string;
  readonly title: string;
  readonly total: number;
  /** The candidates' languages, the one scored last first. */
  readonly candidates: readonly string[];
  readonly options: readonly OptionRow[];
  /** The share that ought to be hidden, 0 to 1. */
  readonly goal: number;
  /** What brings the view back after a reload. */
  readonly restore: string;
}

export const curationActions = ['hide', 'show', 'label', 'group', 'delete'] as const;
export type CurationAction = (typeof curationActions)[number];

/** What the host answers and hears. */
export interface CurationHost extends Surface {
  readonly requests: {
    readonly open: { readonly params: undefined; readonly result: CurationOpened };
    readonly rows: {
      readonly params: { readonly from: number };
      readonly result: readonly CurationRow[];
    };
    /** Resolves when it is done, or the person gave up. */
    readonly act: {
      readonly params: { readonly action: CurationAction; readonly names: readonly string[] };
      readonly result: null;
    };
    /** Takes the last curation back. */
    readonly undo: { readonly params: undefined; readonly result: null };
  };
  readonly events: { readonly openCase: { readonly name: string } };
}

/** What the view hears: the cases have changed. */
export interface CurationView extends Surface {
  readonly requests: None;
  readonly events: { readonly changed: undefined };
}

export const curationHostParsers: Parsers<CurationHost> = {
  requests: {
    open: nothing,
    rows: object({ from: whole }),
    act: object({ action: oneOf(...curationActions), names: listOf(text) }),
    undo: nothing,
  },
  events: { openCase: object({ name: text }) },
};

/** What the view keeps over a reload. */
export const curationStateParser = object({
  restore: text,
  tab: optional(oneOf('cases', 'pairs', 'options', 'alike')),
  filter: optional(text),
  split: optional(text),
});

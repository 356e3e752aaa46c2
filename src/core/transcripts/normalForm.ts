/** The formats that transcripts come in, by the names that the command line prints. */
export type FormatName =
  | 'inspect-eval'
  | 'inspect-json'
  | 'inspect-chunked'
  | 'atif'
  | 'swe-agent'
  | 'mini-swe-agent'
  | 'openhands'
  | 'claude-code'
  | 'codex'
  | 'asciicast';

/** What an event is, whatever format it comes from. The position in this list is what is stored. */
export const eventKinds = [
  'other',
  'message',
  'reasoning',
  'model',
  'toolCall',
  'toolResult',
  'tool',
  'exec',
  'edit',
  'testRun',
  'submit',
  'score',
  'compaction',
  'checkpoint',
  'limit',
  'error',
  'info',
  'spanBegin',
  'spanEnd',
  'approval',
  'input',
  'state',
  'terminal',
] as const;
export type EventKind = (typeof eventKinds)[number];

export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** Tokens and money of model calls. Tokens are counted once: no part contains another but `reasoning`. */
export interface Usage {
  /** Input tokens that no cache held. */
  readonly inputUncached: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** All output tokens, reasoning included. */
  readonly output: number;
  /** Output tokens spent on reasoning, where the format says. */
  readonly reasoning: number;
  /** US dollars; `null` where the format does not say. */
  readonly costUsd: number | null;
}

/** How many cases passed, as a tool or scorer reported during the run. */
export interface TestRun {
  readonly passed: number;
  readonly total: number;
  readonly cases?: readonly TestCaseResult[];
}
/** One output of a case: what was expected and what came, each where the log has it. */
export interface CaseOutput {
  /** `stdout`, `stderr`, or a file's path. */
  readonly name: string;
  readonly expected?: string;
  readonly actual?: string;
}
export interface TestCaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** The two stdouts. */
  readonly expected?: string;
  readonly actual?: string;
  /** The two stderrs, and files by their paths. */
  readonly outputs?: readonly CaseOutput[];
  readonly returncode?: { readonly expected?: number; readonly actual?: number };
}

/** A test run or score of which the log lists the cases. */
export interface CaseAttempt {
  readonly ordinal: number;
  readonly isScore: boolean;
  readonly passed: number;
  readonly total: number;
}

/** Cases × attempts of a run. */
export interface CaseHistory {
  /** In the order of events. */
  readonly attempts: readonly CaseAttempt[];
  /** In the order in which they first occur. */
  readonly names: readonly string[];
  /** Case by case, a byte an attempt: 0 not run, 1 passed, 2 failed. */
  readonly verdicts: Uint8Array;
}

/** A tool's own way to show a call; parameters stand in their places. */
export interface ToolView {
  readonly title: string;
  readonly format: 'text' | 'markdown';
  readonly content: string;
}

/** One piece of what an event shows, in the order in which it was said. */
export type Part =
  | { readonly type: 'text'; readonly role?: Role; readonly text: string }
  | {
      readonly type: 'reasoning';
      readonly text: string;
      /** The text is a summary, or was withheld by the provider. */
      readonly redacted?: boolean;
    }
  | { readonly type: 'image'; readonly source: string; readonly mime?: string }
  | {
      readonly type: 'toolCall';
      readonly id: string;
      readonly name: string;
      readonly arguments: unknown;
      /** How its tool would have it shown, where the log says so. */
      readonly view?: ToolView;
    }
  | {
      readonly type: 'toolResult';
      readonly id: string;
      readonly name?: string;
      readonly text: string;
      readonly error?: string;
    }
  | {
      readonly type: 'exec';
      readonly command: string;
      readonly output: string;
      readonly exitCode?: number;
    }
  | { readonly type: 'terminal'; readonly stream: string; readonly data: string }
  | { readonly type: 'data'; readonly label: string; readonly value: unknown }
  | { readonly type: 'sample'; readonly sampleId: string; readonly label: string };

/** What a list of events shows of one. */
export interface EventSummary {
  readonly ordinal: number;
  readonly kind: EventKind;
  /** The record's own name for what it is (`model`, `assistant`, `ActionEvent`, …). */
  readonly type: string;
  /** One line, cut at 200 characters. */
  readonly title: string;
  /** Milliseconds since 1970; `null` where the format has no times. */
  readonly time: number | null;
  readonly durationMs: number | null;
  /** How many spans are open around it. */
  readonly depth: number;
  /** The innermost span, an index into the outline's spans; -1 outside all. */
  readonly span: number;
  readonly tool: string | null;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly failed: boolean;
  /** Off the path from the first record to the last: a sub-agent or an abandoned branch. */
  readonly aside: boolean;
  /** The call that this answers, or the answer to this call: an ordinal, or -1. */
  readonly pair: number;
  /** Bytes of the record. */
  readonly bytes: number;
}

/** One event whole. */
export interface TranscriptEvent extends EventSummary {
  readonly parts: readonly Part[];
  readonly error: string | null;
  readonly testRun: TestRun | null;
  /** Named results of a score, numbers or what the scorer gave. */
  readonly score: { readonly intermediate: boolean; readonly values: unknown } | null;
  readonly compaction: { readonly before: number | null; readonly after: number | null } | null;
  /** What could not be shown of it, as sentences. */
  readonly unread: readonly string[];
}

/** One attempt at one task within a file. */
export interface SampleInfo {
  /** As the format has it: Inspect's ids are numbers or texts. */
  readonly id: string | number;
  readonly epoch: number;
  /** Events that the record holds. -1 while not counted. */
  readonly events: number;
  readonly messages: number;
  readonly uuid?: string;
  readonly scores?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly limit?: string;
}

/** A span or turn of the outline. */
export interface OutlineSpan {
  readonly index: number;
  /** -1 for a span at the top. */
  readonly parent: number;
  readonly name: string;
  readonly type: string;
  /** First and last ordinal within it; `last` is -1 while it is open. */
  readonly first: number;
  readonly last: number;
}

/** The turns of a run, one entry a turn in each column. */
export interface Turns {
  readonly ordinals: Uint32Array;
  /** Tokens that its model call gave; `NaN` where the format does not say. */
  readonly output: Float64Array;
}

/** Points of one lane of the rail, in the order of events. */
export interface Lane {
  readonly name: 'passRate' | 'tokens' | 'cost' | 'context' | 'wallClock';
  readonly unit: 'share' | 'tokens' | 'usd' | 'ms';
  readonly ordinals: Uint32Array;
  readonly values: Float64Array;
}

/** What markers stand for. The position in this list is what is stored. */
export const markerTypes = [
  'testRun',
  'submit',
  'score',
  'compaction',
  'checkpoint',
  'error',
  'limit',
  'mark',
] as const;
export type MarkerType = (typeof markerTypes)[number];

export interface Marker {
  readonly ordinal: number;
  readonly type: MarkerType;
  readonly label: string;
}

/** Markers in the order of events, one entry a marker in each column. */
export interface MarkerList {
  readonly ordinals: Uint32Array;
  /** Position in `markerTypes`. */
  readonly types: Uint8Array;
  /** Of the first markers; those of later ones are not listed. */
  readonly labels: readonly string[];
}

/** What a player draws its outline, rail, filter and totals from; no text of any event is in it. */
export interface Overview {
  /** Without those of single tools. */
  readonly spans: readonly OutlineSpan[];
  readonly turns: Turns;
  readonly lanes: readonly Lane[];
  readonly markers: MarkerList;
  readonly tools: readonly string[];
  /** Of the whole sample. */
  readonly usage: Usage;
  /** What could not be read of it, as sentences. */
  readonly unread: readonly string[];
  /** The first event that `kinds` and `times` speak of. */
  readonly from: number;
  /** Position in `eventKinds`, one byte an event. */
  readonly kinds: Uint8Array;
  /** Milliseconds since 1970, `NaN` where unknown, one an event. */
  readonly times: Float64Array;
}

import type { ScriptedAnswer } from './modelServer';

/** One event of a streamed answer. */
export interface Piece {
  /** The event's name, where the protocol has names. */
  readonly event?: string;
  readonly data: unknown;
}

/** One protocol in which a scripted model answers. */
export interface Speech {
  /** The path at which it is spoken. */
  readonly path: string;
  pieces(answer: ScriptedAnswer): readonly Piece[];
  /** The same, not streamed. */
  document(answer: ScriptedAnswer): unknown;
  /** The conversation of a request, as chat messages: what scripts look at. */
  messages(body: Record<string, unknown>): readonly Record<string, unknown>[];
  /** What follows the last event. */
  readonly end: string;
}

export const defaultUsage = { input: 100, output: 10 } as const;

export function callId(): string {
  return `call_${Math.random().toString(36).slice(2)}`;
}

/** A text in two halves, so that a reader which takes the first piece for the whole is found out. */
export function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}

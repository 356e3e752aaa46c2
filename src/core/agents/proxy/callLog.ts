import type { CallAnswer, MessageDraft } from './apis/modelApi';

/** How much went to and fro, for an answer that does not say what it cost. */
export interface Traffic {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Why the answer broke off, if it did. */
  readonly broken: string | undefined;
}

/** One call under way. */
export interface LoggedCall {
  /** Fulfilled once it is on disk. */
  answered(answer: CallAnswer, traffic: Traffic): Promise<void>;
  failed(why: string): Promise<void>;
}

/** Writes the calls of an agent's program down. */
export interface CallLog {
  /**
   * What happened since the last call is on disk when it is fulfilled.
   * @param tools As the call has them. @param removed Names of those that were taken out.
   */
  begin(
    messages: readonly MessageDraft[],
    tools: unknown,
    removed: readonly string[],
  ): Promise<LoggedCall>;
}

import type { JsonObject } from '../../../transcripts/values';
import type { ChatMessage, ModelUsage } from '../../log/inspectLog';
import type { StopReason } from '../../models/model';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A message as the log has it, before it has a name there. */
export type MessageDraft = WithoutId<ChatMessage>;
export type AssistantDraft = Extract<MessageDraft, { role: 'assistant' }>;

/** What a model answered to one call, as far as it came. */
export interface CallAnswer {
  readonly message: AssistantDraft;
  readonly stopReason: StopReason;
  /** Absent where the answer did not say, or broke off before it did. */
  readonly usage?: ModelUsage;
}

/** Takes an answer in, whole or in the pieces in which it is streamed. */
export interface AnswerReader {
  /** One server-sent event's data. */
  event(data: JsonObject): void;
  /** An answer that was not streamed. */
  document(body: JsonObject): void;
  answer(): CallAnswer;
}

/** A call that is made ready to be sent on. */
export interface PreparedCall {
  readonly body: JsonObject;
  /** Names of what was taken out: tools that the model's server would run itself. */
  readonly removed: readonly string[];
}

/** One way of talking to a model over HTTP. What comes from the sandbox is not to be trusted. */
export interface ModelApi {
  /** The only path that calls are taken at. */
  readonly path: string;
  /**
   * The body that is sent on: for this model alone, without what would have the model's server run
   * tools or fetch addresses for the agent.
   * @throws RefusedCall where it asks for what it can't have.
   */
  prepare(body: JsonObject, model: string): PreparedCall;
  /** The conversation that a call shows the model. */
  messages(body: JsonObject): readonly MessageDraft[];
  reader(model: string): AnswerReader;
}

/** A call that is not sent on; the message is told to the agent. */
export class RefusedCall extends Error {
  override readonly name = 'RefusedCall';
}

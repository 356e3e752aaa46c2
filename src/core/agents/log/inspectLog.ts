/**
 * The part of Inspect's log schema that a run writes (version 2; inspect_ai's `EvalLog`,
 * `EvalSample`, `event/*` and `ChatMessage`). Keys are Inspect's own. What is absent means null, as
 * Inspect's own writer leaves out nulls.
 */

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ModelUsage {
  /** Without cache reads and writes. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_cache_read?: number;
  readonly input_tokens_cache_write?: number;
  readonly reasoning_tokens?: number;
  /** US dollars. */
  readonly total_cost?: number;
}

export type MessageContent =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'reasoning';
      readonly reasoning: string;
      readonly signature?: string;
      readonly redacted?: boolean;
    };

export interface ToolCall {
  readonly id: string;
  readonly function: string;
  readonly arguments: { readonly [key: string]: Json };
  /** Why the arguments could not be read, where the model gave no valid JSON. */
  readonly parse_error?: string;
  readonly type: 'function';
}

export interface ToolCallError {
  readonly type:
    | 'parsing'
    | 'timeout'
    | 'permission'
    | 'limit'
    | 'cancelled'
    | 'sandbox_unavailable'
    | 'output_limit'
    | 'unknown';
  readonly message: string;
}

export type ChatMessage =
  | {
      readonly role: 'system' | 'user';
      readonly id: string;
      readonly content: string;
      readonly source?: 'input' | 'operator';
    }
  | {
      readonly role: 'assistant';
      readonly id: string;
      readonly content: string | readonly MessageContent[];
      readonly source: 'generate';
      readonly model: string;
      readonly tool_calls?: readonly ToolCall[];
      readonly metadata?: { readonly [key: string]: Json };
    }
  | {
      readonly role: 'tool';
      readonly id: string;
      readonly content: string;
      readonly tool_call_id: string;
      readonly function: string;
      readonly error?: ToolCallError;
    };

export interface ModelOutput {
  readonly model: string;
  readonly choices: readonly {
    readonly message: ChatMessage;
    readonly stop_reason:
      'stop' | 'max_tokens' | 'model_length' | 'tool_calls' | 'content_filter' | 'unknown';
  }[];
  readonly usage?: ModelUsage;
  /** Seconds. */
  readonly time?: number;
  readonly error?: string;
}

export interface Score {
  readonly value: Json;
  readonly answer?: string;
  readonly explanation?: string;
  readonly metadata?: { readonly [key: string]: Json };
}

/** Half-open ranges into the sample's pool of messages. */
export type MessageRefs = readonly (readonly [from: number, to: number])[];

interface EventBase {
  readonly uuid: string;
  /** ISO 8601 with zone. */
  readonly timestamp: string;
  /** Seconds of working time since the sample began. */
  readonly working_start: number;
  readonly span_id?: string;
  readonly metadata?: { readonly [key: string]: Json };
}

export type InspectEvent = EventBase &
  (
    | {
        readonly event: 'span_begin';
        readonly id: string;
        readonly parent_id?: string;
        readonly type?: string;
        readonly name: string;
      }
    | { readonly event: 'span_end'; readonly id: string }
    | {
        readonly event: 'model';
        readonly model: string;
        readonly input: readonly [];
        readonly input_refs: MessageRefs;
        readonly tools: readonly Json[];
        readonly tool_choice: 'auto';
        readonly config: { readonly [key: string]: Json };
        readonly output: ModelOutput;
        readonly retries?: number;
        readonly error?: string;
        readonly completed: string;
        readonly working_time: number;
      }
    | {
        readonly event: 'tool';
        readonly type: 'function';
        readonly id: string;
        readonly function: string;
        readonly arguments: { readonly [key: string]: Json };
        readonly result: string;
        readonly truncated?: readonly [number, number];
        readonly error?: ToolCallError;
        readonly completed: string;
        readonly working_time: number;
        readonly message_id?: string;
      }
    | { readonly event: 'info'; readonly source?: string; readonly data: Json }
    | {
        readonly event: 'sandbox';
        readonly action: 'exec';
        readonly cmd: string;
        readonly options?: { readonly [key: string]: Json };
        readonly input?: string;
        /** The exit code. */
        readonly result?: number;
        readonly output?: string;
        readonly completed: string;
      }
    | {
        readonly event: 'error';
        readonly error: {
          readonly message: string;
          readonly traceback: string;
          readonly traceback_ansi: string;
        };
      }
    | {
        readonly event: 'compaction';
        readonly type: 'summary';
        readonly tokens_before?: number;
        readonly tokens_after?: number;
        readonly source: string;
      }
    | {
        readonly event: 'sample_limit';
        readonly type: 'token' | 'cost' | 'time' | 'working' | 'message' | 'operator';
        readonly message: string;
        readonly limit?: number;
      }
    | {
        readonly event: 'score';
        readonly score: Score;
        readonly intermediate: boolean;
        readonly scorer: string;
        readonly model_usage?: Readonly<Record<string, ModelUsage>>;
      }
  );

/** What a run's log says beside its messages and events. */
export interface LogHeader {
  /** `cal_python`. */
  readonly sampleId: string;
  /** Base 1. */
  readonly epoch: number;
  readonly uuid: string;
  readonly task: string;
  readonly taskId: string;
  readonly runId: string;
  readonly evalId: string;
  readonly model: string;
  readonly modelBaseUrl?: string;
  /** ISO 8601 with zone. */
  readonly created: string;
  readonly target: readonly string[];
  readonly taskArgs: { readonly [key: string]: Json };
  readonly solver: string;
  readonly limits: {
    readonly token_limit?: number;
    readonly cost_limit?: number;
    readonly time_limit?: number;
    readonly working_limit?: number;
  };
  /** Versions that made the log: package → version. */
  readonly packages: Readonly<Record<string, string>>;
}

/** How far the run has come, or how it ended. */
export interface LogState {
  readonly status: 'started' | 'success' | 'error' | 'cancelled';
  readonly usage: Readonly<Record<string, ModelUsage>>;
  readonly scores?: Readonly<Record<string, Score>>;
  readonly metadata?: { readonly [key: string]: Json };
  /** The conversation as the model sees it now: indexes into the pool of messages. */
  readonly conversation: MessageRefs;
  readonly completedAt?: string;
  /** Seconds. */
  readonly totalTime?: number;
  readonly workingTime?: number;
  readonly error?: string;
  readonly limit?: { readonly type: string; readonly limit: number };
}

import { randomUUID } from 'node:crypto';
import { asArray, asObject, asText } from '../../transcripts/values';
import type { Meter } from '../budget';
import { refsOf } from '../conversation';
import type { Conversation } from '../conversation';
import { eventEntry } from '../log/eventEntry';
import type { Json, ModelUsage, ToolCall } from '../log/inspectLog';
import type { JournalEntry, RunJournal } from '../log/runJournal';
import type { CallAnswer, MessageDraft } from './apis/modelApi';
import { noUsage, usageOf } from '../models/usage';
import type { CallLog, LoggedCall, Traffic } from './callLog';
import type { MessagePool, Placed } from './messagePool';

export interface JournalCallLogParts {
  readonly journal: RunJournal;
  readonly pool: MessagePool;
  readonly conversation: Conversation;
  readonly meter: Meter;
  /** `provider/name`. */
  readonly model: string;
  /** Before anything of a call is written: what happened beside it comes first. */
  readonly flush: () => Promise<void>;
  /** A call has come in: what the one before it led to is done. The call waits until it is kept. */
  readonly onCall: () => Promise<void>;
  readonly onAnswer: () => void;
}

/** Bytes of JSON that make up a token, on average and rather too few. */
const bytesPerToken = 3;

/** Writes the calls of an agent's program into the run's journal, as Inspect's model and tool events. */
export class JournalCallLog implements CallLog {
  private readonly calls = new Map<string, ToolCall>();
  private failedAt: number | undefined;
  private failure: string | undefined;

  constructor(private readonly parts: JournalCallLogParts) {}

  /** Why the last call gave no answer, if it gave none. */
  get lastFailure(): string | undefined {
    return this.failure;
  }

  async begin(
    messages: readonly MessageDraft[],
    tools: unknown,
    removed: readonly string[],
  ): Promise<LoggedCall> {
    const { journal, pool, conversation, meter, flush, onCall } = this.parts;
    await flush();
    this.countWait();
    const placed = pool.place(messages, journal.messageCount);
    const written = journal.append(placed.flatMap((one) => this.entriesOf(one)));
    // A conversation is one that has tools; beside it titles are made, and summaries.
    const isMain = asArray(tools).length > 0 || conversation.messages.length === 0;
    if (isMain) {
      conversation.replace(placed);
    }
    await written;
    await onCall();
    const started = performance.now();
    const refs = refsOf(placed.map(({ index }) => index));
    const call = { tools: toolNames(tools), removed, refs, started, isMain };
    return {
      answered: (answer, traffic) => this.answered(call, answer, traffic),
      failed: async (why) => {
        this.failure = why;
        this.failedAt = performance.now();
        await journal.append([eventEntry(meter, { event: 'info', source: 'model', data: why })]);
      },
    };
  }

  private async answered(call: BegunCall, answer: CallAnswer, traffic: Traffic): Promise<void> {
    const { journal, meter, model, pool, conversation, onAnswer } = this.parts;
    const { broken } = traffic;
    this.failure = broken === undefined ? undefined : `the answer broke off: ${broken}`;
    const usage = answer.usage ?? estimate(traffic);
    meter.add(usage);
    const [placed] = pool.place([answer.message], journal.messageCount);
    if (placed === undefined) {
      return;
    }
    const { message, index } = placed;
    if (call.isMain) {
      conversation.add(message, index);
    }
    const seconds = (performance.now() - call.started) / 1000;
    await journal.append([
      ...this.entriesOf(placed),
      eventEntry(meter, {
        event: 'model',
        model,
        input: [],
        input_refs: call.refs,
        tools: call.tools,
        tool_choice: 'auto',
        config: {},
        output: {
          model,
          choices: [{ message, stop_reason: answer.stopReason }],
          usage,
          time: seconds,
          ...(broken === undefined ? {} : { error: broken }),
        },
        completed: new Date().toISOString(),
        working_time: seconds,
        metadata: {
          ...(answer.usage === undefined ? { usage_estimated: true } : {}),
          ...(call.removed.length > 0 ? { removed: call.removed } : {}),
        },
      }),
    ]);
    onAnswer();
  }

  /** A message that is new, and what it says of the tools that the agent has run. */
  private entriesOf({ message, isNew }: Placed): JournalEntry[] {
    if (message.role === 'assistant') {
      message.tool_calls?.forEach((call) => this.calls.set(call.id, call));
    }
    if (!isNew) {
      return [];
    }
    const entry: JournalEntry = { kind: 'message', message };
    if (message.role !== 'tool') {
      return [entry];
    }
    const call = this.calls.get(message.tool_call_id);
    const { content: result, function: name, error } = message;
    return [
      entry,
      eventEntry(this.parts.meter, {
        event: 'tool',
        type: 'function',
        id: message.tool_call_id || randomUUID(),
        function: call?.function ?? name,
        arguments: call?.arguments ?? {},
        result,
        completed: new Date().toISOString(),
        working_time: 0,
        message_id: message.id,
        ...(error === undefined ? {} : { error }),
      }),
    ];
  }

  /** Between a call that failed and the next one the agent's program waited. */
  private countWait(): void {
    if (this.failedAt !== undefined) {
      this.parts.meter.addWait(performance.now() - this.failedAt);
      this.failedAt = undefined;
    }
  }
}

interface BegunCall {
  readonly tools: readonly Json[];
  readonly removed: readonly string[];
  readonly refs: readonly (readonly [number, number])[];
  readonly started: number;
  /** Of the agent's own conversation. */
  readonly isMain: boolean;
}

/** Every call repeats its tools, which can be longer than all else: the log has their names. */
function toolNames(tools: unknown): Json[] {
  return asArray(tools)
    .map(asObject)
    .map(
      (tool) =>
        asText(tool['name']) || asText(asObject(tool['function'])['name']) || asText(tool['type']),
    )
    .map((name) => ({ name, description: '' }));
}

/** What an answer cost that does not say so: rather too much, so that breaking off saves nothing. */
function estimate({ sentBytes, receivedBytes }: Traffic): ModelUsage {
  return receivedBytes === 0
    ? noUsage
    : usageOf({
        uncached: Math.ceil(sentBytes / bytesPerToken),
        output: Math.ceil(receivedBytes / bytesPerToken),
      });
}

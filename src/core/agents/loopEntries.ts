import { randomUUID } from 'node:crypto';
import type { EventBody } from './log/eventEntry';
import type { ChatMessage, Json, MessageRefs, ToolCall } from './log/inspectLog';
import type { Generation, ToolSpec } from './models/model';
import type { ToolAnswer } from './tools/tool';

/** A tool's answer to a call. */
export interface Answered {
  readonly call: ToolCall;
  readonly answer: ToolAnswer;
  readonly seconds: number;
}

/** The event of one call of a model, in Inspect's form. */
export function modelEvent(
  model: string,
  { message, stopReason, usage, durationMs }: Generation,
  input: MessageRefs,
  specs: readonly ToolSpec[],
): EventBody {
  return {
    event: 'model',
    model,
    input: [],
    input_refs: input,
    tools: specs as unknown as Json[],
    tool_choice: 'auto',
    config: {},
    output: {
      model,
      choices: [{ message, stop_reason: stopReason }],
      usage,
      time: durationMs / 1000,
    },
    completed: new Date().toISOString(),
    working_time: durationMs / 1000,
  };
}

/** What the model is told of a call, and the event of it. */
export function toolRecord({ call, answer, seconds }: Answered): {
  readonly message: ChatMessage;
  readonly event: EventBody;
} {
  const id = randomUUID();
  const failed = 'error' in answer;
  const text = failed ? '' : answer.text;
  const error = failed ? { error: answer.error } : {};
  return {
    message: {
      role: 'tool',
      id,
      content: text,
      tool_call_id: call.id,
      function: call.function,
      ...error,
    },
    event: {
      event: 'tool',
      type: 'function',
      id: call.id,
      function: call.function,
      arguments: call.arguments,
      result: text,
      completed: new Date().toISOString(),
      working_time: seconds,
      message_id: id,
      ...error,
      ...(failed || answer.metadata === undefined ? {} : { metadata: answer.metadata }),
    },
  };
}

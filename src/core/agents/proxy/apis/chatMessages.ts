import { asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { MessageContent, ToolCall } from '../../log/inspectLog';
import { parseInput } from '../../models/prompt';
import { assistantMessage } from './messageParts';
import type { AssistantDraft } from './modelApi';

/** A model's message as the log has it. */
export function chatAnswer(parts: {
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}): AssistantDraft {
  const { model, text, reasoning, calls } = parts;
  const content: MessageContent[] = [
    ...(reasoning === '' ? [] : [{ type: 'reasoning' as const, reasoning }]),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
  ];
  return assistantMessage({ model, content, calls });
}

export function chatCall(call: JsonObject): ToolCall {
  const { name, arguments: given } = asObject(call['function']);
  const { value, problem } = parseInput(asText(given));
  return {
    id: asText(call['id']),
    function: asText(name),
    arguments: value,
    type: 'function',
    ...(problem === undefined ? {} : { parse_error: problem }),
  };
}

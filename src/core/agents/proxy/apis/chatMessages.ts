import { asArray, asObject, asText, valueText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { MessageContent, ToolCall } from '../../log/inspectLog';
import { parseInput } from '../../models/prompt';
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
  return {
    role: 'assistant',
    content,
    source: 'generate',
    model,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
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

export function chatText(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  return asArray(content)
    .map(asObject)
    .map((part) => ('text' in part ? valueText(part['text']) : `[${asText(part['type'])}]`))
    .join('\n');
}

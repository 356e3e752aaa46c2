import { asText, valueText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { MessageContent, ToolCall } from '../../log/inspectLog';
import { parseInput } from '../../models/prompt';
import { assistantMessage, partsText } from './messageParts';
import type { AssistantDraft } from './modelApi';

/** What the model said at one go: thoughts, words and calls. */
export function modelMessage(items: readonly JsonObject[], model: string): AssistantDraft {
  const content: MessageContent[] = [];
  const calls: ToolCall[] = [];
  for (const item of items) {
    const type = asText(item['type']);
    if (type === 'reasoning') {
      const reasoning = partsText(item['summary']);
      content.push({
        type: 'reasoning',
        reasoning,
        ...(reasoning === '' ? { redacted: true } : {}),
      });
    } else if (/_call$/u.test(type)) {
      calls.push(callOf(item, type));
    } else {
      content.push({ type: 'text', text: partsText(item['content']) });
    }
  }
  return assistantMessage({ model, content, calls });
}

function callOf(item: JsonObject, type: string): ToolCall {
  const id = asText(item['call_id']) || asText(item['id']);
  const name = asText(item['name']) || type.replace(/_call$/u, '');
  if (type !== 'function_call') {
    const given = item['input'] ?? item['action'] ?? item['operation'] ?? null;
    const input = given as ToolCall['arguments'][string];
    return { id, function: name, arguments: { input }, type: 'function' };
  }
  const { value, problem } = parseInput(asText(item['arguments']));
  return {
    id,
    function: name,
    arguments: value,
    type: 'function',
    ...(problem === undefined ? {} : { parse_error: problem }),
  };
}

export function outputText(output: unknown): string {
  return Array.isArray(output) ? partsText(output) : valueText(output);
}

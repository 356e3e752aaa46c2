import { asArray, asObject, asText, valueText } from '../../../transcripts/values';
import type { MessageContent, ToolCall } from '../../log/inspectLog';
import type { AssistantDraft } from './modelApi';

/** The text of a message's content, a string or parts; of a part without text its type stands there. */
export function partsText(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  return asArray(content)
    .map(asObject)
    .map((part) => ('text' in part ? valueText(part['text']) : `[${asText(part['type'])}]`))
    .join('\n');
}

/** A model's message as the log has it. */
export function assistantMessage(said: {
  readonly model: string;
  readonly content: MessageContent[];
  readonly calls: readonly ToolCall[];
}): AssistantDraft {
  const { model, content, calls } = said;
  return {
    role: 'assistant',
    content,
    source: 'generate',
    model,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

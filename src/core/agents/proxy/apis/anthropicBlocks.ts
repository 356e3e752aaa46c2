import { asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { MessageContent, ToolCall } from '../../log/inspectLog';

/** An answer's blocks as the log has them. */
export function readBlocks(blocks: readonly JsonObject[]): {
  content: MessageContent[];
  calls: ToolCall[];
} {
  const content: MessageContent[] = [];
  const calls: ToolCall[] = [];
  for (const block of blocks) {
    const text = asText(block['text']);
    if (block['type'] === 'text' && text !== '') {
      content.push({ type: 'text', text });
    } else if (block['type'] === 'thinking') {
      content.push({ type: 'reasoning', reasoning: asText(block['thinking']) });
    } else if (block['type'] === 'redacted_thinking') {
      content.push({ type: 'reasoning', reasoning: '', redacted: true });
    } else if (block['type'] === 'tool_use') {
      calls.push({
        id: asText(block['id']),
        function: asText(block['name']),
        arguments: asObject(block['input']) as ToolCall['arguments'],
        type: 'function',
      });
    }
  }
  return { content, calls };
}

import type { Part, Role, ToolView } from '../../normalForm';
import { asArray, asObject, asText, firstText, valueText } from '../../values';
import type { JsonObject } from '../../values';
import type { References } from './references';

const roles: readonly string[] = ['system', 'user', 'assistant', 'tool'];

export function asRole(value: unknown): Role | undefined {
  return typeof value === 'string' && roles.includes(value) ? (value as Role) : undefined;
}

/** The parts of a message's content: text, or Inspect's list of content (`src/inspect_ai/_util/content.py`). */
export function contentParts(
  content: unknown,
  references: References,
  role: Role | undefined,
): Part[] {
  const said = role === undefined ? {} : { role };
  if (typeof content === 'string') {
    return content === '' ? [] : [{ type: 'text', ...said, text: references.text(content) }];
  }
  return asArray(content).map((item) => contentPart(asObject(item), references, said));
}

function contentPart(item: JsonObject, references: References, said: { role?: Role }): Part {
  const text = (key: string) => references.text(asText(item[key]));
  switch (item['type']) {
    case 'text':
      return { type: 'text', ...said, text: firstText(text('text'), text('refusal')) };
    case 'reasoning':
      return reasoning(item, text);
    case 'image':
      return { type: 'image', source: text('image') };
    case 'tool_use':
      return {
        type: 'data',
        label: `${asText(item['tool_type'])} ${asText(item['name'])}`.trim(),
        value: references.deep({
          arguments: item['arguments'],
          result: item['result'],
          error: item['error'],
        }),
      };
    default:
      return {
        type: 'data',
        label: asText(item['type']) || 'content',
        value: references.deep(item),
      };
  }
}

function reasoning(item: JsonObject, text: (key: string) => string): Part {
  const redacted = item['redacted'] === true;
  // What a provider encrypted is no text for people; its summary is.
  const shown = redacted ? text('summary') : firstText(text('reasoning'), text('summary'));
  return { type: 'reasoning', text: shown, ...(redacted ? { redacted } : {}) };
}

/** The parts of a whole chat message: what it says, the calls it makes, the call it answers. */
export function messageParts(message: JsonObject, references: References): Part[] {
  const role = asRole(message['role']);
  if (role === 'tool') {
    return [toolMessage(message, references)];
  }
  return [
    ...contentParts(message['content'], references, role),
    ...asArray(message['tool_calls']).map((call) => toolCallPart(asObject(call), references)),
  ];
}

function toolCallPart(call: JsonObject, references: References): Part {
  const args = references.deep(call['arguments'] ?? asObject(call['function'])['arguments'] ?? {});
  return {
    type: 'toolCall',
    id: asText(call['id']),
    // Logs of 2024 have OpenAI's own shape, with a function object inside.
    name: firstText(call['function'], asObject(call['function'])['name'], call['name']),
    arguments: args,
    ...withView(call['view'], args, references),
  };
}

/**
 * A call's view (`ToolCallContent` of Inspect's `src/inspect_ai/tool/_tool_call.py`), with the
 * arguments that it names as `{{name}}` in their places.
 */
export function withView(
  value: unknown,
  args: unknown,
  references: References,
): { view?: ToolView } {
  const { title, format, content } = asObject(value);
  if (typeof content !== 'string' || content === '') {
    return {};
  }
  const given = asObject(args);
  const filled = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) =>
      Object.hasOwn(given, name) ? valueText(given[name]) : placeholder,
    );
  return {
    view: {
      title: filled(asText(title)),
      format: format === 'markdown' ? format : 'text',
      content: filled(references.text(content)),
    },
  };
}

function toolMessage(message: JsonObject, references: References): Part {
  const error = toolError(message['error'], references);
  return {
    type: 'toolResult',
    id: asText(message['tool_call_id']),
    ...(typeof message['function'] === 'string' ? { name: message['function'] } : {}),
    text: partsText(contentParts(message['content'], references, undefined)),
    ...(error === undefined ? {} : { error }),
  };
}

/** What a tool error says, or `undefined` if there was none. */
export function toolError(error: unknown, references: References): string | undefined {
  if (error === undefined || error === null) {
    return undefined;
  }
  if (typeof error === 'string') {
    return references.text(error);
  }
  const { type, message } = asObject(error);
  const said = references.text(asText(message));
  return typeof type === 'string' ? `${type}: ${said}` : said || valueText(error);
}

/** All text of parts, one after the other. */
export function partsText(parts: readonly Part[]): string {
  return parts
    .map((part) =>
      'text' in part ? part.text : part.type === 'data' ? valueText(part.value) : `(${part.type})`,
    )
    .join('\n');
}

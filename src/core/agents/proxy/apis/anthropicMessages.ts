import { asArray, asObject, asText, valueText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import { readBlocks } from './anthropicBlocks';
import { AnthropicReader } from './anthropicReader';
import { assistantMessage } from './messageParts';
import type { MessageDraft, ModelApi, PreparedCall } from './modelApi';
import { bodyWithout, refuseAddress, withoutServerTools } from './toolPolicy';

/** Tools that the client runs; the search for tools reaches nothing but the call's own tools. */
const runsHere = /^$|^custom$|^(bash|text_editor|computer|memory|tool_search_tool_\w+)_\d+$/u;
/** What has the server reach elsewhere, keep something, or cost more than the prices say. */
const left = ['mcp_servers', 'container', 'speed', 'service_tier', 'inference_geo'];

/** Anthropic's Messages API (docs.anthropic.com, `POST /v1/messages`). */
export const anthropicMessages: ModelApi = {
  path: '/v1/messages',

  prepare(body: JsonObject, model: string): PreparedCall {
    asArray(body['messages']).forEach((message) => checkBlocks(asObject(message)['content']));
    const { tools, removed } = withoutServerTools(body['tools'], runsHere);
    const kept = bodyWithout(body, left);
    return {
      body: { ...kept, model, ...('tools' in body ? { tools } : {}) },
      removed: [...removed, ...left.filter((key) => key in body)],
    };
  },

  messages(body: JsonObject): readonly MessageDraft[] {
    const system = textOf(body['system']);
    const names = new Map<string, string>();
    const messages = asArray(body['messages']).map(asObject);
    return [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...messages.flatMap((message) => drafts(message, names, asText(body['model']))),
    ];
  },

  reader: (model) => new AnthropicReader(model),
};

function checkBlocks(content: unknown): void {
  for (const block of asArray(content).map(asObject)) {
    const source = asObject(block['source']);
    if (source['type'] === 'url') {
      refuseAddress(source['url'] ?? '');
    }
    checkBlocks(block['content']);
  }
}

function drafts(
  { role, content }: JsonObject,
  names: Map<string, string>,
  model: string,
): MessageDraft[] {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  return role === 'assistant'
    ? [assistantDraft(blocks.map(asObject), names, model)]
    : userDrafts(blocks.map(asObject), names);
}

function userDrafts(
  blocks: readonly JsonObject[],
  names: ReadonlyMap<string, string>,
): MessageDraft[] {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const text = textOf(blocks.filter(({ type }) => type !== 'tool_result'));
  return [
    ...results.map((result): MessageDraft => {
      const id = asText(result['tool_use_id']);
      const said = textOf(result['content']);
      return {
        role: 'tool',
        content: said,
        tool_call_id: id,
        function: names.get(id) ?? 'unknown',
        ...(result['is_error'] === true ? { error: { type: 'unknown', message: said } } : {}),
      };
    }),
    ...(text === '' && results.length > 0 ? [] : [{ role: 'user' as const, content: text }]),
  ];
}

function assistantDraft(
  blocks: readonly JsonObject[],
  names: Map<string, string>,
  model: string,
): MessageDraft {
  const { content, calls } = readBlocks(blocks);
  calls.forEach((call) => names.set(call.id, call.function));
  return assistantMessage({ model, content, calls });
}

function textOf(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  return asArray(content)
    .map(asObject)
    .map((block) =>
      block['type'] === 'text' ? valueText(block['text']) : `[${asText(block['type'])}]`,
    )
    .join('\n');
}

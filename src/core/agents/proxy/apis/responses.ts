import { asArray, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { MessageDraft, ModelApi, PreparedCall } from './modelApi';
import { partsText } from './messageParts';
import { modelMessage, outputText } from './responsesItems';
import { ResponsesReader } from './responsesReader';
import { bodyWithout, refuseAddress, withoutServerTools } from './toolPolicy';

/** Tools that the client runs; a namespace holds tools, which are looked at one by one. */
const runsHere = /^(function|custom|local_shell|apply_patch|namespace|tool_search)$/u;
/** What has the server work on by itself, reach elsewhere, or cost more than the prices say. */
const left = ['background', 'prompt', 'service_tier', 'conversation'];

/** OpenAI's Responses API (platform.openai.com, `POST /v1/responses`). */
export const responses: ModelApi = {
  path: '/v1/responses',

  prepare(body: JsonObject, model: string): PreparedCall {
    asArray(body['input']).map(asObject).forEach(checkItem);
    const { tools, removed } = withoutServerTools(body['tools'], runsHere);
    return {
      body: { ...bodyWithout(body, left), model, ...('tools' in body ? { tools } : {}) },
      removed: [...removed, ...left.filter((key) => key in body && body[key] !== false)],
    };
  },

  messages(body: JsonObject): readonly MessageDraft[] {
    const model = asText(body['model']);
    const instructions = asText(body['instructions']);
    const input = body['input'];
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : asArray(input);
    return [
      ...(instructions === '' ? [] : [{ role: 'system' as const, content: instructions }]),
      ...itemDrafts(items.map(asObject), model),
    ];
  },

  reader: (model) => new ResponsesReader(model),
};

function checkItem(item: JsonObject): void {
  for (const part of [...asArray(item['content']), ...asArray(item['output'])].map(asObject)) {
    const { image_url: image, file_url: file } = part;
    refuseAddress(typeof image === 'object' ? asObject(image)['url'] : image);
    refuseAddress(file);
  }
}

/** The items of a conversation as messages; what the model said at one go is one message. */
function itemDrafts(items: readonly JsonObject[], model: string): MessageDraft[] {
  const drafts: MessageDraft[] = [];
  const names = new Map<string, string>();
  let said: JsonObject[] = [];
  const finish = () => {
    if (said.length > 0) {
      const message = modelMessage(said, model);
      message.tool_calls?.forEach((call) => names.set(call.id, call.function));
      drafts.push(message);
    }
    said = [];
  };
  for (const item of items) {
    if (isOfModel(item)) {
      said.push(item);
    } else {
      finish();
      drafts.push(otherDraft(item, names));
    }
  }
  finish();
  return drafts;
}

function isOfModel({ type, role }: JsonObject): boolean {
  return role === 'assistant' || type === 'reasoning' || /_call$/u.test(asText(type));
}

function otherDraft(item: JsonObject, names: ReadonlyMap<string, string>): MessageDraft {
  if (/_output$/u.test(asText(item['type']))) {
    const id = asText(item['call_id']);
    const content = outputText(item['output']);
    return { role: 'tool', content, tool_call_id: id, function: names.get(id) ?? 'unknown' };
  }
  const role = item['role'] === 'developer' || item['role'] === 'system' ? 'system' : 'user';
  return { role, content: partsText(item['content']) };
}

import { asArray, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import { chatAnswer, chatCall } from './chatMessages';
import { partsText } from './messageParts';
import { ChatReader } from './chatReader';
import type { MessageDraft, ModelApi, PreparedCall } from './modelApi';
import { bodyWithout, refuseAddress, withoutServerTools } from './toolPolicy';

const runsHere = /^(function|custom)$/u;
const left = ['web_search_options', 'service_tier', 'store'];

/** OpenAI's chat completions, which many servers speak (`POST /v1/chat/completions`). */
export const chatCompletions: ModelApi = {
  path: '/v1/chat/completions',

  prepare(body: JsonObject, model: string): PreparedCall {
    for (const message of asArray(body['messages']).map(asObject)) {
      for (const part of asArray(message['content']).map(asObject)) {
        refuseAddress(asObject(part['image_url'])['url']);
      }
    }
    const { tools, removed } = withoutServerTools(body['tools'], runsHere);
    // Without it a streamed answer does not say what it cost.
    const options = { ...asObject(body['stream_options']), include_usage: true };
    return {
      body: {
        ...bodyWithout(body, left),
        model,
        ...('tools' in body ? { tools } : {}),
        ...(body['stream'] === true ? { stream_options: options } : {}),
      },
      removed: [...removed, ...left.filter((key) => key in body)],
    };
  },

  messages(body: JsonObject): readonly MessageDraft[] {
    const names = new Map<string, string>();
    const model = asText(body['model']);
    return asArray(body['messages'])
      .map(asObject)
      .map((message) => draft(message, names, model));
  },

  reader: (model) => new ChatReader(model),
};

function draft(message: JsonObject, names: Map<string, string>, model: string): MessageDraft {
  const text = partsText(message['content']);
  switch (message['role']) {
    case 'assistant': {
      const calls = asArray(message['tool_calls']).map(asObject).map(chatCall);
      calls.forEach((call) => names.set(call.id, call.function));
      return chatAnswer({ model, text, reasoning: asText(message['reasoning_content']), calls });
    }
    case 'tool': {
      const id = asText(message['tool_call_id']);
      const name = names.get(id) ?? 'unknown';
      return { role: 'tool', content: text, tool_call_id: id, function: name };
    }
    case 'system':
    case 'developer':
      return { role: 'system', content: text };
    default:
      return { role: 'user', content: text };
  }
}

import type { ApiFamily } from '../../targets/agentDefinition';
import type { JsonObject } from '../../transcripts/values';
import { anthropicMessages } from './apis/anthropicMessages';
import { chatCompletions } from './apis/chatCompletions';
import type { ModelApi } from './apis/modelApi';
import { responses } from './apis/responses';

/** What is done with a request of the agent's program. */
export type Route =
  | { readonly kind: 'call'; readonly api: ModelApi; readonly path: string }
  /** Sent on and answered without being counted: it costs nothing and tells nothing. */
  | { readonly kind: 'pass'; readonly method: 'GET' | 'POST'; readonly path: string };

const calls: Readonly<Record<ApiFamily, readonly ModelApi[]>> = {
  anthropic: [anthropicMessages],
  openai: [chatCompletions, responses],
};

/** The paths of a model's API, exactly as they are spelled; there is no other. */
export function routeOf(family: ApiFamily, method: string, url: string): Route | undefined {
  // A query of the client's own (`?beta=true`) says nothing that is needed.
  const [path = ''] = url.split('?', 1);
  const api = calls[family].find((one) => one.path === path);
  if (api !== undefined && method === 'POST') {
    return { kind: 'call', api, path };
  }
  if (path === '/v1/models' && method === 'GET') {
    return { kind: 'pass', method, path };
  }
  if (family === 'anthropic' && path === '/v1/messages/count_tokens' && method === 'POST') {
    return { kind: 'pass', method, path };
  }
  return undefined;
}

/** An error in the words of each API, so that the agent's program shows it as one. */
export function errorBody(family: ApiFamily, status: number, message: string): JsonObject {
  const types: Readonly<Record<number, string>> = {
    400: 'invalid_request_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
  };
  const type = types[status] ?? 'api_error';
  return family === 'anthropic'
    ? { type: 'error', error: { type, message } }
    : { error: { message, type, param: null, code: status === 403 ? 'budget_exhausted' : type } };
}

/** How each API is shown its key. */
export function keyHeader(family: ApiFamily, key: string): Record<string, string> {
  return family === 'anthropic' ? { 'x-api-key': key } : { authorization: `Bearer ${key}` };
}

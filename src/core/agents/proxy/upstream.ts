import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Disposable } from '../../disposable';
import type { ApiFamily } from '../../targets/agentDefinition';
import type { ModelEndpoint } from '../models/openModel';
import { keyHeader } from './routes';

/** Headers of the agent's program that say something about the call, and nothing else. */
const sentOn = [
  ...['accept', 'content-type', 'user-agent', 'anthropic-version', 'anthropic-beta', 'openai-beta'],
];
const givenBack =
  /^(content-type|retry-after|retry-after-ms|request-id|x-request-id|x-should-retry|anthropic-ratelimit-.*|x-ratelimit-.*)$/u;

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isEventStream: boolean;
  readonly body: Readable;
}

/** The model's own server: the only address that requests go to, with the key that only this side has. */
export class Upstream implements Disposable {
  private readonly base: URL;
  private readonly agent: HttpAgent;

  constructor(
    private readonly endpoint: ModelEndpoint,
    private readonly family: ApiFamily,
  ) {
    this.base = new URL(endpoint.baseUrl);
    this.agent =
      this.base.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: true })
        : new HttpAgent({ keepAlive: true });
  }

  /**
   * Sends a request on, once: whoever made it may try again.
   * @param path As the API has it, with `/v1` before it.
   * @throws the connection's error when there is no answer.
   */
  send(options: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body?: string;
    readonly signal: AbortSignal;
  }): Promise<UpstreamAnswer> {
    const { method, path, headers, body, signal } = options;
    const { base, agent, family, endpoint } = this;
    const target = new URL(base);
    target.pathname = base.pathname.replace(/\/$/u, '') + path.replace(/^\/v1/u, '');
    const send = base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(target, {
        method,
        agent,
        signal,
        headers: {
          ...kept(headers),
          'accept-encoding': 'identity',
          ...(endpoint.apiKey === undefined ? {} : keyHeader(family, endpoint.apiKey)),
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
      });
      request.once('error', reject);
      request.once('response', (response) => resolve(answerOf(response)));
      request.end(body);
    });
  }

  /** A text without the key, should the server have repeated it. */
  withoutKey(text: string): string {
    const { apiKey = '' } = this.endpoint;
    return apiKey === '' ? text : text.replaceAll(apiKey, '[key]');
  }

  dispose(): void {
    this.agent.destroy();
  }
}

function kept(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    sentOn.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

function answerOf(response: IncomingMessage): UpstreamAnswer {
  const { headers } = response;
  return {
    status: response.statusCode ?? 502,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        givenBack.test(name) && typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
    isEventStream: headers['content-type']?.startsWith('text/event-stream') === true,
    body: decoded(response),
  };
}

/** Some servers compress although they were asked not to. */
function decoded(response: IncomingMessage): Readable {
  const unpack = {
    gzip: createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[response.headers['content-encoding'] ?? ''];
  if (unpack === undefined) {
    return response;
  }
  const stream = unpack();
  response.once('error', (error) => stream.destroy(error));
  return response.pipe(stream);
}

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicSpeech } from './anthropicSpeech';
import { chatSpeech } from './chatSpeech';
import { responsesSpeech } from './responsesSpeech';

/** What the scripted model answers to one request. */
export interface ScriptedAnswer {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly raw?: string;
  }[];
  readonly usage?: { readonly input: number; readonly cached?: number; readonly output: number };
  /** Answered instead: an HTTP error. */
  readonly error?: {
    readonly status: number;
    readonly body?: string;
    readonly retryAfter?: string;
  };
  /** Break the connection after this many pieces of the stream. */
  readonly breakAfter?: number;
  /** Milliseconds before the first byte. */
  readonly delayMs?: number;
}

export interface ModelRequest {
  readonly messages: readonly Record<string, unknown>[];
  readonly tools: readonly Record<string, unknown>[];
  readonly model: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const speeches = [chatSpeech, anthropicSpeech, responsesSpeech];

/** Decides each answer; `n` counts requests from 0. */
export type Script = (request: ModelRequest, n: number) => ScriptedAnswer;

/**
 * A model that plays a script over real HTTP, streamed or not, in the protocol whose path it is asked
 * at, so that tests take the path which a run takes.
 */
export class ModelServer {
  readonly requests: ModelRequest[] = [];
  /** Requests for what a model does not serve. */
  readonly strays: string[] = [];
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );

  private constructor(private script: Script) {}

  static async start(script: Script): Promise<ModelServer> {
    const started = new ModelServer(script);
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  play(script: Script): void {
    this.script = script;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const speech = speeches.find(({ path }) => request.url?.split('?')[0] === path);
    if (speech === undefined || request.method !== 'POST') {
      this.strays.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ModelRequest & {
      readonly stream?: boolean;
    };
    const seen = {
      ...body,
      messages: speech.messages({ ...body }),
      tools: (body.tools as ModelRequest['tools'] | undefined) ?? [],
      headers: request.headers,
    };
    this.requests.push(seen);
    const answer = this.script(seen, this.requests.length - 1);
    await new Promise((resolve) => setTimeout(resolve, answer.delayMs ?? 0));
    if (answer.error !== undefined) {
      const { status, body: text = '{"error":{"message":"scripted"}}', retryAfter } = answer.error;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      });
      response.end(text);
      return;
    }
    if (body.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(speech.document(answer)));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [i, piece] of speech.pieces(answer).entries()) {
      if (i === answer.breakAfter) {
        response.destroy();
        return;
      }
      const name = piece.event === undefined ? '' : `event: ${piece.event}\n`;
      const text = `${name}data: ${JSON.stringify(piece.data)}\n\n`;
      // What has been said before a break is heard.
      await new Promise((resolve) => response.write(text, resolve));
    }
    response.end(speech.end);
  }
}

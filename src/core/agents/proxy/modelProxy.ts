import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disposable } from '../../disposable';
import { CancelledError, errorCode, errorText } from '../../errors';
import { asObject } from '../../transcripts/values';
import type { JsonObject } from '../../transcripts/values';
import type { ApiFamily } from '../../targets/agentDefinition';
import type { ModelEndpoint } from '../models/openModel';
import type { RelayConnection } from '../workspace/relayConnection';
import type { AnswerReader, ModelApi } from './apis/modelApi';
import { RefusedCall } from './apis/modelApi';
import type { CallLog, LoggedCall } from './callLog';
import { EventStreamReader } from './eventStream';
import { readBody, TooLongError } from './readBody';
import { RelayStream } from './relayStream';
import { errorBody, routeOf } from './routes';
import type { Route } from './routes';
import { Upstream } from './upstream';
import type { UpstreamAnswer } from './upstream';

export interface ModelProxyParts {
  readonly endpoint: ModelEndpoint;
  readonly family: ApiFamily;
  readonly log: CallLog;
  /** Why no call is taken now, such as a budget that is used up. */
  readonly refusal: () => string | undefined;
  /** The harness failed: a call could not be written down. Called once. */
  readonly onFailure: (error: unknown) => void;
}

/** Calls under way at once. */
const mostCalls = 16;
const largestRequest = 64 * 2 ** 20;
const largestError = 2 ** 20;

/**
 * The model, as the agent's sandbox sees it: an HTTP server that listens nowhere but at the relay. It
 * takes the calls of one API, sends them to one address with the key that only this side has, lets the
 * answers through as they come, and writes down each call with what it cost.
 */
export class ModelProxy implements Disposable {
  private readonly ending = new AbortController();
  private readonly upstream: Upstream;
  private readonly streams = new Set<RelayStream>();
  private calls = 0;
  private readonly server = createServer((request, response) => {
    void this.answer(request, response);
  });

  constructor(private readonly parts: ModelProxyParts) {
    this.upstream = new Upstream(parts.endpoint, parts.family);
    // A model may think for longer than a person would wait.
    this.server.requestTimeout = 0;
    this.server.keepAliveTimeout = 0;
  }

  /** Serves a connection from the sandbox; never throws. */
  serve(connection: RelayConnection): void {
    const stream = new RelayStream(connection);
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    stream.on('error', () => undefined);
    this.server.emit('connection', stream);
  }

  dispose(): void {
    this.ending.abort();
    this.streams.forEach((stream) => stream.destroy());
    this.upstream.dispose();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.ending.signal]);
    const route = routeOf(this.parts.family, request.method ?? '', request.url ?? '');
    try {
      if (route === undefined) {
        this.refuse(response, 404, 'There is nothing but the model here, at its usual paths.');
      } else if (this.calls >= mostCalls) {
        this.refuse(response, 429, `No more than ${mostCalls} calls of the model at once.`);
      } else {
        this.calls += 1;
        await this.take(route, request, response, signal).finally(() => {
          this.calls -= 1;
        });
      }
    } catch (error) {
      this.fail(response, error);
    }
  }

  private async take(
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const refusal = this.parts.refusal();
    if (refusal !== undefined) {
      this.refuse(response, 403, refusal);
      return;
    }
    const text = await readBody(request, largestRequest);
    const { headers } = request;
    if (route.kind === 'call') {
      await this.call(route.api, parseObject(text), { headers, response, signal });
      return;
    }
    const body = route.method === 'POST' ? { body: this.named(parseObject(text)) } : {};
    const answer = await this.upstream.send({ ...route, headers, signal, ...body });
    await this.giveWhole(response, answer);
  }

  private async call(api: ModelApi, asked: JsonObject, exchange: Exchange): Promise<void> {
    const { endpoint, log } = this.parts;
    const { body, removed } = api.prepare(asked, endpoint.name);
    const logged = await this.written(log.begin(api.messages(body), body['tools'], removed));
    const text = JSON.stringify(body);
    let answer: UpstreamAnswer;
    try {
      const { headers, signal } = exchange;
      answer = await this.upstream.send({
        method: 'POST',
        path: api.path,
        headers,
        body: text,
        signal,
      });
    } catch (error) {
      await this.written(logged.failed(`the model's server gave no answer: ${reason(error)}`));
      throw error;
    }
    if (answer.status >= 400) {
      const said = await this.giveWhole(exchange.response, answer);
      await this.written(logged.failed(`HTTP ${answer.status}: ${said.slice(0, 2000)}`));
      return;
    }
    await this.giveAnswer(api.reader(endpoint.model), {
      ...exchange,
      answer,
      logged,
      sent: text.length,
    });
  }

  /** Lets an answer through; it ends for the agent once it is written down. */
  private async giveAnswer(
    reader: AnswerReader,
    { response, answer, logged, sent }: Exchange & Given,
  ): Promise<void> {
    const events = new EventStreamReader((data) => reader.event(data));
    const whole: Buffer[] = [];
    let bytes = 0;
    let broken: string | undefined;
    response.writeHead(answer.status, answer.headers);
    try {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (answer.isEventStream) {
          events.push(chunk);
        } else {
          whole.push(chunk);
        }
        if (!response.write(chunk)) {
          await drained(response);
        }
      }
    } catch (error) {
      broken = reason(error);
    }
    if (!answer.isEventStream) {
      reader.document(parseQuietly(Buffer.concat(whole).toString('utf8')));
    }
    await this.written(
      logged.answered(reader.answer(), { sentBytes: sent, receivedBytes: bytes, broken }),
    );
    if (broken === undefined) {
      response.end();
    } else {
      response.destroy();
    }
  }

  /** What is not streamed: errors, counts, lists of models. */
  private async giveWhole(response: ServerResponse, answer: UpstreamAnswer): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= largestError) {
        chunks.push(chunk);
      }
    }
    const text = this.upstream.withoutKey(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(answer.status, answer.headers);
    response.end(text);
    return text;
  }

  private named(body: JsonObject): string {
    return JSON.stringify({ ...body, model: this.parts.endpoint.name });
  }

  /** What could not be written down must not go on. */
  private async written<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.parts.onFailure(error);
      throw new CancelledError();
    }
  }

  private fail(response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
    } else if (error instanceof RefusedCall) {
      this.refuse(response, 400, error.message);
    } else if (error instanceof TooLongError) {
      this.refuse(response, 413, error.message);
    } else {
      this.refuse(response, 502, `The model's server gave no answer: ${reason(error)}.`);
    }
  }

  private refuse(response: ServerResponse, status: number, message: string): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(errorBody(this.parts.family, status, message)));
  }
}

interface Exchange {
  readonly headers: IncomingMessage['headers'];
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

interface Given {
  readonly answer: UpstreamAnswer;
  readonly logged: LoggedCall;
  /** Bytes of the request. */
  readonly sent: number;
}

/** Why there is no answer, without an address of this side's network. */
function reason(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.name : errorText(error));
}

function parseObject(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    throw new RefusedCall('The request is not JSON.');
  }
}

function parseQuietly(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Room for more, or nobody left who takes it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

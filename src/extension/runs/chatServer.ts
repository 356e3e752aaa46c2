import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText } from '../../core/errors';

/** A message of the chat-completions protocol, as far as runs use it. */
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly {
    readonly function: {
      readonly name: string;
      readonly description?: string;
      readonly parameters?: object;
    };
  }[];
}

/** A piece of an answer, as it comes. */
export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: object }
  | { readonly kind: 'usage'; readonly input: number; readonly output: number };

/** Who answers: throws what the caller is told, with the HTTP status that fits. */
export type Answerer = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatPart>;

/** An error with the HTTP status that tells a client whether to try again. */
export class ChatError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** A request longer than this is refused, in bytes: no model takes as much. */
const mostBytes = 64 * 1024 * 1024;

/**
 * A chat-completions server on the loopback, for one who knows its key: the way in which a process
 * outside of VS Code reaches the models that VS Code has.
 */
export class ChatServer {
  /** What a client must show. */
  readonly key = randomBytes(32).toString('hex');
  private readonly server = createServer((request, response) => {
    void this.serve(request, response);
  });

  private constructor(private readonly answer: Answerer) {}

  static async start(answer: Answerer): Promise<ChatServer> {
    const started = new ChatServer(answer);
    await new Promise<void>((resolve, reject) => {
      started.server.once('error', reject);
      started.server.listen(0, '127.0.0.1', resolve);
    });
    // It serves as long as the window lives, and holds nothing up.
    started.server.unref();
    return started;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  dispose(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const abort = new AbortController();
    response.once('close', () => abort.abort());
    try {
      this.check(request);
      const body = JSON.parse(await readBody(request)) as ChatRequest;
      await stream(response, this.answer(body, abort.signal));
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(error instanceof ChatError ? error.status : 500, {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify({ error: { message: errorText(error) } }));
    }
  }

  private check(request: IncomingMessage): void {
    const shown = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.key}`);
    if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) {
      throw new ChatError('The key is wrong.', 401);
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      throw new ChatError('There is only POST /v1/chat/completions.', 404);
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) {
      throw new ChatError('The request is too long.', 413);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends an answer as server-sent events; nothing is sent before its first part is there. */
async function stream(response: ServerResponse, parts: AsyncIterable<ChatPart>): Promise<void> {
  const id = randomUUID();
  let calls = 0;
  const send = (data: object) => {
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
    }
    response.write(`data: ${JSON.stringify({ id, object: 'chat.completion.chunk', ...data })}\n\n`);
  };
  const choice = (delta: object, finish: string | null = null) =>
    send({ choices: [{ index: 0, delta, finish_reason: finish }] });
  let usage: Extract<ChatPart, { kind: 'usage' }> | undefined;
  for await (const part of parts) {
    if (part.kind === 'text') {
      choice({ role: 'assistant', content: part.text });
    } else if (part.kind === 'call') {
      const { id: callId, name, input } = part;
      const called = { name, arguments: JSON.stringify(input) };
      choice({
        role: 'assistant',
        tool_calls: [{ index: calls++, id: callId, type: 'function', function: called }],
      });
    } else {
      usage = part;
    }
  }
  choice({}, calls > 0 ? 'tool_calls' : 'stop');
  if (usage !== undefined) {
    const { input, output } = usage;
    send({
      choices: [],
      usage: {
        prompt_tokens: input,
        completion_tokens: output,
        total_tokens: input + output,
      },
    });
  }
  response.end('data: [DONE]\n\n');
}

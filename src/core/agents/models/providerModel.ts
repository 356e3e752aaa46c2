import { randomUUID } from 'node:crypto';
import type {
  LanguageModelV3,
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from '@ai-sdk/provider';
import type { Json, MessageContent, ModelUsage, ToolCall } from '../log/inspectLog';
import { toModelError } from './modelErrors';
import type {
  AssistantMessage,
  GenerateOptions,
  GenerateRequest,
  Generation,
  Model,
  StopReason,
} from './model';
import { parseInput, providerPartsKey, toPrompt } from './prompt';
import { usageOf } from './usage';

/**
 * A model behind one of the provider library's. Answers are streamed, so that an hour of thinking
 * does not look like a dead connection to a proxy on the way.
 */
export class ProviderModel implements Model {
  constructor(
    readonly name: string,
    private readonly provider: LanguageModelV3,
    readonly baseUrl?: string,
  ) {}

  async generate(request: GenerateRequest, options: GenerateOptions = {}): Promise<Generation> {
    const started = performance.now();
    const answer = new StreamedAnswer(options.onText);
    try {
      const { stream } = await this.provider.doStream({
        prompt: toPrompt(request.messages),
        tools: request.tools.map((tool) => ({
          type: 'function',
          name: tool.name,
          description: tool.description,
          inputSchema: tool.parameters,
        })),
        ...(request.tools.length > 0 ? { toolChoice: { type: 'auto' } } : {}),
        ...(request.maxOutputTokens === undefined
          ? {}
          : { maxOutputTokens: request.maxOutputTokens }),
        ...(options.signal === undefined ? {} : { abortSignal: options.signal }),
      });
      for await (const part of stream as AsyncIterable<LanguageModelV3StreamPart>) {
        answer.add(part);
      }
      return answer.finish(this.name, performance.now() - started);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toModelError(error);
    }
  }
}

/** Puts an answer together from the pieces in which it comes. */
class StreamedAnswer {
  private readonly parts: LanguageModelV3Content[] = [];
  private readonly open = new Map<string, Extract<LanguageModelV3Content, { text: string }>>();
  private end:
    { usage: LanguageModelV3Usage; finishReason: LanguageModelV3FinishReason } | undefined;

  constructor(private readonly onText: ((delta: string) => void) | undefined) {}

  add(part: LanguageModelV3StreamPart): void {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start': {
        const type = part.type === 'text-start' ? 'text' : 'reasoning';
        const content = { type, text: '', ...metadataOf(part) } as const;
        this.open.set(`${type}/${part.id}`, content);
        this.parts.push(content);
        break;
      }
      case 'text-delta':
      case 'reasoning-delta': {
        const content = this.open.get(
          `${part.type === 'text-delta' ? 'text' : 'reasoning'}/${part.id}`,
        );
        if (content !== undefined) {
          Object.assign(content, { text: content.text + part.delta }, metadataOf(part));
        }
        if (part.type === 'text-delta') {
          this.onText?.(part.delta);
        }
        break;
      }
      case 'text-end':
      case 'reasoning-end': {
        const content = this.open.get(
          `${part.type === 'text-end' ? 'text' : 'reasoning'}/${part.id}`,
        );
        Object.assign(content ?? {}, metadataOf(part));
        break;
      }
      case 'tool-call':
        this.parts.push(part);
        break;
      case 'finish':
        this.end = part;
        break;
      case 'error':
        throw part.error;
      default:
    }
  }

  finish(model: string, durationMs: number): Generation {
    if (this.end === undefined) {
      throw new Error('the answer broke off before its end');
    }
    return {
      message: toMessage(this.parts, model),
      stopReason: stopReasonOf(this.end.finishReason),
      usage: toUsage(this.end.usage),
      durationMs,
    };
  }
}

function metadataOf(part: { providerMetadata?: unknown }): { providerMetadata?: never } {
  return part.providerMetadata === undefined
    ? {}
    : { providerMetadata: part.providerMetadata as never };
}

function toMessage(parts: readonly LanguageModelV3Content[], model: string): AssistantMessage {
  const content: MessageContent[] = [];
  const calls: ToolCall[] = [];
  for (const part of parts) {
    if (part.type === 'text' && part.text !== '') {
      content.push({ type: 'text', text: part.text });
    } else if (part.type === 'reasoning') {
      content.push({ type: 'reasoning', reasoning: part.text });
    } else if (part.type === 'tool-call') {
      const { value, problem } = parseInput(part.input);
      calls.push({
        id: part.toolCallId,
        function: part.toolName,
        arguments: value,
        type: 'function',
        ...(problem === undefined ? {} : { parse_error: problem }),
      });
    }
  }
  const signed = parts.some((part) => 'providerMetadata' in part);
  return {
    role: 'assistant',
    id: randomUUID(),
    content,
    source: 'generate',
    model,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(signed ? { metadata: { [providerPartsKey]: parts as unknown as Json } } : {}),
  };
}

function stopReasonOf({ unified }: LanguageModelV3FinishReason): StopReason {
  switch (unified) {
    case 'stop':
      return 'stop';
    case 'length':
      return 'max_tokens';
    case 'tool-calls':
      return 'tool_calls';
    case 'content-filter':
      return 'content_filter';
    default:
      return 'unknown';
  }
}

/** What a provider does not say counts as none. */
function toUsage({ inputTokens, outputTokens }: LanguageModelV3Usage): ModelUsage {
  const { cacheRead = 0, cacheWrite = 0, total = 0 } = inputTokens;
  const uncached = inputTokens.noCache ?? Math.max(0, total - cacheRead - cacheWrite);
  const { total: output = 0, reasoning } = outputTokens;
  return usageOf({ uncached, cacheRead, cacheWrite, output, reasoning });
}

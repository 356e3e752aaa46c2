import { asArray, asNumber, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { StopReason } from '../../models/model';
import { parseInput } from '../../models/prompt';
import { usageOf } from '../../models/usage';
import { readBlocks } from './anthropicBlocks';
import type { AnswerReader, CallAnswer } from './modelApi';

const stops: Readonly<Record<string, StopReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'model_length',
  refusal: 'content_filter',
};

/** Puts an answer of the Messages API together. Source: docs.anthropic.com, "Streaming messages". */
export class AnthropicReader implements AnswerReader {
  private readonly blocks: JsonObject[] = [];
  /** The arguments of tool calls come as pieces of JSON text. */
  private readonly inputs = new Map<number, string>();
  private usage: JsonObject = {};
  private stop = '';

  constructor(private readonly model: string) {}

  event(data: JsonObject): void {
    const at = asNumber(data['index']) ?? 0;
    switch (data['type']) {
      case 'message_start':
        this.usage = asObject(asObject(data['message'])['usage']);
        break;
      case 'content_block_start':
        this.blocks[at] = asObject(data['content_block']);
        break;
      case 'content_block_delta':
        this.add(at, asObject(data['delta']));
        break;
      case 'message_delta':
        this.usage = { ...this.usage, ...asObject(data['usage']) };
        this.stop = asText(asObject(data['delta'])['stop_reason']);
        break;
      default:
    }
  }

  document(body: JsonObject): void {
    this.blocks.push(...asArray(body['content']).map(asObject));
    this.usage = asObject(body['usage']);
    this.stop = asText(body['stop_reason']);
  }

  answer(): CallAnswer {
    const blocks = Object.entries(this.blocks).map(([at, block]) => {
      const input = this.inputs.get(Number(at));
      return input === undefined ? block : { ...block, input: parseInput(input).value };
    });
    const { content, calls } = readBlocks(blocks);
    const count = (key: string) => asNumber(this.usage[key]);
    const uncached = count('input_tokens');
    return {
      message: {
        role: 'assistant',
        content,
        source: 'generate',
        model: this.model,
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      },
      stopReason: stops[this.stop] ?? 'unknown',
      // The counts at a message's start are not yet those of its end.
      ...(uncached === undefined || this.stop === ''
        ? {}
        : {
            usage: usageOf({
              uncached,
              cacheRead: count('cache_read_input_tokens'),
              cacheWrite: count('cache_creation_input_tokens'),
              output: count('output_tokens') ?? 0,
            }),
          }),
    };
  }

  private add(at: number, delta: JsonObject): void {
    const block = this.blocks[at] ?? {};
    const append = (key: string) => asText(block[key]) + asText(delta[key]);
    if (delta['type'] === 'text_delta') {
      this.blocks[at] = { ...block, text: append('text') };
    } else if (delta['type'] === 'thinking_delta') {
      this.blocks[at] = { ...block, thinking: append('thinking') };
    } else if (delta['type'] === 'input_json_delta') {
      this.inputs.set(at, (this.inputs.get(at) ?? '') + asText(delta['partial_json']));
    }
  }
}

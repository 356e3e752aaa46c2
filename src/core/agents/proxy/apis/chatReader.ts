import { asArray, asNumber, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { ModelUsage } from '../../log/inspectLog';
import type { StopReason } from '../../models/model';
import { usageOf } from '../../models/usage';
import { chatAnswer, chatCall } from './chatMessages';
import { partsText } from './messageParts';
import type { AnswerReader, CallAnswer } from './modelApi';

const stops: Readonly<Record<string, StopReason>> = {
  stop: 'stop',
  length: 'max_tokens',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

interface PartialCall {
  id: string;
  name: string;
  input: string;
}

/** Puts an answer of the chat-completions protocol together. Source: platform.openai.com, "Chat". */
export class ChatReader implements AnswerReader {
  private text = '';
  private reasoning = '';
  private readonly calls: PartialCall[] = [];
  private usage: ModelUsage | undefined;
  private stop = '';

  constructor(private readonly model: string) {}

  event(data: JsonObject): void {
    const choice = asObject(asArray(data['choices'])[0]);
    const delta = asObject(choice['delta']);
    this.text += asText(delta['content']);
    this.reasoning += asText(delta['reasoning_content']) || asText(delta['reasoning']);
    asArray(delta['tool_calls'])
      .map(asObject)
      .forEach((call) => this.addCall(call));
    this.stop = asText(choice['finish_reason']) || this.stop;
    this.usage = chatUsage(data['usage']) ?? this.usage;
  }

  document(body: JsonObject): void {
    const choice = asObject(asArray(body['choices'])[0]);
    const message = asObject(choice['message']);
    this.text = partsText(message['content']);
    this.reasoning = asText(message['reasoning_content']);
    asArray(message['tool_calls'])
      .map(asObject)
      .forEach((call, index) => this.addCall({ index, ...call }));
    this.stop = asText(choice['finish_reason']);
    this.usage = chatUsage(body['usage']);
  }

  answer(): CallAnswer {
    const calls = this.calls.map(({ id, name, input }) =>
      chatCall({ id, function: { name, arguments: input } }),
    );
    const { model, text, reasoning, usage } = this;
    return {
      message: chatAnswer({ model, text, reasoning, calls }),
      stopReason: stops[this.stop] ?? 'unknown',
      ...(usage === undefined ? {} : { usage }),
    };
  }

  private addCall(piece: JsonObject): void {
    const { name, arguments: input } = asObject(piece['function']);
    const at = asNumber(piece['index']) ?? this.calls.length;
    const call = (this.calls[at] ??= { id: '', name: '', input: '' });
    call.id ||= asText(piece['id']);
    call.name += asText(name);
    call.input += asText(input);
  }
}

/** Here the input's count includes what came from a cache. */
function chatUsage(value: unknown): ModelUsage | undefined {
  const usage = asObject(value);
  const input = asNumber(usage['prompt_tokens']);
  if (input === undefined) {
    return undefined;
  }
  const cacheRead = asNumber(asObject(usage['prompt_tokens_details'])['cached_tokens']) ?? 0;
  return usageOf({
    uncached: Math.max(0, input - cacheRead),
    cacheRead,
    output: asNumber(usage['completion_tokens']) ?? 0,
    reasoning: asNumber(asObject(usage['completion_tokens_details'])['reasoning_tokens']),
  });
}

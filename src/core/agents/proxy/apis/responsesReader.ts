import { asArray, asNumber, asObject, asText } from '../../../transcripts/values';
import type { JsonObject } from '../../../transcripts/values';
import type { ModelUsage } from '../../log/inspectLog';
import type { StopReason } from '../../models/model';
import { usageOf } from '../../models/usage';
import type { AnswerReader, CallAnswer } from './modelApi';
import { modelMessage } from './responsesItems';

/** Puts an answer of the Responses API together. Source: platform.openai.com, "Streaming events". */
export class ResponsesReader implements AnswerReader {
  private items: JsonObject[] = [];
  private end: JsonObject = {};

  constructor(private readonly model: string) {}

  event(data: JsonObject): void {
    if (data['type'] === 'response.output_item.done') {
      this.items.push(asObject(data['item']));
    } else if (/^response\.(completed|incomplete|failed)$/u.test(asText(data['type']))) {
      this.document(asObject(data['response']));
    }
  }

  document(body: JsonObject): void {
    this.end = body;
    const items = asArray(body['output']).map(asObject);
    this.items = items.length > 0 ? items : this.items;
  }

  answer(): CallAnswer {
    const message = modelMessage(this.items, this.model);
    const usage = responsesUsage(this.end['usage']);
    return {
      message,
      stopReason: this.stopReason((message.tool_calls ?? []).length > 0),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  private stopReason(hasCalls: boolean): StopReason {
    switch (this.end['status']) {
      case 'completed':
        return hasCalls ? 'tool_calls' : 'stop';
      case 'incomplete':
        return asObject(this.end['incomplete_details'])['reason'] === 'content_filter'
          ? 'content_filter'
          : 'max_tokens';
      default:
        return 'unknown';
    }
  }
}

/** Here the input's count includes what came from a cache. */
function responsesUsage(value: unknown): ModelUsage | undefined {
  const usage = asObject(value);
  const input = asNumber(usage['input_tokens']);
  if (input === undefined) {
    return undefined;
  }
  const cacheRead = asNumber(asObject(usage['input_tokens_details'])['cached_tokens']) ?? 0;
  return usageOf({
    uncached: Math.max(0, input - cacheRead),
    cacheRead,
    output: asNumber(usage['output_tokens']) ?? 0,
    reasoning: asNumber(asObject(usage['output_tokens_details'])['reasoning_tokens']),
  });
}

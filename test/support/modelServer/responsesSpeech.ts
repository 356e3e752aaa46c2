import type { ScriptedAnswer } from './modelServer';
import { callId, defaultUsage, halves } from './speech';
import type { Piece, Speech } from './speech';

/** OpenAI's Responses API. */
export const responsesSpeech: Speech = {
  path: '/v1/responses',
  pieces: streamPieces,
  end: '',
  messages: (body) => chatMessages(body['input'] as readonly Record<string, unknown>[]),
  document: (answer) => response(answer, 'completed', itemsOf(answer)),
};

function streamPieces(answer: ScriptedAnswer): readonly Piece[] {
  const items = itemsOf(answer);
  const events = [
    { type: 'response.created', response: response(answer, 'in_progress', []) },
    ...items.flatMap((item, output_index) => [
      {
        type: 'response.output_item.added',
        output_index,
        item: { ...item, status: 'in_progress' },
      },
      ...(item.type === 'message'
        ? halves(answer.text ?? '').map((delta) => ({
            type: 'response.output_text.delta',
            item_id: item.id,
            output_index,
            content_index: 0,
            delta,
          }))
        : []),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response: response(answer, 'completed', items) },
  ];
  return events.map((data, sequence_number) => ({
    event: data.type,
    data: { ...data, sequence_number },
  }));
}

function itemsOf(answer: ScriptedAnswer) {
  return [
    ...(answer.reasoning === undefined
      ? []
      : [
          {
            type: 'reasoning' as const,
            id: `rs_${callId()}`,
            summary: [{ type: 'summary_text', text: answer.reasoning }],
          },
        ]),
    ...(answer.text === undefined
      ? []
      : [
          {
            type: 'message' as const,
            id: `msg_${callId()}`,
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: answer.text, annotations: [] }],
          },
        ]),
    ...(answer.calls ?? []).map((call) => ({
      type: 'function_call' as const,
      id: `fc_${callId()}`,
      call_id: callId(),
      name: call.name,
      arguments: call.raw ?? JSON.stringify(call.arguments),
      status: 'completed',
    })),
  ];
}

function response(answer: ScriptedAnswer, status: string, output: readonly unknown[]) {
  const {
    input,
    output: out,
    cached = 0,
  }: NonNullable<ScriptedAnswer['usage']> = answer.usage ?? defaultUsage;
  return {
    id: `resp_${callId()}`,
    object: 'response',
    created_at: 0,
    model: 'scripted',
    status,
    output,
    usage:
      status === 'completed'
        ? {
            input_tokens: input,
            input_tokens_details: { cached_tokens: cached },
            output_tokens: out,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + out,
          }
        : null,
  };
}

/** What the model said at one go is one message. */
function chatMessages(items: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const messages: Record<string, unknown>[] = [];
  for (const item of items) {
    const type = typeof item['type'] === 'string' ? item['type'] : '';
    const isModel = item['role'] === 'assistant' || /(_call|^reasoning)$/u.test(type);
    if (!isModel || messages.at(-1)?.['role'] !== 'assistant') {
      messages.push(isModel ? { role: 'assistant', items: [item] } : { role: 'user', ...item });
    }
  }
  return messages;
}

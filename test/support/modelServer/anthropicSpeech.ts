import type { ScriptedAnswer } from './modelServer';
import { callId, defaultUsage, halves } from './speech';
import type { Piece, Speech } from './speech';

/** Anthropic's Messages API. */
export const anthropicSpeech: Speech = {
  path: '/v1/messages',
  pieces: streamPieces,
  end: '',
  messages: (body) => body['messages'] as readonly Record<string, unknown>[],
  document: (answer) => ({
    ...message(answer),
    content: blocksOf(answer),
    stop_reason: stopOf(answer),
    usage: usageOf(answer),
  }),
};

function streamPieces(answer: ScriptedAnswer): readonly Piece[] {
  const { output_tokens, ...input } = usageOf(answer);
  const events = [
    {
      type: 'message_start',
      message: { ...message(answer), content: [], usage: { ...input, output_tokens: 1 } },
    },
    ...blocksOf(answer).flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason: stopOf(answer), stop_sequence: null },
      usage: { output_tokens },
    },
    { type: 'message_stop' },
  ];
  return events.map((data) => ({ event: data.type, data }));
}

type Block = ReturnType<typeof blocksOf>[number];

function blocksOf(answer: ScriptedAnswer) {
  return [
    ...(answer.reasoning === undefined
      ? []
      : [{ type: 'thinking' as const, thinking: answer.reasoning, signature: 'signed' }]),
    ...(answer.text === undefined ? [] : [{ type: 'text' as const, text: answer.text }]),
    ...(answer.calls ?? []).map((call) => ({
      type: 'tool_use' as const,
      id: callId().replace('call', 'toolu'),
      name: call.name,
      input: call.arguments,
    })),
  ];
}

function blockEvents(block: Block, index: number) {
  const delta = (piece: object) => ({ type: 'content_block_delta', index, delta: piece });
  const [empty, deltas] =
    block.type === 'text'
      ? [
          { ...block, text: '' },
          halves(block.text).map((text) => delta({ type: 'text_delta', text })),
        ]
      : block.type === 'thinking'
        ? [
            { ...block, thinking: '', signature: '' },
            [
              ...halves(block.thinking).map((thinking) =>
                delta({ type: 'thinking_delta', thinking }),
              ),
              delta({ type: 'signature_delta', signature: block.signature }),
            ],
          ]
        : [
            { ...block, input: {} },
            halves(JSON.stringify(block.input)).map((partial_json) =>
              delta({ type: 'input_json_delta', partial_json }),
            ),
          ];
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas,
    { type: 'content_block_stop', index },
  ];
}

function message(_answer: ScriptedAnswer) {
  return {
    id: `msg_${callId()}`,
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    stop_reason: null,
    stop_sequence: null,
  };
}

function stopOf({ calls = [] }: ScriptedAnswer): string {
  return calls.length > 0 ? 'tool_use' : 'end_turn';
}

/** Here the input's count is without what came from the cache. */
function usageOf(answer: ScriptedAnswer) {
  const {
    input,
    output,
    cached = 0,
  }: NonNullable<ScriptedAnswer['usage']> = answer.usage ?? defaultUsage;
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}

import type { ScriptedAnswer } from './modelServer';
import { callId, defaultUsage, halves } from './speech';
import type { Speech } from './speech';

/** OpenAI's chat completions. */
export const chatSpeech: Speech = {
  path: '/v1/chat/completions',
  pieces: (answer) => streamPieces(answer).map((data) => ({ data })),
  end: 'data: [DONE]\n\n',
  messages: (body) => body['messages'] as readonly Record<string, unknown>[],
  document: (answer) => ({
    id: 'scripted',
    object: 'chat.completion',
    created: 0,
    model: 'scripted',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.text ?? null,
          tool_calls: (answer.calls ?? []).map((call) => ({
            id: callId(),
            type: 'function',
            function: { name: call.name, arguments: call.raw ?? JSON.stringify(call.arguments) },
          })),
        },
        finish_reason: (answer.calls ?? []).length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    usage: usageOf(answer),
  }),
};

function usageOf(answer: ScriptedAnswer) {
  const {
    input,
    output,
    cached = 0,
  }: NonNullable<ScriptedAnswer['usage']> = answer.usage ?? defaultUsage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

function streamPieces(answer: ScriptedAnswer): unknown[] {
  const piece = (delta: unknown, finish: string | null = null) => ({
    id: 'scripted',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'scripted',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const calls = answer.calls ?? [];
  const usage = usageOf(answer);
  return [
    piece({ role: 'assistant', content: '' }),
    ...(answer.reasoning === undefined ? [] : [piece({ reasoning_content: answer.reasoning })]),
    ...halves(answer.text ?? '').map((content) => piece({ content })),
    ...calls.flatMap((call, index) => {
      const text = call.raw ?? JSON.stringify(call.arguments);
      const id = callId();
      return [
        piece({
          tool_calls: [
            { index, id, type: 'function', function: { name: call.name, arguments: '' } },
          ],
        }),
        ...halves(text).map((part) =>
          piece({ tool_calls: [{ index, function: { arguments: part } }] }),
        ),
      ];
    }),
    piece({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    {
      id: 'scripted',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'scripted',
      choices: [],
      usage,
    },
  ];
}

import assert from 'node:assert/strict';
import { anthropicMessages } from '../../../../src/core/agents/proxy/apis/anthropicMessages';
import { chatCompletions } from '../../../../src/core/agents/proxy/apis/chatCompletions';
import type { ModelApi } from '../../../../src/core/agents/proxy/apis/modelApi';
import { RefusedCall } from '../../../../src/core/agents/proxy/apis/modelApi';
import { responses } from '../../../../src/core/agents/proxy/apis/responses';
import { EventStreamReader } from '../../../../src/core/agents/proxy/eventStream';
import { routeOf } from '../../../../src/core/agents/proxy/routes';
import type { JsonObject } from '../../../../src/core/transcripts/values';
import { anthropicSpeech } from '../../../support/modelServer/anthropicSpeech';
import { chatSpeech } from '../../../support/modelServer/chatSpeech';
import type { ScriptedAnswer } from '../../../support/modelServer/modelServer';
import { responsesSpeech } from '../../../support/modelServer/responsesSpeech';
import type { Speech } from '../../../support/modelServer/speech';

const pairs: readonly (readonly [ModelApi, Speech])[] = [
  [anthropicMessages, anthropicSpeech],
  [chatCompletions, chatSpeech],
  [responses, responsesSpeech],
];

const answer: ScriptedAnswer = {
  text: 'Words, and äöü €.',
  reasoning: 'Thoughts.',
  calls: [{ name: 'bash', arguments: { cmd: 'ls "a b"' } }],
  usage: { input: 1000, cached: 900, output: 50 },
};

/** A streamed answer's bytes, as they come over the wire. */
function streamOf(speech: Speech): Buffer {
  const events = speech.pieces(answer).map(({ event, data }) => {
    const name = event === undefined ? '' : `event: ${event}\n`;
    return `${name}data: ${JSON.stringify(data)}\n\n`;
  });
  return Buffer.from(`: a comment\n\n${events.join('')}${speech.end}`);
}

suite('agents: what a model is asked and answers, in each API', () => {
  for (const [api, speech] of pairs) {
    test(`${api.path}: an answer is the same streamed, cut anywhere, and whole`, () => {
      const bytes = streamOf(speech);
      const read = (size: number) => {
        const reader = api.reader('test/m');
        const events = new EventStreamReader((data) => reader.event(data));
        for (let at = 0; at < bytes.length; at += size) {
          events.push(bytes.subarray(at, at + size));
        }
        return reader.answer();
      };
      const whole = read(bytes.length);
      const { content, tool_calls: calls } = whole.message;
      assert.deepEqual(content, [
        { type: 'reasoning', reasoning: 'Thoughts.' },
        { type: 'text', text: 'Words, and äöü €.' },
      ]);
      assert.deepEqual(
        calls?.map((call) => [call.function, call.arguments]),
        [['bash', { cmd: 'ls "a b"' }]],
      );
      assert.equal(whole.stopReason, 'tool_calls');
      assert.deepEqual(whole.usage?.input_tokens, 100);
      assert.deepEqual(whole.usage.input_tokens_cache_read, 900);
      assert.deepEqual(whole.usage.total_tokens, 1050);
      assert.deepEqual(read(1).usage, whole.usage);
      assert.deepEqual(read(7).message.content, content);
      const reader = api.reader('test/m');
      reader.document(speech.document({ ...answer, reasoning: undefined as never }) as JsonObject);
      assert.deepEqual(reader.answer().usage?.total_tokens, 1050);
      assert.equal(reader.answer().message.tool_calls?.[0]?.function, 'bash');
    });

    test(`${api.path}: an answer that broke off has no usage that could be taken for all`, () => {
      const reader = api.reader('test/m');
      const pieces = speech.pieces(answer);
      pieces.slice(0, 3).forEach(({ data }) => reader.event(data as JsonObject));
      assert.equal(reader.answer().usage, undefined);
    });
  }

  test('only the run’s model is asked, without tools that its server would run', () => {
    const prepared = (api: ModelApi, body: JsonObject) => api.prepare(body, 'the-one');
    const anthropic = prepared(anthropicMessages, {
      model: 'dear-one',
      messages: [],
      tools: [
        { name: 'Bash', input_schema: {} },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'web_fetch_20250910', name: 'web_fetch' },
        { type: 'code_execution_20250825', name: 'code' },
      ],
      mcp_servers: [{ url: 'http://192.0.2.1' }],
    });
    assert.equal(anthropic.body['model'], 'the-one');
    assert.deepEqual(anthropic.removed, ['web_fetch', 'code', 'mcp_servers']);
    assert.doesNotMatch(JSON.stringify(anthropic.body), /mcp|fetch|execution/u);
    const openai = prepared(responses, {
      model: 'dear-one',
      input: 'x',
      background: true,
      tools: [
        { type: 'function', name: 'shell' },
        { type: 'mcp', server_url: 'http://192.0.2.1' },
        {
          type: 'namespace',
          name: 'all',
          tools: [{ type: 'web_search' }, { type: 'function', name: 'f' }],
        },
      ],
    });
    assert.deepEqual(openai.removed, ['mcp', 'web_search', 'background']);
    assert.deepEqual(openai.body['tools'], [
      { type: 'function', name: 'shell' },
      { type: 'namespace', name: 'all', tools: [{ type: 'function', name: 'f' }] },
    ]);
    const chat = prepared(chatCompletions, { messages: [], stream: true, web_search_options: {} });
    assert.deepEqual(chat.body['stream_options'], { include_usage: true });
    assert.deepEqual(chat.removed, ['web_search_options']);
  });

  test('nothing that its server would have to fetch is sent on', () => {
    const url = 'https://192.0.2.1/secret';
    const refused: readonly (readonly [ModelApi, JsonObject])[] = [
      [
        anthropicMessages,
        { messages: [{ content: [{ type: 'image', source: { type: 'url', url } }] }] },
      ],
      [
        anthropicMessages,
        {
          messages: [
            { content: [{ type: 'tool_result', content: [{ source: { type: 'url', url } }] }] },
          ],
        },
      ],
      [chatCompletions, { messages: [{ content: [{ type: 'image_url', image_url: { url } }] }] }],
      [responses, { input: [{ content: [{ type: 'input_image', image_url: url }] }] }],
      [responses, { input: [{ output: [{ type: 'input_file', file_url: url }] }] }],
    ];
    for (const [api, body] of refused) {
      assert.throws(() => api.prepare(body, 'm'), RefusedCall, JSON.stringify(body));
    }
    const inside = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    chatCompletions.prepare({ messages: [{ content: [inside] }] }, 'm');
  });

  test('a conversation is read with its calls and what came of them', () => {
    const call = { cmd: 'ls' };
    const of: readonly (readonly [ModelApi, JsonObject])[] = [
      [
        anthropicMessages,
        {
          system: [{ type: 'text', text: 'You are.' }],
          messages: [
            { role: 'user', content: 'Do.' },
            {
              role: 'assistant',
              content: [{ type: 'tool_use', id: 'c', name: 'sh', input: call }],
            },
            {
              role: 'user',
              content: [
                { type: 'tool_result', tool_use_id: 'c', content: [{ type: 'text', text: 'a' }] },
              ],
            },
          ],
        },
      ],
      [
        chatCompletions,
        {
          messages: [
            { role: 'system', content: 'You are.' },
            { role: 'user', content: [{ type: 'text', text: 'Do.' }] },
            {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c', function: { name: 'sh', arguments: '{"cmd":"ls"}' } }],
            },
            { role: 'tool', tool_call_id: 'c', content: 'a' },
          ],
        },
      ],
      [
        responses,
        {
          instructions: 'You are.',
          input: [
            { role: 'user', content: [{ type: 'input_text', text: 'Do.' }] },
            { type: 'function_call', call_id: 'c', name: 'sh', arguments: '{"cmd":"ls"}' },
            { type: 'function_call_output', call_id: 'c', output: 'a' },
          ],
        },
      ],
    ];
    for (const [api, body] of of) {
      const [system, user, said, result] = api.messages({ ...body, model: 'm' });
      assert.deepEqual([system?.role, system?.content], ['system', 'You are.'], api.path);
      assert.deepEqual([user?.role, user?.content], ['user', 'Do.']);
      assert.ok(said?.role === 'assistant' && result?.role === 'tool');
      assert.deepEqual(said.tool_calls?.[0]?.arguments, call);
      assert.deepEqual([result.function, result.content], ['sh', 'a']);
    }
  });

  test('there are a model’s paths and no others', () => {
    const kind = (method: string, url: string) => routeOf('anthropic', method, url)?.kind;
    assert.equal(kind('POST', '/v1/messages?beta=true'), 'call');
    assert.equal(kind('POST', '/v1/messages/count_tokens'), 'pass');
    assert.equal(kind('GET', '/v1/models'), 'pass');
    for (const url of [
      ...['/v1/files', '/v1/messages/', '/v1/messages/batches', '/v1/messages/../files', '/'],
      ...[
        'http://192.0.2.1/v1/messages',
        '//192.0.2.1/v1/messages',
        '/V1/messages',
        '/v1/responses',
      ],
    ]) {
      assert.equal(kind('POST', url), undefined, url);
    }
    assert.equal(routeOf('openai', 'POST', '/v1/responses')?.kind, 'call');
    assert.equal(routeOf('openai', 'GET', '/v1/responses/resp_1'), undefined);
  });
});

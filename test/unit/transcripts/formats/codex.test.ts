import assert from 'node:assert/strict';
import { at, kinds, titles } from '../support/events';
import { Temporary } from '../support/temporary';
import { zstdFrames } from '../support/zipFile';

suite('Codex rollouts', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  const total = (input: number, cached: number, output: number) => ({
    type: 'event_msg',
    payload: {
      type: 'token_count',
      info: {
        total_token_usage: {
          input_tokens: input,
          cached_input_tokens: cached,
          output_tokens: output,
          reasoning_output_tokens: 4,
          total_tokens: input + output,
        },
      },
    },
  });
  const message = (role: string, text: string) => ({
    type: 'response_item',
    payload: {
      type: 'message',
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
    },
  });
  const seen = (type: string, text: string) => ({
    type: 'event_msg',
    payload: { type, message: text, text },
  });
  const rollout = [
    { type: 'session_meta', payload: { id: 'id-1', cwd: '/w', cli_version: '0.139.0' } },
    { type: 'turn_context', payload: { model: 'gpt-x', cwd: '/w' } },
    message('user', 'Do it.'),
    seen('user_message', 'Do it.'),
    seen('agent_reasoning', '**Thinking**'),
    {
      type: 'response_item',
      payload: {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: '**Thinking**' }],
        encrypted_content: 'xyz',
      },
    },
    {
      type: 'response_item',
      payload: {
        type: 'function_call',
        name: 'exec_command',
        arguments: '{"cmd":"ls"}',
        call_id: 'c1',
      },
    },
    {
      type: 'response_item',
      payload: { type: 'function_call_output', call_id: 'c1', output: 'a.c\n' },
    },
    total(9000, 8000, 100),
    total(9000, 8000, 100),
    {
      type: 'response_item',
      payload: {
        type: 'custom_tool_call',
        name: 'apply_patch',
        call_id: 'c2',
        input: '*** Begin Patch\n*** Add File: b.c\n+int x;\n*** End Patch',
      },
    },
    {
      type: 'response_item',
      payload: { type: 'custom_tool_call_output', call_id: 'c2', output: '{"output":"Success."}' },
    },
    message('assistant', 'Done.'),
    seen('agent_message', 'Done.'),
    total(20000, 17000, 150),
    // Said again on purpose: not the double of anything.
    message('user', 'Do it.'),
    seen('user_message', 'Do it.'),
    { type: 'compacted', payload: { message: 'So far: …', replacement_history: [] } },
    { type: 'event_msg', payload: { type: 'turn_aborted', reason: 'interrupted' } },
  ].map((record, number) => ({ timestamp: at(number), ...record }));

  for (const packed of [false, true]) {
    test(`${packed ? 'compressed' : 'plain'}: messages once, tokens as they were added`, async () => {
      const text = rollout.map((record) => `${JSON.stringify(record)}\n`).join('');
      const file = packed
        ? files.write('rollout.jsonl.zst', zstdFrames(Buffer.from(text), 1000))
        : files.write('rollout.jsonl', text);
      const transcript = await files.open(file);
      const info = await transcript.info();
      assert.equal(info.format, 'codex');
      assert.equal(info.formatVersion, '0.139.0');
      assert.equal(info.samples[0]?.id, 'id-1');
      assert.equal(info.messages, 3);
      assert.equal(info.events, rollout.length - 4, 'the second copies are left out');
      assert.deepEqual(info.toolCalls, { exec_command: 1, apply_patch: 1 });
      assert.deepEqual(info.usage, {
        'gpt-x': {
          inputUncached: 3000,
          cacheRead: 17000,
          cacheWrite: 0,
          output: 150,
          reasoning: 4,
          costUsd: null,
        },
      });
      const shown = await titles(transcript);
      assert.equal(shown.filter((title) => title === 'Do it.').length, 2);
      assert.equal(shown.filter((title) => title === '**Thinking**').length, 1);
      assert.ok(shown.includes('exec_command: ls'));
      assert.deepEqual(
        info.limits.map(({ message: text_ }) => text_),
        ['interrupted'],
      );
      const patched = await transcript.fileAt(0, '/w/b.c', 99);
      assert.equal(patched?.text, 'int x;\n');
    });
  }

  test('records without envelope, as of before 2025-09', async () => {
    const old = [
      { id: 'old-id', timestamp: at(0), instructions: null },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
      {
        type: 'function_call',
        name: 'shell',
        arguments: '{"command":["bash","-lc","ls"]}',
        call_id: 'c',
      },
      {
        type: 'function_call_output',
        call_id: 'c',
        output: '{"output":"a\\n","metadata":{"exit_code":0}}',
      },
    ];
    const transcript = await files.open(files.lines('old.jsonl', old));
    assert.deepEqual(await kinds(transcript), ['info', 'message', 'toolCall', 'toolResult']);
    const { parts } = await transcript.event(0, 3);
    assert.equal(parts[0]?.type === 'toolResult' && parts[0].text, 'a\n');
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Transcript } from '../../../../src/core/transcripts/openTranscript';
import { at, kinds } from '../support/events';
import { Temporary } from '../support/temporary';

suite('OpenHands events', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  const stats = (prompt: number, read: number, completion: number, cost: number) => ({
    key: 'stats',
    value: {
      usage_to_metrics: {
        default: {
          model_name: 'm',
          accumulated_cost: cost,
          accumulated_token_usage: {
            prompt_tokens: prompt,
            cache_read_tokens: read,
            completion_tokens: completion,
          },
        },
      },
    },
    kind: 'ConversationStateUpdateEvent',
  });
  const v1 = [
    {
      kind: 'SystemPromptEvent',
      system_prompt: { type: 'text', text: 'You are.' },
      source: 'agent',
    },
    {
      kind: 'MessageEvent',
      source: 'user',
      llm_message: { role: 'user', content: [{ type: 'text', text: 'Go' }] },
    },
    {
      kind: 'ActionEvent',
      source: 'agent',
      thought: [{ text: 'Look.' }],
      reasoning_content: 'Why?',
      tool_name: 'file_editor',
      tool_call_id: 'c',
      action: {
        kind: 'FileEditorAction',
        command: 'create',
        path: '/w/a.py',
        file_text: 'x = 1\n',
      },
    },
    {
      kind: 'ObservationEvent',
      source: 'environment',
      tool_name: 'file_editor',
      tool_call_id: 'c',
      action_id: '2',
      observation: { content: [{ text: 'File created.' }], new_content: 'x = 1\n' },
    },
    stats(100, 40, 10, 0.5),
    stats(300, 240, 30, 1.25),
    { kind: 'Condensation', source: 'agent', summary: 'So far.', forgotten_event_ids: [] },
    { kind: 'AgentErrorEvent', source: 'agent', error: 'no such tool' },
    { key: 'execution_status', value: 'finished', kind: 'ConversationStateUpdateEvent' },
  ].map((record, number) => ({
    id: `e${number}`,
    timestamp: at(number),
    source: 'environment',
    ...record,
  }));

  async function check(transcript: Transcript): Promise<void> {
    const info = await transcript.info();
    assert.equal(info.format, 'openhands');
    assert.equal(info.formatVersion, 'v1');
    assert.equal(info.status, 'finished');
    assert.equal(info.events, v1.length);
    assert.equal(info.eventsByKind['ConversationStateUpdateEvent'], 3);
    assert.deepEqual(info.toolCalls, { file_editor: 1 });
    assert.deepEqual(info.usage, {
      m: {
        inputUncached: 60,
        cacheRead: 240,
        cacheWrite: 0,
        output: 30,
        reasoning: 0,
        costUsd: 1.25,
      },
    });
    assert.deepEqual(
      (await transcript.markers(0)).map(({ type }) => type),
      ['compaction', 'error'],
    );
    assert.equal((await transcript.fileAt(0, '/w/a.py', 99))?.text, 'x = 1\n');
    const cost = (await transcript.overview(0)).lanes.find(({ name }) => name === 'cost');
    assert.deepEqual([...(cost?.values ?? [])], [0.5, 1.25]);
  }

  test('V1 as JSON lines', async () => {
    await check(await files.open(files.lines('events.jsonl', v1)));
  });

  test('V1 as a folder with a file an event, in the order of their numbers', async () => {
    const folder = path.join(files.folder, 'conversation');
    mkdirSync(path.join(folder, 'events'), { recursive: true });
    writeFileSync(path.join(folder, 'base_state.json'), '{"id":"x"}');
    v1.forEach((record, number) => {
      const name = `event-${String(number + 5)}-${record.id}.json`;
      writeFileSync(path.join(folder, 'events', name), JSON.stringify(record));
    });
    await check(await files.open(folder));
    // A person picks a file, not a folder.
    await check(await files.open(path.join(folder, 'base_state.json')));
    await check(await files.open(path.join(folder, 'events', 'event-7-e2.json')));
  });

  test('V0 as a list and as an export with a history', async () => {
    const v0 = [
      { id: 1, source: 'user', action: 'message', args: { content: 'Go' }, message: 'Go' },
      {
        id: 2,
        source: 'agent',
        action: 'run',
        args: { command: 'ls', thought: 'Look.' },
        llm_metrics: {
          accumulated_cost: 0.25,
          accumulated_token_usage: { model: 'm', prompt_tokens: 10, completion_tokens: 5 },
        },
      },
      {
        id: 3,
        source: 'agent',
        cause: 2,
        observation: 'run',
        content: 'a.c',
        extras: { command: 'ls', exit_code: 0 },
      },
      { id: 4, source: 'agent', observation: 'error', content: 'broken', message: 'broken' },
      { id: 5, source: 'agent', action: 'finish', args: {} },
    ].map((record, number) => ({ timestamp: at(number).replace('Z', ''), ...record }));
    const list = await files.open(files.write('list.json', JSON.stringify(v0, null, 2)));
    const exported = await files.open(
      files.write('e.json', JSON.stringify({ instance_id: 'i', history: v0 })),
    );
    for (const transcript of [list, exported]) {
      const info = await transcript.info();
      assert.equal(info.formatVersion, 'v0');
      assert.equal(info.events, 5);
      assert.deepEqual(info.eventsByKind, { message: 1, run: 2, error: 1, finish: 1 });
      assert.equal(info.usage['m']?.costUsd, 0.25);
      assert.deepEqual(await kinds(transcript), [
        'message',
        'toolCall',
        'toolResult',
        'error',
        'submit',
      ]);
      const { parts, pair } = await transcript.event(0, 2);
      assert.equal(pair, 1);
      assert.equal(parts[0]?.type === 'exec' && parts[0].exitCode, 0);
    }
  });
});

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Transcript } from '../../../src/core/transcripts/openTranscript';
import { Temporary } from './support/temporary';
import { zstdFrames } from './support/zipFile';

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10) + seconds * 1000).toISOString();

async function titles(transcript: Transcript): Promise<string[]> {
  return (await transcript.summaries(0, 0, 1000)).map(({ title }) => title);
}

async function kinds(transcript: Transcript): Promise<string[]> {
  return (await transcript.summaries(0, 0, 1000)).map(({ kind }) => kind);
}

suite('Claude Code sessions', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  const line = (uuid: string, parentUuid: string | null, fields: object, seconds = 0) => ({
    uuid,
    parentUuid,
    sessionId: 'session',
    version: '2.1.144',
    cwd: '/w',
    timestamp: at(seconds),
    isSidechain: false,
    ...fields,
  });
  const assistant = (id: string, block: object, output: number) => ({
    type: 'assistant',
    message: {
      id,
      role: 'assistant',
      model: 'claude-x',
      content: [block],
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 900,
        cache_read_input_tokens: 15000,
        output_tokens: output,
      },
    },
  });
  const user = (content: unknown) => ({ type: 'user', message: { role: 'user', content } });
  const result = (id: string, content: string, more = {}) =>
    user([{ type: 'tool_result', tool_use_id: id, content, ...more }]);
  const use = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });

  const session = [
    { type: 'summary', summary: 'Fix it', leafUuid: 'z' },
    line('u1', null, user('fix it')),
    line('a1', 'u1', assistant('m1', { type: 'thinking', thinking: 'Hmm.' }, 1), 1),
    line('a2', 'a1', assistant('m1', { type: 'text', text: 'Two at once.' }, 40), 2),
    line('a3', 'a2', assistant('m1', use('t1', 'Bash', { command: 'ls' }), 120), 3),
    line(
      'a4',
      'a3',
      assistant(
        'm1',
        use('t2', 'Edit', { file_path: '/w/a.c', old_string: 'x', new_string: 'y' }),
        120,
      ),
      4,
    ),
    // Both answers name their own call: the first is a leaf of the tree, and yet no abandoned branch.
    line('r1', 'a3', result('t1', 'a.c'), 5),
    line('r2', 'a4', result('t2', 'no match', { is_error: true }), 6),
    line('side1', null, { ...user('look around'), isSidechain: true }, 6),
    line(
      'b1',
      'r2',
      { ...assistant('m2', { type: 'text', text: 'An answer that was rewound.' }, 7) },
      7,
    ),
    line(
      'c0',
      null,
      {
        type: 'system',
        subtype: 'compact_boundary',
        logicalParentUuid: 'r2',
        compactMetadata: { trigger: 'auto', preTokens: 155000, postTokens: 12000 },
      },
      8,
    ),
    line('c1', 'c0', assistant('m3', { type: 'text', text: 'On we go.' }, 9), 9),
  ];

  test('is a tree: usage counts once a message, branches and sub-agents stand aside', async () => {
    const transcript = await files.open(files.lines('s.jsonl', session));
    const info = await transcript.info();
    assert.equal(info.format, 'claude-code');
    assert.equal(info.formatVersion, '2.1.144');
    assert.equal(info.samples[0]?.id, 'session');
    assert.equal(info.events, session.length);
    assert.deepEqual(info.eventsByKind, { summary: 1, user: 4, assistant: 6, system: 1 });
    assert.equal(info.messages, 4 + 3, 'one message of the model is several lines');
    assert.deepEqual(info.toolCalls, { Bash: 1, Edit: 1 });
    assert.deepEqual(info.usage['claude-x'], {
      inputUncached: 9,
      cacheRead: 45000,
      cacheWrite: 2700,
      output: 120 + 7 + 9,
      reasoning: 0,
      costUsd: null,
    });
    assert.deepEqual(
      info.errors.map(({ ordinal, message }) => [ordinal, message]),
      [[7, 'no match']],
    );
    const summaries = await transcript.summaries(0, 0, 99);
    const aside = summaries.filter((summary) => summary.aside).map(({ ordinal }) => ordinal);
    assert.deepEqual(aside, [8, 9]);
    assert.deepEqual(
      summaries.map(({ kind }) => kind),
      [
        'info',
        'message',
        'reasoning',
        'message',
        'toolCall',
        'edit',
        'toolResult',
        'toolResult',
        'message',
        'message',
        'compaction',
        'message',
      ],
    );
    assert.equal(summaries[4]?.pair, 6);
    assert.equal(summaries[7]?.pair, 5);
    assert.deepEqual((await transcript.event(0, 10)).compaction, { before: 155000, after: 12000 });
  });

  test('a session that still grows is followed, its half line left for later', async () => {
    const file = files.lines('s.jsonl', session.slice(0, 4));
    const half = JSON.stringify(session[4]);
    appendFileSync(file, half.slice(0, 50));
    const transcript = await files.open(file);
    assert.equal((await transcript.info()).events, 4);
    assert.deepEqual((await transcript.info()).unread, [], 'a half line is no damage');
    assert.equal(await transcript.refresh(0), false);
    appendFileSync(
      file,
      `${half.slice(50)}\n${JSON.stringify(session[5])}\n${JSON.stringify(session[6])}\n`,
    );
    assert.equal(await transcript.refresh(0), true);
    assert.equal(await transcript.count(0), 7);
    assert.deepEqual((await titles(transcript)).slice(3), [
      'Two at once.',
      'Bash: ls',
      'Edit: /w/a.c',
      'a.c',
    ]);
    assert.equal((await transcript.event(0, 4)).pair, 6);
  });

  test('a line that is no JSON is shown as such, and its neighbours stay', async () => {
    const file = files.lines('s.jsonl', session.slice(0, 3));
    appendFileSync(file, '{"type":"user","message":{{{\n');
    appendFileSync(file, `${JSON.stringify(session[3])}\n`);
    const transcript = await files.open(file);
    const info = await transcript.info();
    assert.equal(info.events, 5);
    assert.match(info.unread.join(), /Line 4 is no JSON/);
    assert.deepEqual((await kinds(transcript)).slice(3), ['error', 'message']);
  });

  test('sub-agents in files of their own are further samples', async () => {
    const file = files.lines('abc.jsonl', session);
    mkdirSync(path.join(files.folder, 'abc', 'subagents'), { recursive: true });
    writeFileSync(
      path.join(files.folder, 'abc', 'subagents', 'agent-1.jsonl'),
      `${JSON.stringify(line('x', null, { ...user('sub task'), isSidechain: true }))}\n`,
    );
    const transcript = await files.open(file);
    assert.deepEqual(
      transcript.opened.samples.map(({ id }) => id),
      ['abc', 'agent-1'],
    );
    const [summary] = await transcript.summaries(1, 0, 1);
    assert.deepEqual([summary?.title, summary?.aside], ['sub task', false]);
  });

  test('sessions of before parents were recorded are one path', async () => {
    const old = [user('a'), user('b')].map((record, number) => ({
      ...record,
      uuid: `m${number}`,
      sessionId: 's',
      timestamp: at(number),
    }));
    const transcript = await files.open(files.lines('old.jsonl', old));
    const summaries = await transcript.summaries(0, 0, 9);
    assert.deepEqual(
      summaries.map(({ aside }) => aside),
      [false, false],
    );
  });
});

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

suite('ATIF trajectories', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  const agent = { name: 'a', version: '1', model_name: 'm' };
  const head = (more: object) => ({ schema_version: 'ATIF-v1.6', session_id: 's', agent, ...more });
  const metrics = {
    prompt_tokens: 5200,
    completion_tokens: 80,
    cached_tokens: 5000,
    cost_usd: 0.01,
  };

  test('continuations are one run; copied context is not paid twice; sub-agents are samples', async () => {
    const first = head({
      steps: [
        { step_id: 1, source: 'user', message: 'Go', timestamp: at(0) },
        {
          step_id: 2,
          source: 'agent',
          message: 'Look',
          reasoning_content: 'Hmm',
          timestamp: at(1),
          tool_calls: [{ tool_call_id: 'c', function_name: 'evaluate_testcases', arguments: {} }],
          observation: {
            results: [
              {
                source_call_id: 'c',
                content: 'passed: 3, failed: 1',
                subagent_trajectory_ref: [
                  { trajectory_path: 'sub.json', session_id: 'sub' },
                  { trajectory_path: 'lost.json' },
                ],
              },
            ],
          },
          metrics,
        },
        {
          step_id: 3,
          source: 'system',
          message: 'Summarised',
          extra: { context_management: { type: 'compaction' } },
        },
      ],
      continued_trajectory_ref: 'trajectory.cont-1.json',
      subagent_trajectories: [
        head({ session_id: 'inner', steps: [{ step_id: 1, source: 'agent', message: 'inner' }] }),
      ],
    });
    const second = head({
      steps: [
        { step_id: 1, source: 'user', message: 'Go', is_copied_context: true, metrics },
        { step_id: 2, source: 'agent', message: [{ type: 'text', text: 'More' }], metrics },
      ],
    });
    files.write('x.trajectory.cont-1.json', JSON.stringify(second));
    files.write('x.sub.json', JSON.stringify(head({ session_id: 'sub', steps: [] })));
    files.write(
      'sub.json',
      JSON.stringify(
        head({ session_id: 'sub', steps: [{ step_id: 1, source: 'agent', message: 'from sub' }] }),
      ),
    );
    const transcript = await files.open(files.write('x.trajectory.json', JSON.stringify(first)));
    const info = await transcript.info();
    assert.equal(info.format, 'atif');
    assert.equal(info.formatVersion, 'ATIF-v1.6');
    assert.deepEqual(
      info.samples.map(({ id, events }) => [id, events]),
      [
        ['s', 5],
        ['inner', 1],
        ['sub', 1],
      ],
    );
    assert.deepEqual(info.unread, ["The sub-agent's trajectory lost.json is not beside it."]);
    assert.deepEqual(info.usage, {
      m: {
        inputUncached: 400,
        cacheRead: 10000,
        cacheWrite: 0,
        output: 160,
        reasoning: 0,
        costUsd: 0.02,
      },
    });
    assert.deepEqual(await kinds(transcript), [
      'message',
      'testRun',
      'compaction',
      'message',
      'model',
    ]);
    assert.deepEqual(
      (await transcript.markers(0)).map(({ type, label }) => [type, label]),
      [
        ['testRun', '3/4'],
        ['compaction', 'compaction'],
      ],
    );
    assert.equal((await transcript.event(0, 4)).title, 'More', 'offsets lead into the second file');
  });

  test('totals at the end count where steps say nothing; a chain into itself ends', async () => {
    const file = files.write(
      'trajectory.json',
      JSON.stringify(
        head({
          steps: [{ step_id: 1, source: 'agent', message: 'x' }],
          final_metrics: {
            total_prompt_tokens: 100,
            total_completion_tokens: 5,
            total_cached_tokens: 90,
          },
          continued_trajectory_ref: 'trajectory.json',
        }),
      ),
    );
    const info = await (await files.open(file)).info();
    assert.equal(info.events, 1);
    assert.deepEqual(info.usage['m'], {
      inputUncached: 10,
      cacheRead: 90,
      cacheWrite: 0,
      output: 5,
      reasoning: 0,
      costUsd: null,
    });
  });
});

suite('SWE-agent, mini-swe-agent and asciicast', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('SWE-agent: the prompt that each step repeats is neither parsed nor shown again', async () => {
    const prompts = [
      { role: 'system', content: 'You are.' },
      { role: 'user', content: 'The task' },
    ];
    const steps = ['ls -F', 'submit'].map((action) => ({
      action,
      observation: `did ${action}`,
      response: `I ${action}`,
      thought: `I ${action}`,
      state: { open_file: 'n/a', working_dir: '/repo' },
      execution_time: 0.25,
      query: [...prompts, { role: 'assistant', content: 'hayrick' }],
    }));
    const trajectory = {
      environment: 'e',
      history: [...prompts, { role: 'assistant', content: 'I ls -F' }],
      trajectory: steps,
      info: {
        exit_status: 'submitted',
        model_stats: { instance_cost: 0.4, tokens_sent: 1000, tokens_received: 50 },
      },
    };
    const transcript = await files.open(files.write('x.traj', JSON.stringify(trajectory)));
    const info = await transcript.info();
    assert.equal(info.format, 'swe-agent');
    assert.equal(info.status, 'submitted');
    assert.deepEqual([info.events, info.messages], [2, 3]);
    assert.deepEqual(info.toolCalls, { ls: 1, submit: 1 });
    assert.deepEqual(Object.values(info.usage), [
      { inputUncached: 1000, cacheRead: 0, cacheWrite: 0, output: 50, reasoning: 0, costUsd: 0.4 },
    ]);
    const { parts, durationMs } = await transcript.event(0, 0);
    assert.equal(durationMs, 250);
    assert.deepEqual(
      parts.map((part) => ('text' in part ? part.text : part.type)),
      ['You are.', 'The task', 'I ls -F', 'toolCall', 'did ls -F'],
    );
    const found = await transcript.search(0, { text: 'hayrick' }, () => undefined);
    assert.equal(found.hits, 0);
  });

  test('mini-swe-agent: calls of the provider and shell blocks of the text', async () => {
    const trajectory = {
      info: {
        exit_status: 'Submitted',
        model_stats: { instance_cost: 0.3, api_calls: 2 },
        config: { model: { model_name: 'm' } },
      },
      messages: [
        { role: 'system', content: 'You are.' },
        {
          role: 'assistant',
          content: 'Look:\n```bash\nls -la\n```',
          extra: {
            response: {
              model: 'm',
              usage: {
                prompt_tokens: 100,
                completion_tokens: 7,
                prompt_tokens_details: { cached_tokens: 60 },
              },
            },
            cost: 0.1,
          },
        },
        { role: 'user', content: 'a.c' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'c',
              type: 'function',
              function: { name: 'bash', arguments: '{"command":"cat a.c"}' },
            },
          ],
        },
      ],
      trajectory_format: 'mini-swe-agent-1',
    };
    const transcript = await files.open(files.write('x.traj.json', JSON.stringify(trajectory)));
    const info = await transcript.info();
    assert.equal(info.format, 'mini-swe-agent');
    assert.equal(info.formatVersion, 'mini-swe-agent-1');
    assert.equal(info.status, 'Submitted');
    assert.deepEqual([info.events, info.messages], [4, 4]);
    assert.deepEqual(info.toolCalls, { bash: 2 });
    assert.deepEqual(info.usage, {
      m: { inputUncached: 40, cacheRead: 60, cacheWrite: 0, output: 7, reasoning: 0, costUsd: 0.1 },
    });
    assert.deepEqual((await titles(transcript)).slice(1), ['bash: ls -la', 'a.c', 'bash: cat a.c']);
  });

  test('asciicast: times since the start in version 2, since the event before in version 3', async () => {
    const v2 =
      '{"version":2,"width":80,"height":24,"timestamp":1760000000}\n[0.5,"o","a"]\n[2,"m","passed 3/4"]\n';
    const v3 =
      '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1760000000}\n# note\n[0.5,"o","a"]\n[1.5,"m","passed 3/4"]\n[0.25,"x","0"]\n[9,"o","half a li';
    for (const [name, text, status] of [
      ['2.cast', v2, null],
      ['3.cast', v3, 'exit 0'],
    ] as const) {
      const transcript = await files.open(files.write(name, text));
      const info = await transcript.info();
      assert.equal(info.format, 'asciicast');
      assert.equal(info.formatVersion, Number(name[0]));
      assert.equal(info.status, status);
      assert.deepEqual(info.unread, []);
      const summaries = await transcript.summaries(0, 0, 9);
      assert.deepEqual(
        summaries.slice(0, 2).map(({ time }) => time),
        [1760000000500, 1760000002000],
      );
      assert.deepEqual(
        (await transcript.markers(0)).map(({ type, ordinal }) => [type, ordinal]),
        [['testRun', 1]],
      );
    }
  });

  test('what is no transcript is refused with a sentence that says what is known', async () => {
    for (const [name, text] of [
      ['empty', ''],
      ['a.eval', 'not a zip'],
      ['b.json', '{"name":"x"}'],
      ['c.jsonl', '{"a":1}\n{"b":2}\n'],
      ['d', '\u0000\u0001'.repeat(5000)],
    ] as const) {
      await assert.rejects(
        files.open(files.write(name, text)),
        (error: Error & { action?: string }) => {
          assert.equal(error.name, 'UserError');
          assert.match(`${error.message} ${error.action ?? ''}`, /Inspect logs/);
          return true;
        },
      );
    }
    await assert.rejects(files.open(path.join(files.folder, 'absent')), /no such file/);
  });
});

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { at, kinds, titles } from '../support/events';
import { Temporary } from '../support/temporary';

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

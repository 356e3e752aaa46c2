import assert from 'node:assert/strict';
import type { SearchQuery } from '../../../src/core/transcripts/search/query';
import type { Transcript } from '../../../src/core/transcripts/openTranscript';
import { Temporary } from './support/temporary';
import { evalFile, event, modelEvent, toolEvent } from './support/inspectLog';

const key = 'a'.repeat(32);
const pair = { id: 'c1', tool: 'bash', args: { cmd: 'make qwerty' } };

/** An event of each type, with words that only its hidden members hold, and some that it shows. */
const everyType = [
  event(0, 'sample_init', { sample: { input: 'Begin zebra' }, state: { messages: 'hidden' } }),
  event(1, 'span_begin', { id: 's', parent_id: null, type: 'agent', name: 'yak', span_id: 's' }),
  modelEvent(2, { ...pair, text: 'I look', more: { config: { hidden: 1 } } }),
  toolEvent(3, { ...pair, more: { metadata: { hidden: 1 } } }, `attachment://${key}`),
  event(4, 'sandbox', {
    action: 'exec',
    cmd: 'ls',
    options: { hidden: 1 },
    output: 'a.c',
    result: 0,
  }),
  event(5, 'info', { source: 'jay', data: { emu: [1, 2] } }),
  event(6, 'logger', { message: { level: 'warn', message: 'finch', filename: 'hidden.py' } }),
  event(7, 'error', { error: { message: 'gull', traceback: 'File x' } }),
  event(8, 'state', { changes: [{ op: 'add', path: '/owl', value: 'hen' }] }),
  event(9, 'store', { changes: [{ op: 'add', path: '/kiwi', value: 4 }] }),
  event(10, 'score', { scorer: 'judge', score: { value: { all: 0.5 }, explanation: 'wren' } }),
  event(11, 'compaction', {
    type: 'summary',
    tokens_before: 9,
    tokens_after: 1,
    source: 'inspect',
  }),
  event(12, 'checkpoint', { checkpoint_id: 1, trigger: 'token', size_bytes: 5 }),
  event(13, 'sample_limit', { type: 'token', message: 'ibis', limit: 10 }),
  event(14, 'input', { input: 'rook', input_ansi: 'hidden' }),
  event(15, 'approval', { message: 'lark', decision: 'approve' }),
  event(16, 'subtask', { name: 'dove', result: 'done' }),
  event(17, 'span_end', { id: 's', span_id: 's' }),
];

suite('Searches with very many hits', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  async function ordinals(transcript: Transcript, query: SearchQuery): Promise<number[]> {
    const found: number[] = [];
    await transcript.search(0, query, (hits) => found.push(...hits.map(({ ordinal }) => ordinal)));
    return found.sort((a, b) => a - b);
  }

  test('members that no event shows are passed over, and nothing else is', async () => {
    const log = evalFile([
      { attachments: { [key]: 'a text in an attachment' }, events: everyType },
    ]);
    const transcript = await files.open(files.write('log.eval', log));
    assert.deepEqual(await ordinals(transcript, { text: 'hidden' }), []);
    const words = new Set(JSON.stringify(everyType).match(/\w{1,12}/g));
    for (const text of [...Array.from('abcdefghijklmnopqrstuvwxyz0123456789'), ...words]) {
      // An expression of which no text is known looks at every event.
      const all = await ordinals(transcript, { text: `(?:${text})`, regex: true });
      assert.deepEqual(await ordinals(transcript, { text }), all, text);
    }
  });

  test('past those that are looked at, bytes tell which events hold it, and say so', async () => {
    const events = Array.from({ length: 300 }, (_, at) =>
      event(at, 'info', { source: 's', data: at % 3 === 0 ? 'nothing' : `elk ${at} elk` }),
    );
    const transcript = await files.open(files.write('log.eval', evalFile([{ events }])));
    const query = { text: 'elk', exactly: 20 };
    const exact = await ordinals(transcript, { text: 'elk' });
    const excerpts: string[] = [];
    const result = await transcript.search(0, query, (hits) =>
      excerpts.push(...hits.map(({ excerpt }) => excerpt)),
    );
    assert.deepEqual([result.hits, result.about], [200, true]);
    assert.equal(excerpts.filter((excerpt) => excerpt !== '').length, 20);
    assert.deepEqual(await ordinals(transcript, query), exact);
    const last = await transcript.hit(0, query, 299);
    assert.deepEqual([last?.matches, last?.excerpt], [2, 'elk 299 elk']);
    assert.equal(await transcript.hit(0, query, 297), null);
  });

  test('bytes are not believed where they are often wrong', async () => {
    const events = Array.from({ length: 200 }, (_, at) =>
      // What the member is called is in the bytes of each event and shown by none.
      event(at, 'score', {
        scorer: 'x',
        score: { value: at, answer: at % 50 === 0 ? 'answer' : '' },
      }),
    );
    const transcript = await files.open(files.write('log.eval', evalFile([{ events }])));
    const result = await transcript.search(0, { text: 'answer', exactly: 10 }, () => undefined);
    assert.deepEqual([result.hits, result.about], [4, false]);
  });
});

import assert from 'node:assert/strict';
import { openSync, writeSync, closeSync, statSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { UserError } from '../../../src/core/errors';
import {
  evalEntries,
  evalFile,
  evalJson,
  evalSample,
  event,
  modelEvent,
  toolEvent,
} from './support/inspectLog';
import { readAll as readEverything } from './support/readAll';
import { Temporary } from './support/temporary';
import { zipFile, zstdFrames } from './support/zipFile';

const hash = 'a'.repeat(32);
const events = [
  event(0, 'span_begin', { id: 's', type: 'agent', name: 'a', span_id: 's' }),
  modelEvent(1, {
    id: 'c',
    tool: 'bash',
    args: { cmd: "cat > a <<'E'\nx\nE" },
    text: 'needle',
    more: { span_id: 's', input_refs: [[0, 1]] },
  }),
  toolEvent(2, { id: 'c', tool: 'bash', args: { cmd: 'ls' } }, `attachment://${hash}`),
  event(3, 'score', { score: { value: NaN }, scorer: 's' }),
  event(4, 'span_end', { id: 's', span_id: 's' }),
];
const sample = {
  events,
  attachments: { [hash]: 'x'.repeat(200) },
  pool: [{ role: 'user', content: 'needle' }],
};
const claude = Array.from({ length: 6 }, (_, number) => ({
  type: number % 2 === 0 ? 'user' : 'assistant',
  uuid: `u${number}`,
  parentUuid: number === 0 ? null : `u${number - 1}`,
  message: {
    id: `m${number}`,
    role: 'user',
    content: [{ type: 'text', text: 'needle' }],
    usage: { output_tokens: 1 },
  },
}));
const lines = (records: readonly unknown[]) =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const rollout = lines([
  { type: 'session_meta', payload: { id: 'x' } },
  {
    type: 'response_item',
    payload: {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'needle' }],
    },
  },
]);
const openHands = [
  {
    id: 'a',
    kind: 'MessageEvent',
    source: 'user',
    llm_message: { role: 'user', content: 'needle' },
  },
  {
    id: 'b',
    kind: 'ActionEvent',
    source: 'agent',
    tool_name: 'terminal',
    action: { command: 'ls' },
  },
];
const openHandsOld = [
  { id: 1, source: 'user', action: 'message', args: { content: 'needle' }, message: 'needle' },
  {
    id: 2,
    source: 'agent',
    cause: 1,
    observation: 'run',
    content: 'a.c',
    extras: { exit_code: 0 },
  },
];
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** The same sample in chunks, as `inspect log convert-chunked` lays it out. */
function chunked(): Buffer {
  const { events: all, events_data: pool, attachments, ...shell } = evalSample(sample);
  const entry = (name: string, value: unknown) => ({
    name: `samples/1_epoch_1/${name}.json`,
    data: JSON.stringify(value),
    packing: 'deflate' as const,
  });
  return zipFile([
    ...evalEntries([]),
    entry('sample', shell),
    entry('events/0', all.slice(0, 3)),
    entry('events/3', all.slice(3)),
    entry('messages/0', pool?.messages ?? []),
    entry('attachments/0', Object.values(attachments)),
  ]);
}

/** Small transcripts of every container and layout. */
const whole: Readonly<Record<string, Buffer>> = {
  'deflate.eval': evalFile([sample]),
  'zstd.eval': evalFile([sample], { zstdFrames: 400 }),
  'stored.eval': evalFile([sample, { ...sample, id: 2 }], 'stored'),
  'log.json': Buffer.from(evalJson([sample])),
  'claude.jsonl': lines(claude),
  'chunked.eval': chunked(),
  'codex.jsonl': rollout,
  'codex.jsonl.zst': zstdFrames(rollout),
  'openhands.jsonl': lines(openHands),
  'openhands-list.json': json(openHandsOld),
  'openhands-export.json': json({ history: openHandsOld }),
  'mini.traj.json': json({
    info: { exit_status: 'Submitted', model_stats: { instance_cost: 0.3 } },
    messages: [
      { role: 'user', content: 'needle' },
      { role: 'assistant', content: '```bash\nls\n```' },
    ],
    trajectory_format: 'mini-swe-agent-1',
  }),
  'atif.json': Buffer.from(
    JSON.stringify({
      schema_version: 'ATIF-v1.6',
      agent: { model_name: 'm' },
      steps: [
        { step_id: 1, source: 'agent', message: 'needle', metrics: { prompt_tokens: 5 } },
        { step_id: 2, source: 'user', message: 'x' },
      ],
    }),
  ),
  'swe.traj': Buffer.from(
    JSON.stringify({
      trajectory: [{ action: 'ls', observation: 'needle', thought: 't', state: {}, query: [] }],
      history: [{ role: 'user', content: 'x' }],
      info: { model_stats: {} },
    }),
  ),
  'rec.cast': Buffer.from(
    '{"version":3,"term":{"cols":80,"rows":24}}\n[0.5,"o","needle"]\n[1,"x","0"]\n',
  ),
};

const readAll = (files: Temporary, file: string) => readEverything(() => files.open(file));

/** Small numbers that look random and are the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
}

suite('Damaged transcripts', function () {
  this.timeout(120_000);
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  for (const [name, content] of Object.entries(whole)) {
    test(`${name} cut off anywhere is read as far as it goes, or refused in a sentence`, async () => {
      const complete = await readAll(files, files.write(name, content));
      assert.match(complete, /^[1-9]\d* events; $/, 'undamaged it is read whole');
      for (let length = 0; length < content.length; length += 1 + Math.floor(content.length / 60)) {
        const said = await readAll(files, files.write(name, content.subarray(0, length)));
        assert.ok(said.length > 0);
      }
    });

    test(`${name} with bits flipped never crashes or hangs`, async () => {
      const next = random(content.length);
      for (let round = 0; round < 60; round++) {
        const damaged = Buffer.from(content);
        for (let flips = 0; flips <= round % 4; flips++) {
          const at = Math.floor(next() * damaged.length);
          damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(next() * 8));
        }
        await readAll(files, files.write(name, damaged));
      }
    });
  }

  test('what is lost of a log that was cut off is said', async () => {
    const content = whole['stored.eval'] ?? Buffer.alloc(0);
    const at = content.indexOf('samples/2_epoch_1.json');
    const said = await readAll(files, files.write('cut.eval', content.subarray(0, at + 900)));
    assert.match(said, /directory is missing or damaged/);
    assert.match(said, /ends within samples\/2_epoch_1.json/);
    const json = whole['log.json'] ?? Buffer.alloc(0);
    const cut = await readAll(
      files,
      files.write('cut.json', json.subarray(0, json.indexOf('"score"'))),
    );
    assert.match(cut, /^3 events; .*ends before its JSON does/);
  });

  test('a bomb of zeros is refused before it fills a disk, and a lying size stops it', async () => {
    const claims = zipFile([
      ...evalEntries([]),
      {
        name: 'samples/1_epoch_1.json',
        data: Buffer.alloc(1_000_000),
        packing: { zstdFrames: 1 << 20 },
        claimedSize: 4_000_000_000,
      },
    ]);
    const cache = path.join(files.folder, 'cache');
    const transcript = await files.open(files.write('bomb.eval', claims), { cacheFolder: cache });
    await assert.rejects(transcript.load(0), (error: UserError) => {
      assert.match(error.message, /which no real log does/);
      assert.ok(error.action !== undefined);
      return true;
    });
    const lies = zipFile([
      ...evalEntries([]),
      {
        name: 'samples/1_epoch_1.json',
        data: Buffer.alloc(50_000_000),
        packing: 'deflate',
        claimedSize: 10_000,
      },
    ]);
    const said = await readAll(files, files.write('lies.eval', lies));
    assert.match(said, /more than its directory says/);
    mkdirSync(cache, { recursive: true });
    assert.deepEqual(readdirSync(cache), [], 'nothing is left behind');
  });

  test('nesting is passed over in every format that is text', async () => {
    const deep = `${'[{"a":'.repeat(20_000)}0${'}]'.repeat(20_000)}`;
    const plain = Object.entries(whole).filter(
      ([name, content]) => !/\.(?:eval|zst)$/.test(name) && content.includes('"needle"'),
    );
    assert.equal(plain.length, 10);
    for (const [name, content] of plain) {
      const text = content.toString().replace('"needle"', deep);
      const said = await readAll(files, files.write(name, text));
      assert.match(said, /^[1-9]\d* events/, name);
    }
  });

  test('nesting three hundred thousand deep is passed over', async () => {
    const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
    const text = evalJson([sample]).replace('"scorer":"s"', `"scorer":"s","deep":${deep}`);
    const said = await readAll(files, files.write('deep.json', text));
    assert.match(said, /^5 events/);
    const unclosed = evalJson([sample]).replace(
      '"scorer":"s"',
      `"scorer":${'{"a":'.repeat(300_000)}`,
    );
    assert.match(
      await readAll(files, files.write('unclosed.json', unclosed)),
      /ends before its JSON does/,
    );
  });

  test('a line of a hundred megabytes costs no more memory than itself', async () => {
    const file = files.write('long.jsonl', lines(claude.slice(0, 2)));
    const fd = openSync(file, 'a');
    writeSync(fd, '{"type":"user","uuid":"long","message":{"content":"');
    for (let megabyte = 0; megabyte < 100; megabyte++) {
      writeSync(fd, Buffer.alloc(1_000_000, 'x'));
    }
    writeSync(fd, '"}}\n');
    writeSync(fd, lines(claude.slice(2)));
    closeSync(fd);
    const before = process.memoryUsage().rss;
    const transcript = await files.open(file);
    assert.equal((await transcript.info()).events, 7);
    const [summary] = await transcript.summaries(0, 2, 1);
    assert.ok((summary?.bytes ?? 0) > 100_000_000);
    assert.equal(summary?.title.length, 200);
    assert.ok(process.memoryUsage().rss - before < 8 * statSync(file).size);
  });

  test('names from JavaScript’s own objects are names like any other', async () => {
    const text = evalJson([
      {
        ...sample,
        events: [
          toolEvent(1, { id: '__proto__', tool: '__proto__' }, 'x'),
          event(2, 'constructor', { hasOwnProperty: 1 }),
          event(3, '__proto__', {}),
        ],
      },
    ]).replace('"metadata":{}', '"__proto__":{"events":[]},"metadata":{}');
    const transcript = await files.open(files.write('proto.json', text));
    const info = await transcript.info();
    assert.equal(info.events, 3);
    assert.deepEqual(Object.entries(info.toolCalls), [['__proto__', 1]]);
    assert.equal(info.eventsByKind['constructor'], 1);
    assert.equal(({} as Record<string, unknown>)['events'], undefined);
  });
});

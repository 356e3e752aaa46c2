import assert from 'node:assert/strict';
import { Temporary } from './support/temporary';
import {
  evalEntries,
  evalFile,
  evalJson,
  evalSample,
  event,
  modelEvent,
  toolEvent,
} from './support/inspectLog';
import type { SampleOptions } from './support/inspectLog';
import { zipFile } from './support/zipFile';

const hash = (digit: string) => digit.repeat(32);
const long =
  'A text that is longer than a hundred characters, so that Inspect keeps it apart. '.repeat(3);

const call = { id: 'call_1', tool: 'bash', args: { cmd: 'make test' } };
const sample: SampleOptions = {
  messages: [
    { role: 'user', content: 'Go.' },
    { role: 'assistant', content: 'Yes.' },
  ],
  attachments: { [hash('a')]: long, [hash('b')]: '12/40 test cases passed.\nfailing: x' },
  pool: [
    { role: 'system', content: 'Be careful.' },
    { role: 'user', content: `attachment://${hash('a')}` },
    { role: 'assistant', content: 'Earlier answer.' },
  ],
  events: [
    event(0, 'span_begin', {
      id: 's1',
      parent_id: null,
      type: 'agent',
      name: 'react',
      span_id: 's1',
    }),
    modelEvent(1, { ...call, text: 'Let me see.', more: { span_id: 's1', input_refs: [[0, 2]] } }),
    event(2, 'span_begin', {
      id: 's2',
      parent_id: 's1',
      type: 'tool',
      name: 'bash',
      span_id: 's2',
    }),
    toolEvent(2.5, { ...call, more: { span_id: 's2' } }, `attachment://${hash('a')}`),
    event(3, 'span_end', { id: 's2', span_id: 's2' }),
    toolEvent(
      4,
      { id: 'call_2', tool: 'evaluate_testcases', more: { span_id: 's1' } },
      `attachment://${hash('b')}`,
    ),
    event(5, 'score', {
      intermediate: true,
      scorer: 'mirrorcode_scorer',
      score: { value: { all: 0.5, visible: 0.6 } },
    }),
    event(6, 'compaction', { type: 'summary', tokens_before: 180000, tokens_after: 12000 }),
    toolEvent(
      7,
      { id: 'call_3', tool: 'bash', more: { error: { type: 'timeout', message: 'too slow' } } },
      '',
    ),
    event(8, 'sample_limit', { type: 'token', message: 'No tokens left.', limit: 1000 }),
    toolEvent(9, { id: 'call_4', tool: 'submit' }, 'Submitted.'),
    event(10, 'span_end', { id: 's1', span_id: 's1' }),
  ],
};

suite('Inspect logs', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  for (const [name, content] of [
    ['log.eval', evalFile([sample])],
    ['zstd.eval', evalFile([sample], { zstdFrames: 700 })],
    ['log.json', evalJson([sample])],
    ['named-otherwise.txt', evalFile([sample], 'stored')],
  ] as const) {
    test(`${name}: events, spans, marks and lanes`, async () => {
      const transcript = await files.open(files.write(name, content));
      const info = await transcript.info();
      assert.equal(info.format, name === 'log.json' ? 'inspect-json' : 'inspect-eval');
      assert.equal(info.events, 12);
      assert.equal(info.messages, 2);
      assert.deepEqual(info.eventsByKind, {
        span_begin: 2,
        model: 1,
        tool: 4,
        span_end: 2,
        score: 1,
        compaction: 1,
        sample_limit: 1,
      });
      assert.deepEqual(info.toolCalls, { bash: 2, evaluate_testcases: 1, submit: 1 });
      assert.equal(info.status, 'success');
      assert.equal(info.durationMs, 3_600_000);
      assert.deepEqual(info.errors, [{ sample: 1, ordinal: 8, message: 'too slow' }]);
      assert.deepEqual(
        info.limits.map(({ ordinal }) => ordinal),
        [9],
      );
      assert.deepEqual(info.scores, { mirrorcode_scorer: { all: 0.5, visible: 0.75 } });
      assert.deepEqual(info.unread, []);

      const summaries = await transcript.summaries(0, 0, 100);
      assert.deepEqual(
        summaries.map(({ depth }) => depth),
        [0, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0],
      );
      assert.equal(summaries[1]?.title, 'Let me see.');
      assert.equal(summaries[1].pair, 3);
      assert.equal(summaries[3]?.durationMs, 1500);
      assert.equal(summaries[4]?.title, 'bash ends');
      assert.deepEqual(summaries[1].usage, {
        inputUncached: 10,
        cacheRead: 100,
        cacheWrite: 7,
        output: 20,
        reasoning: 5,
        costUsd: null,
      });

      const markers = await transcript.markers(0);
      assert.deepEqual(
        markers.map(({ ordinal, type, label }) => [ordinal, type, label]),
        [
          [5, 'testRun', '12/40'],
          [6, 'score', 'mirrorcode_scorer: {"all":0.5,"visible":0.6}'],
          [7, 'compaction', '180000 → 12000 tokens'],
          [8, 'error', 'too slow'],
          [9, 'limit', 'No tokens left.'],
          [10, 'submit', 'submit'],
        ],
      );
      const { lanes } = await transcript.overview(0);
      const rate = lanes.find((lane) => lane.name === 'passRate');
      assert.deepEqual([...(rate?.ordinals ?? [])], [5, 6]);
      assert.deepEqual([...(rate?.values ?? [])], [0.3, 0.5]);
    });
  }

  test('attachments and pools are put in place when an event is looked at', async () => {
    const transcript = await files.open(files.write('log.eval', evalFile([sample])));
    const tool = await transcript.event(0, 3);
    const result = tool.parts.find((part) => part.type === 'toolResult');
    assert.equal(result?.text, long);
    const model = await transcript.event(0, 1);
    assert.deepEqual(
      model.parts.map((part) => (part.type === 'text' ? [part.role, part.text] : part.type)),
      [['system', 'Be careful.'], ['user', long], ['assistant', 'Let me see.'], 'toolCall'],
    );
    const resolved = (await transcript.resolved(0, 1)) as { input: { content: string }[] };
    assert.deepEqual(
      resolved.input.map(({ content }) => content),
      ['Be careful.', long],
    );
    const raw = JSON.parse(await transcript.raw(0, 3)) as { result: string };
    assert.equal(
      raw.result,
      `attachment://${hash('a')}`,
      'the raw record is as it stands in the file',
    );
  });

  test('an attachment that is missing stays its name, and it is said', async () => {
    const file = files.write('log.eval', evalFile([{ ...sample, attachments: {} }]));
    const transcript = await files.open(file);
    const { parts, unread } = await transcript.event(0, 3);
    assert.match(unread.join(), /aaaa is not in the log/);
    assert.equal(parts[1]?.type === 'toolResult' && parts[1].text, `attachment://${hash('a')}`);
  });

  test('a log without header.json is a running one; its journal stands in', async () => {
    const entries = evalEntries([sample]).filter(
      ({ name }) => name !== 'header.json' && name !== 'summaries.json',
    );
    const journal = [
      {
        name: '_journal/summaries/2.json',
        data: JSON.stringify([{ id: 1, epoch: 1, message_count: 2, uuid: 'new' }]),
      },
      {
        name: '_journal/summaries/10.json',
        data: JSON.stringify([{ id: 1, epoch: 1, message_count: 9, uuid: 'newest' }]),
      },
    ];
    const transcript = await files.open(files.write('x.eval', zipFile([...entries, ...journal])));
    assert.equal(transcript.opened.status, 'started');
    assert.equal(transcript.opened.task, 'mirrorcode');
    assert.equal(transcript.opened.samples[0]?.uuid, 'newest', 'in numeric order, last wins');
    const { usage } = await transcript.info();
    assert.equal(usage['mock/model']?.output, 20, 'the sample sums up where the log does not');
  });

  test('a requeued sample counts once, as it was written last', async () => {
    const entries = evalEntries([sample]);
    const again = evalSample({ ...sample, events: sample.events.slice(0, 3) });
    const file = zipFile([
      ...entries,
      { name: 'samples/1_epoch_1.json', data: JSON.stringify(again) },
    ]);
    const info = await (await files.open(files.write('x.eval', file))).info();
    assert.equal(info.samples.length, 1);
    assert.equal(info.events, 3);
  });

  test('agents bridged in record no tool events: calls find their answers among messages', async () => {
    const bridged: SampleOptions = {
      attachments: {
        [hash('c')]:
          'Tests: 3 of 4 passed, and a line that makes it long enough to be kept apart from the others.',
      },
      pool: [
        { role: 'user', content: 'Go.' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', function: 'evaluate_testcases', arguments: {} }],
        },
        {
          role: 'tool',
          tool_call_id: 'c1',
          function: 'evaluate_testcases',
          content: `attachment://${hash('c')}`,
        },
      ],
      events: [
        modelEvent(1, { id: 'c1', tool: 'evaluate_testcases', more: { input_refs: [[0, 1]] } }),
        event(2, 'sandbox', { action: 'exec', cmd: 'ls', result: 0, output: 'a' }),
        modelEvent(3, { text: 'Done.', more: { input_refs: [[0, 3]] } }),
      ],
    };
    const transcript = await files.open(files.write('x.eval', evalFile([bridged])));
    assert.deepEqual((await transcript.info()).toolCalls, { evaluate_testcases: 1 });
    const { parts, testRun } = await transcript.event(0, 0);
    assert.match(parts.find((part) => part.type === 'toolResult')?.text ?? '', /3 of 4 passed/);
    assert.equal(testRun?.passed, 3);
    const [marker] = await transcript.markers(0);
    assert.deepEqual([marker?.type, marker?.label], ['testRun', '3/4']);
    const hits: number[] = [];
    await transcript.search(0, { text: '3 of 4' }, (found) =>
      hits.push(...found.map(({ ordinal }) => ordinal)),
    );
    assert.deepEqual(hits, [0], 'found in the pool, led back to the call');
  });

  test('shapes of 2024: a transcript with content, steps, and one score', async () => {
    const old = {
      version: 1,
      status: 'success',
      eval: { task: 'old' },
      plan: {},
      samples: [
        {
          id: 'x',
          epoch: 1,
          messages: [],
          score: { value: 'C' },
          transcript: {
            events: [
              event(1, 'step', { action: 'begin', type: 'solver', name: 'generate' }),
              event(2, 'info', { data: `tc://${hash('d')}` }),
              event(3, 'step', { action: 'end', type: 'solver', name: 'generate' }),
            ],
            content: { [hash('d')]: 'kept apart' },
          },
        },
      ],
    };
    const transcript = await files.open(files.write('old.json', JSON.stringify(old)));
    const info = await transcript.info();
    assert.deepEqual(info.scores, { score: 'C' });
    const summaries = await transcript.summaries(0, 0, 9);
    assert.deepEqual(
      summaries.map(({ title, depth }) => [title, depth]),
      [
        ['generate begins', 0],
        ['kept apart', 1],
        ['generate ends', 0],
      ],
    );
  });

  test('a sample without events shows its messages, and says that it has none', async () => {
    const messages = [
      { role: 'user', content: 'Question' },
      {
        role: 'assistant',
        content: 'Answer',
        tool_calls: [{ id: '1', function: 'bash', arguments: { cmd: 'ls' } }],
      },
      {
        role: 'tool',
        tool_call_id: '1',
        function: 'bash',
        content: '',
        error: { type: 'timeout', message: 'slow' },
      },
    ];
    const transcript = await files.open(
      files.write('x.eval', evalFile([{ events: [], messages }])),
    );
    const info = await transcript.info();
    assert.equal(info.events, 0);
    assert.equal(info.messages, 3);
    assert.deepEqual(info.toolCalls, { bash: 1 });
    const summaries = await transcript.summaries(0, 0, 9);
    assert.deepEqual(
      summaries.map(({ title, failed }) => [title, failed]),
      [
        ['Question', false],
        ['bash: ls', false],
        ['timeout: slow', true],
      ],
    );
  });

  test('the cases of the final score, kept in the sample’s metadata, belong to its event', async () => {
    const metadata = {
      note: 'x'.repeat(1000),
      scored_cases_final: {
        cases: Array.from({ length: 3000 }, (_, number) => ({
          name: `case ${number}`,
          verdict: number % 3 === 0 ? 'fail' : 'pass',
          expected: 'a',
          actual: 'b',
        })),
      },
    };
    const events = [
      event(1, 'score', { intermediate: true, scorer: 's', score: { value: 0.1 } }),
      event(2, 'score', { intermediate: false, scorer: 's', score: { value: 0.5 } }),
    ];
    const file = files.write('x.eval', evalFile([{ events, more: { metadata } }]));
    const transcript = await files.open(file);
    assert.equal((await transcript.event(0, 0)).testRun, null);
    const { testRun } = await transcript.event(0, 1);
    assert.deepEqual([testRun?.passed, testRun?.total], [2000, 3000]);
    assert.deepEqual(testRun?.cases?.[1], {
      name: 'case 1',
      passed: true,
      expected: 'a',
      actual: 'b',
    });
  });

  test('NaN in scores and metadata is read', async () => {
    const text = evalJson([sample]).replace('"visible":0.75', '"visible":NaN');
    const info = await (await files.open(files.write('nan.json', text))).info();
    assert.deepEqual(info.scores, { mirrorcode_scorer: { all: 0.5, visible: NaN } });
    assert.equal(info.events, 12);
  });

  test('chunked samples, and one with a chunk missing, keep their numbers', async () => {
    const json = (name: string, value: unknown) => ({
      name: `samples/s/1_epoch_1/${name}`,
      data: JSON.stringify(value),
    });
    const chunks = [
      json('sample.json', {
        id: 's/1',
        epoch: 1,
        scores: { match: { value: 'C' } },
        message_refs: [[1, 3]],
      }),
      json('metadata.json', { note: 'apart' }),
      json('events/0.json', [
        event(0, 'info', { data: 'zero' }),
        event(1, 'info', { data: 'attachment://1' }),
      ]),
      json('events/2.json', [event(2, 'info', { data: 'two' })]),
      json('events/10.json', [event(10, 'info', { data: 'ten' })]),
      json('messages/0.json', [
        { role: 'system', content: 'm0' },
        { role: 'user', content: 'm1' },
      ]),
      json('messages/2.json', [{ role: 'assistant', content: 'attachment://0' }]),
      json('attachments/0.json', ['first', 'second']),
    ];
    const header = evalEntries([]);
    const transcript = await files.open(files.write('c.eval', zipFile([...header, ...chunks])));
    assert.equal(transcript.opened.format, 'inspect-chunked');
    const info = await transcript.info();
    assert.equal(info.messages, 2);
    assert.equal(info.samples[0]?.id, 's/1');
    assert.match(info.unread.join(), /Values 3 to 9 before .*events\/10\.json are missing/);
    const summaries = await transcript.summaries(0, 0, 99);
    assert.equal(summaries.length, 11);
    assert.equal(summaries[1]?.title, 'second');
    assert.equal(summaries[10]?.title, 'ten');
    assert.deepEqual(await transcript.message(0, 1), [
      { type: 'text', role: 'assistant', text: 'first' },
    ]);
  });

  test('many samples are read one at a time, each by its own position', async () => {
    const samples = Array.from({ length: 9 }, (_, number) => ({
      id: `s ${number}/x`,
      events: [event(1, 'info', { data: `sample ${number}` })],
    }));
    const transcript = await files.open(files.write('many.eval', evalFile(samples)));
    assert.deepEqual(
      transcript.opened.samples.map(({ id }) => id),
      samples.map(({ id }) => id),
    );
    for (const number of [8, 0, 3, 8, 5, 1, 2, 4, 6, 7, 0]) {
      const [summary] = await transcript.summaries(number, 0, 1);
      assert.equal(summary?.title, `sample ${number}`);
    }
    await assert.rejects(transcript.count(9), /has no sample 9/);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { decompress } from 'fzstd';
import type { TranscriptInfo } from '../../../src/core/transcripts/info';
import type { TranscriptEvent } from '../../../src/core/transcripts/normalForm';
import { eventTexts } from '../../../src/core/transcripts/search/eventTexts';
import { Temporary } from './support/temporary';

type Json = Readonly<Record<string, unknown>>;

/** What lies at a path within parsed JSON, or `undefined`. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Json)[key] : undefined,
    value,
  );
}

/** Real records of the formats, from public test suites, where this machine has them. */
const fixtures = path.join(process.env['MIRRORCODE_FIXTURES'] ?? '', 'transcripts');
const files = (folder: string, pattern: RegExp): string[] =>
  existsSync(path.join(fixtures, folder))
    ? readdirSync(path.join(fixtures, folder))
        .filter((name) => pattern.test(name))
        .map((name) => path.join(fixtures, folder, name))
    : [];

/** Every entry of a ZIP, read as simply as can be: by the central directory, the last of a name wins. */
function unzip(file: string): Map<string, Json> {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006'));
  const entries = new Map<string, Json>();
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength!);
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const method = bytes.readUInt16LE(at + 10);
    const data =
      method === 8 ? zlib.inflateRawSync(packed) : method === 93 ? decompress(packed) : packed;
    entries.set(name, JSON.parse(Buffer.from(data).toString('utf8')) as Json);
    at += 46 + nameLength! + extra! + comment!;
  }
  return entries;
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const lines = (file: string): Json[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Json);

function tally(names: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names as string[]) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

interface Usage {
  input?: number;
  read?: number;
  write?: number;
  output?: number;
}

/** The counted usage in the few numbers that a naive reading adds up. */
function usageOf(info: TranscriptInfo): Usage {
  const sum = { input: 0, read: 0, write: 0, output: 0 };
  for (const usage of Object.values(info.usage)) {
    sum.input += usage.inputUncached;
    sum.read += usage.cacheRead;
    sum.write += usage.cacheWrite;
    sum.output += usage.output;
  }
  return sum;
}

const add = (values: readonly unknown[]) =>
  values.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0);

suite('Real records of each format', function () {
  this.timeout(120_000);
  if (!existsSync(fixtures)) {
    test.skip(`skipped: there are no real records; MIRRORCODE_FIXTURES would name their folder`);
    return;
  }
  let temporary: Temporary;
  suiteSetup(() => {
    temporary = new Temporary();
  });
  suiteTeardown(() => temporary.dispose());

  /** All events of all samples, whole. */
  async function read(file: string) {
    const transcript = await temporary.open(file);
    const info = await transcript.info();
    const samples: TranscriptEvent[][] = [];
    for (let sample = 0; sample < transcript.opened.samples.length; sample++) {
      const events: TranscriptEvent[] = [];
      await transcript.load(sample);
      const count = await transcript.count(sample);
      for (let ordinal = 0; ordinal < count; ordinal++) {
        const event = await transcript.event(sample, ordinal);
        assert.deepEqual(event.unread, [], `${file} ${ordinal}`);
        events.push(event);
      }
      samples.push(events);
    }
    return { transcript, info, samples };
  }

  const textOf = (event: TranscriptEvent) => [...eventTexts(event.parts, event.error)].join('\n');

  function checkInspect(info: TranscriptInfo, header: Json, samples: readonly Json[]): void {
    assert.equal(info.formatVersion, header['version']);
    assert.equal(info.status, header['status']);
    assert.equal(info.task, at(header, 'eval', 'task'));
    const events = samples.flatMap((sample) =>
      list(sample['events'] ?? at(sample, 'transcript', 'events')),
    );
    assert.equal(info.events, events.length);
    assert.deepEqual(info.eventsByKind, tally(events.map((event) => event['event'])));
    assert.equal(info.messages, add(samples.map((sample) => list(sample['messages']).length)));
    assert.deepEqual(
      info.samples.map(({ id, epoch }) => [id, epoch]),
      samples.map((sample) => [sample['id'], sample['epoch']]),
    );
    const models = Object.entries(at(header, 'stats', 'model_usage') ?? {}) as [string, Json][];
    const totals = usageOf(info);
    assert.deepEqual(Object.keys(info.usage).sort(), models.map(([model]) => model).sort());
    assert.equal(totals.input, add(models.map(([, usage]) => usage['input_tokens'])));
    assert.equal(totals.output, add(models.map(([, usage]) => usage['output_tokens'])));
    assert.equal(totals.read, add(models.map(([, usage]) => usage['input_tokens_cache_read'])));
    const calls = samples.flatMap((sample) =>
      list(sample['messages']).flatMap((message) =>
        list(message['tool_calls']).map((call) => call['function']),
      ),
    );
    assert.deepEqual(info.toolCalls, tally(calls));
    assert.deepEqual(info.unread, []);
  }

  /** Texts with their attachments in place: those of the models' answers, which every viewer shows. */
  function checkAnswers(events: readonly TranscriptEvent[], sample: Json): void {
    const raw = list(sample['events'] ?? at(sample, 'transcript', 'events'));
    const attachments = (sample['attachments'] ??
      at(sample, 'transcript', 'content') ??
      {}) as Record<string, never>;
    const resolve = (text: unknown): string => {
      const key = /^(?:attachment|tc):\/\/(.*)$/.exec(String(text))?.[1];
      return key === undefined ? String(text) : String(attachments[key]);
    };
    raw.forEach((event, ordinal) => {
      const shown = events[ordinal]!;
      assert.equal(shown.type, event['event']);
      assert.equal(Math.floor(shown.time ?? 0), Math.floor(Date.parse(String(event['timestamp']))));
      const message = at(event, 'output', 'choices', '0', 'message');
      if (event['event'] === 'model' && message !== undefined) {
        const content = at(message, 'content');
        const texts =
          typeof content === 'string' ? [content] : list(content).map((part) => part['text']);
        texts.forEach((text) =>
          assert.ok(textOf(shown).includes(resolve(text)), `answer of ${ordinal}`),
        );
      }
      if (event['event'] === 'tool') {
        assert.ok(textOf(shown).includes(resolve(event['result'])), `result of ${ordinal}`);
        assert.equal(shown.tool, event['function']);
      }
      if (event['event'] === 'sandbox' && typeof event['output'] === 'string') {
        assert.ok(textOf(shown).includes(resolve(event['output'])), `output of ${ordinal}`);
      }
    });
  }

  for (const file of files('inspect', /\.eval$/)) {
    test(path.relative(fixtures, file), async () => {
      const entries = unzip(file);
      const names = [...entries.keys()].filter((name) => name.startsWith('samples/'));
      const samples = names.map((name) => entries.get(name)!);
      const { info, samples: events } = await read(file);
      assert.equal(info.format, 'inspect-eval');
      checkInspect(info, entries.get('header.json')!, samples);
      samples.forEach((sample, number) => checkAnswers(events[number]!, sample));
    });
  }

  for (const file of files('inspect', /\.json$/)) {
    test(path.relative(fixtures, file), async () => {
      const log = JSON.parse(readFileSync(file, 'utf8')) as Json;
      const { info, samples } = await read(file);
      assert.equal(info.format, 'inspect-json');
      checkInspect(info, log, list(log['samples']));
      list(log['samples']).forEach((sample, number) => {
        if (list(sample['events'] ?? at(sample, 'transcript', 'events')).length > 0) {
          checkAnswers(samples[number]!, sample);
        } else {
          assert.equal(
            samples[number]!.length,
            list(sample['messages']).length,
            'its messages stand in',
          );
        }
      });
    });
  }

  for (const file of files('inspect-chunked', /\.eval$/)) {
    test(`${path.relative(fixtures, file)} shows what the log shows that it was made of`, async () => {
      const original = path.join(fixtures, 'inspect', path.basename(file));
      const { transcript, info, samples } = await read(file);
      const { transcript: before, info: other, samples: expected } = await read(original);
      assert.equal(info.format, 'inspect-chunked');
      assert.deepEqual(info.eventsByKind, other.eventsByKind);
      assert.deepEqual(info.toolCalls, other.toolCalls);
      assert.deepEqual(info.usage, other.usage);
      assert.equal(info.messages, other.messages);
      const order = info.samples.map(({ id, epoch }) =>
        other.samples.findIndex((sample) => sample.id === id && sample.epoch === epoch),
      );
      for (const [number, events] of samples.entries()) {
        const same = expected[order[number]!]!;
        assert.equal(events.length, same.length);
        events.forEach((event, ordinal) => {
          assert.equal(event.title, same[ordinal]!.title, `title of ${ordinal}`);
          assert.deepEqual(event.parts, same[ordinal]!.parts, `parts of ${ordinal}`);
        });
        for (let message = 0; message < info.samples[number]!.messages; message++) {
          const [one, two] = [
            transcript.message(number, message),
            before.message(order[number]!, message),
          ];
          assert.deepEqual(await one, await two);
        }
      }
    });
  }

  for (const file of files('claude-code', /\.jsonl$/)) {
    test(path.relative(fixtures, file), async () => {
      const rows = lines(file);
      const { info, samples } = await read(file);
      assert.equal(info.format, 'claude-code');
      assert.equal(info.events, rows.length);
      assert.deepEqual(info.eventsByKind, tally(rows.map((row) => row['type'])));
      const blocks = rows.flatMap((row) => list(at(row, 'message', 'content')));
      const calls = blocks.filter((block) => block['type'] === 'tool_use');
      assert.deepEqual(info.toolCalls, tally(calls.map((call) => call['name'])));
      const byMessage = new Map<unknown, Json>();
      rows.forEach((row) => {
        const usage = at(row, 'message', 'usage');
        if (usage !== undefined) {
          byMessage.set(at(row, 'message', 'id'), usage as Json);
        }
      });
      const usages = [...byMessage.values()];
      assert.deepEqual(usageOf(info), {
        input: add(usages.map((usage) => usage['input_tokens'])),
        read: add(usages.map((usage) => usage['cache_read_input_tokens'])),
        write: add(usages.map((usage) => usage['cache_creation_input_tokens'])),
        output: add(usages.map((usage) => usage['output_tokens'])),
      });
      rows.forEach((row, ordinal) => {
        const event = samples[0]![ordinal]!;
        const content = at(row, 'message', 'content');
        const texts =
          typeof content === 'string' ? [content] : list(content).map((block) => block['text']);
        texts
          .filter((text) => typeof text === 'string')
          .forEach((text) =>
            assert.ok(textOf(event).includes(text), `text of line ${ordinal + 1}`),
          );
        if (event.pair >= 0) {
          const ids = (at: number) =>
            samples[0]![at]!.parts.flatMap((part) => ('id' in part ? [part.id] : []));
          assert.ok(ids(ordinal).some((id) => ids(event.pair).includes(id)));
        }
      });
    });
  }

  for (const file of files('atif', /trajectory\.(?:cont-\d+\.)?json$/)) {
    test(path.relative(fixtures, file), async () => {
      const chain = [JSON.parse(readFileSync(file, 'utf8')) as Json];
      const next = chain[0]!['continued_trajectory_ref'];
      if (typeof next === 'string') {
        const prefix = path.basename(file).replace(/trajectory\.json$/, '');
        const beside = path.join(path.dirname(file), prefix + next);
        chain.push(JSON.parse(readFileSync(beside, 'utf8')) as Json);
      }
      const steps = chain.flatMap((trajectory) => list(trajectory['steps']));
      const { info, samples } = await read(file);
      assert.equal(info.format, 'atif');
      assert.equal(info.formatVersion, chain[0]!['schema_version']);
      assert.equal(info.events, steps.length);
      assert.deepEqual(info.eventsByKind, tally(steps.map((step) => step['source'])));
      const metrics = steps
        .filter((step) => !step['is_copied_context'])
        .map((step) => step['metrics']);
      const cached = add(metrics.map((metric) => at(metric, 'cached_tokens')));
      assert.deepEqual(usageOf(info), {
        input: add(metrics.map((metric) => at(metric, 'prompt_tokens'))) - cached,
        read: cached,
        write: 0,
        output: add(metrics.map((metric) => at(metric, 'completion_tokens'))),
      });
      const calls = steps.flatMap((step) =>
        list(step['tool_calls']).map((call) => call['function_name']),
      );
      assert.deepEqual(info.toolCalls, tally(calls));
      steps.forEach((step, ordinal) => {
        assert.ok(textOf(samples[0]![ordinal]!).includes(String(step['message'])));
        list(at(step, 'observation', 'results'))
          .filter((result) => typeof result['content'] === 'string')
          .forEach((result) =>
            assert.ok(textOf(samples[0]![ordinal]!).includes(String(result['content']))),
          );
      });
    });
  }

  for (const file of files('swe-agent', /\.traj$/)) {
    test(path.relative(fixtures, file), async () => {
      const log = JSON.parse(readFileSync(file, 'utf8')) as Json;
      const steps = list(log['trajectory']);
      const { info, samples } = await read(file);
      assert.equal(info.format, 'swe-agent');
      assert.equal(info.status, at(log, 'info', 'exit_status'));
      assert.deepEqual([info.events, info.messages], [steps.length, list(log['history']).length]);
      assert.equal(add(Object.values(info.toolCalls)), steps.length);
      steps.forEach((step, ordinal) => {
        const text = textOf(samples[0]![ordinal]!);
        for (const key of ['action', 'observation', 'thought']) {
          assert.ok(text.includes(String(step[key])), `${key} of ${ordinal}`);
        }
      });
      assert.ok(
        textOf(samples[0]![0]!).includes(String(list(log['history'])[1]!['content'])),
        'the task',
      );
    });
  }

  for (const file of files('openhands', /\.jsonl$/)) {
    test(path.relative(fixtures, file), async () => {
      const rows = lines(file);
      const { info, samples } = await read(file);
      assert.equal(info.format, 'openhands');
      assert.deepEqual(info.eventsByKind, tally(rows.map((row) => row['kind'])));
      const last = rows.findLast((row) => row['key'] === 'stats')!;
      const metrics = (Object.values(at(last, 'value', 'usage_to_metrics')!) as Json[]).map(
        (metric) => metric['accumulated_token_usage']!,
      );
      const [read_, written] = ['cache_read_tokens', 'cache_write_tokens'].map((key) =>
        add(metrics.map((metric) => at(metric, key))),
      );
      assert.deepEqual(usageOf(info), {
        input: add(metrics.map((metric) => at(metric, 'prompt_tokens'))) - read_! - written!,
        read: read_,
        write: written,
        output: add(metrics.map((metric) => at(metric, 'completion_tokens'))),
      });
      const calls = rows.filter((row) => row['action'] !== undefined);
      assert.deepEqual(info.toolCalls, tally(calls.map((row) => row['tool_name'])));
      rows.forEach((row, ordinal) => {
        const text = textOf(samples[0]![ordinal]!);
        const command = at(row, 'action', 'command');
        assert.ok(typeof command !== 'string' || text.includes(command));
        list(at(row, 'observation', 'content')).forEach((part) =>
          assert.ok(text.includes(String(part['text']))),
        );
      });
    });
  }

  for (const file of files('asciicast', /\.cast$/)) {
    test(path.relative(fixtures, file), async () => {
      const [header, ...events] = lines(file) as unknown as [Json, ...[number, string, string][]];
      const { info, samples } = await read(file);
      assert.equal(info.format, 'asciicast');
      assert.equal(info.formatVersion, header['version']);
      assert.deepEqual(info.eventsByKind, tally(events.map(([, code]) => code)));
      let seconds = 0;
      events.forEach(([time, , data], ordinal) => {
        seconds = header['version'] === 3 ? seconds + time : time;
        const event = samples[0]![ordinal]!;
        assert.equal(textOf(event), data);
        assert.ok(Math.abs((event.time ?? 0) - seconds * 1000) < 1e-6);
      });
    });
  }
});

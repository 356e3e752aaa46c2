import { createHash } from 'node:crypto';

/**
 * The JSON of one Inspect sample of the size that breaks viewers: a MirrorCode run of 337,351 events,
 * 129,676 messages, 85,062 attachments and 963 MB. The shape of each event, the pools with their
 * fragmented references and the order of the members are those of real logs; the texts are made up,
 * with the entropy of code and terminal output, so that it compresses about as they do.
 */
export interface MonsterSize {
  readonly events: number;
  readonly messages: number;
  readonly attachments: number;
  /** Bytes of the whole document, about. */
  readonly bytes: number;
}

export const monsterSize: MonsterSize = {
  events: 337_351,
  messages: 129_676,
  attachments: 85_062,
  bytes: 963_000_000,
};

/** A smaller one of the same proportions; `share` from 0 to 1. */
export function scaled(share: number): MonsterSize {
  const scale = (count: number) => Math.max(1, Math.round(count * share));
  return {
    events: scale(monsterSize.events),
    messages: scale(monsterSize.messages),
    attachments: scale(monsterSize.attachments),
    bytes: scale(monsterSize.bytes),
  };
}

/** Numbers from 0 to 1, the same ones every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

const next = random(20261121);
const words = Array.from({ length: 4000 }, () =>
  Array.from({ length: 2 + Math.floor(next() * 9) }, () =>
    String.fromCharCode(97 + Math.floor(next() * next() * 26)),
  ).join(''),
);

function prose(length: number): string {
  let text = '';
  while (text.length < length) {
    text += words[Math.floor(next() * next() * words.length)] ?? '';
    text += next() < 0.08 ? ';\n    ' : next() < 0.04 ? ' = "' : ' ';
  }
  return text.slice(0, length);
}

const hash = (index: number) => createHash('md5').update(String(index)).digest('hex');
const start = Date.UTC(2026, 10, 1, 8);
const stamp = (ordinal: number) =>
  new Date(start + ordinal * 1700).toISOString().replace('Z', '000+00:00');

const tool = (name: string) => ({
  name,
  description: `attachment://${hash(1)}`,
  parameters: {
    type: 'object',
    properties: {
      cmd: { type: 'string', description: 'The bash command to execute.' },
      timeout: { type: 'integer', description: 'Seconds after which it is stopped.' },
      path: { type: 'string', description: 'Absolute path to file or directory.' },
    },
    required: ['cmd'],
    additionalProperties: false,
  },
});
const tools = ['bash', 'text_editor', 'evaluate_testcases', 'resources', 'submit'];

/** The tool that the call of a turn uses. */
function toolOf(turn: number): string {
  return turn % 100 === 99
    ? 'evaluate_testcases'
    : (tools[turn % 7 === 0 ? 1 : turn % 50 === 3 ? 3 : 0] ?? 'bash');
}

function base(ordinal: number, event: string, span: string): Record<string, unknown> {
  return {
    uuid: hash(ordinal).slice(0, 22),
    span_id: span,
    timestamp: stamp(ordinal),
    working_start: ordinal * 1.7,
    event,
  };
}

/** The share of cases that pass at a turn. */
const passRate = (turn: number) => Math.min(0.97, turn / 80_000);

class Turns {
  private turn = 0;
  private ordinal = 0;
  private readonly queue: Record<string, unknown>[] = [];
  /** Tokens of all turns so far. */
  readonly used: Record<string, number> = {};

  constructor(
    private readonly size: MonsterSize,
    private readonly modelBytes: number,
  ) {}

  next(): Record<string, unknown> {
    if (this.queue.length === 0) {
      this.fill(this.turn++);
    }
    return this.queue.shift() ?? {};
  }

  private push(event: string, span: string, fields: Record<string, unknown>): void {
    this.queue.push({ ...base(this.ordinal++, event, span), ...fields });
  }

  private attachment(): string {
    return `attachment://${hash(Math.floor(next() * this.size.attachments))}`;
  }

  private refs(turn: number): [number, number][] {
    const last = Math.min(this.size.messages, turn * 2 + 2);
    const first = Math.max(0, last - (turn % 760) * 2 - 2);
    const step = Math.max(1, Math.ceil((last - first) / 40));
    const refs: [number, number][] = [];
    for (let at = first; at < last; at += step) {
      refs.push([at, Math.min(last, at + step)]);
    }
    return refs;
  }

  private use(turn: number): Readonly<Record<string, number>> {
    const output = 300 + (turn % 500);
    const read = 55_000 + (turn % 760) * 90;
    const usage = {
      input_tokens: 4,
      output_tokens: output,
      total_tokens: 4 + 900 + read + output,
      input_tokens_cache_read: read,
      input_tokens_cache_write: 900,
      reasoning_tokens: 120,
    };
    for (const [key, count] of Object.entries(usage)) {
      this.used[key] = (this.used[key] ?? 0) + count;
    }
    return usage;
  }

  private fill(turn: number): void {
    const span = hash(turn + 5_000_000).slice(0, 22);
    const call = `call_${hash(turn + 9_000_000).slice(0, 24)}`;
    const name = toolOf(turn);
    const args =
      name === 'text_editor'
        ? { command: 'create', path: `/workdir/src/f${turn % 40}.py`, file_text: this.attachment() }
        : name === 'bash'
          ? { cmd: `make -C /workdir test${turn}` }
          : {};
    this.model(turn, span, call, name, args);
    this.push('span_begin', span, { id: span, parent_id: 'root', type: 'tool', name });
    this.push('tool', span, {
      type: 'function',
      id: call,
      function: name,
      arguments: args,
      result:
        name === 'evaluate_testcases'
          ? `${Math.round(passRate(turn) * 412)}/412 test cases passed.`
          : this.attachment(),
      truncated: null,
      completed: stamp(this.ordinal + 1),
      working_time: 1.1,
      message_id: hash(turn + 70_000_000).slice(0, 22),
    });
    if (turn % 2 === 0) {
      this.push('sandbox', span, {
        action: 'exec',
        cmd: `bash --login -c 'make -C /workdir test${turn}'`,
        options: { timeout: 180, cwd: '/workdir' },
        result: turn % 9 === 0 ? 2 : 0,
        output: prose(700),
        completed: stamp(this.ordinal + 1),
      });
    }
    this.push('span_end', span, { id: span });
    if (turn % 800 === 799) {
      this.push('compaction', 'root', {
        type: 'summary',
        tokens_before: 180_000,
        tokens_after: 12_000,
      });
    }
    if (turn % 400 === 399) {
      const rate = passRate(turn);
      this.push('score', 'root', {
        intermediate: true,
        scorer: 'mirrorcode_scorer',
        score: { value: { all: rate, visible: rate } },
      });
    }
  }

  private model(turn: number, span: string, id: string, name: string, args: unknown): void {
    this.push('model', span, {
      model: 'anthropic/claude-opus-5-5',
      input: [],
      input_refs: this.refs(turn),
      tools: tools.map(tool),
      tool_choice: 'auto',
      config: { max_tokens: 32_000, reasoning_tokens: 16_000, cache_prompt: true },
      output: {
        model: 'claude-opus-5-5',
        choices: [
          {
            message: {
              id: hash(turn + 80_000_000).slice(0, 22),
              content: [
                { type: 'reasoning', reasoning: this.attachment(), signature: prose(60) },
                { type: 'text', text: `Turn ${turn}: ${prose(60)}` },
              ],
              source: 'generate',
              role: 'assistant',
              tool_calls: [{ id, function: name, arguments: args, type: 'function' }],
              model: 'claude-opus-5-5',
            },
            stop_reason: 'tool_calls',
          },
        ],
        usage: this.use(turn),
        time: 9.2,
      },
      call: {
        request: { model: 'claude-opus-5-5', system: prose(this.modelBytes), tools: [] },
        response: {
          id: `msg_${hash(turn)}`,
          type: 'message',
          role: 'assistant',
          stop_reason: 'tool_use',
        },
        call_refs: this.refs(turn),
        call_key: 'messages',
      },
      completed: stamp(this.ordinal + 4),
      working_time: 9.2,
    });
  }
}

function message(index: number): Record<string, unknown> {
  const role = index === 0 ? 'system' : index % 2 === 1 ? 'assistant' : 'tool';
  return {
    id: hash(index + 80_000_000).slice(0, 22),
    content: prose(90 + Math.floor(next() * 300)),
    role,
    ...(role === 'tool' ? { tool_call_id: `call_${index}`, function: 'bash' } : {}),
  };
}

/** A needle that occurs exactly once, in an attachment near the end. */
export const needle = 'zyxw-the-one-needle-vuts';

/** The document in pieces of about a megabyte. */
export function* monsterSample(size: MonsterSize): Generator<Buffer> {
  const out = new Pieces();
  yield* out.add(
    '{"id":"ngnk","epoch":1,"input":"Reimplement ngnk in Python.","target":"","messages":[',
  );
  yield* out.list(Math.ceil(size.messages / 4), (index) => JSON.stringify(message(index)));
  yield* out.add(
    '],"output":{"model":"claude-opus-5-5","choices":[],"completion":""},"scores":{"mirrorcode_scorer":{"value":{"all":0.97,"visible":0.98,"hidden":0.95}}},"metadata":{"tier":"L","drift":NaN},"store":{},"events":[',
  );
  // Everything but the filler of a model event, measured: about 5 kB a turn and 1.2 kB an attachment.
  const filler = Math.round(
    (size.bytes - size.attachments * 640 - size.messages * 330) / (size.events / 4.5) - 5900,
  );
  const events = new Turns(size, Math.max(100, filler));
  yield* out.list(size.events, () => JSON.stringify(events.next()));
  yield* out.add(
    `],"model_usage":{"anthropic/claude-opus-5-5":${JSON.stringify(events.used)}},"started_at":"2026-11-01T08:00:00+00:00","completed_at":"2026-11-07T08:00:00+00:00","total_time":518400,"working_time":510000,"uuid":"monster","error_retries":[],"attachments":{`,
  );
  yield* out.list(size.attachments, (index) => {
    const text = prose(101 + Math.floor(next() * 1000));
    const found = index === size.attachments - 3 ? needle : '';
    return `"${hash(index)}":${JSON.stringify(text + found)}`;
  });
  yield* out.add('},"events_data":{"messages":[');
  yield* out.list(size.messages, (index) => JSON.stringify(pooled(index, size)));
  yield* out.add('],"calls":[]}}');
  yield* out.rest();
}

function pooled(index: number, size: MonsterSize): Record<string, unknown> {
  const content = index % 3 === 0 ? `attachment://${hash(index % size.attachments)}` : prose(80);
  return { ...message(index), content };
}

class Pieces {
  private parts: string[] = [];
  private length = 0;

  *add(text: string): Generator<Buffer> {
    this.parts.push(text);
    this.length += text.length;
    if (this.length > 1 << 20) {
      yield* this.rest();
    }
  }

  *list(count: number, item: (index: number) => string): Generator<Buffer> {
    for (let index = 0; index < count; index++) {
      yield* this.add((index === 0 ? '' : ',') + item(index));
    }
  }

  *rest(): Generator<Buffer> {
    yield Buffer.from(this.parts.join(''));
    this.parts = [];
    this.length = 0;
  }
}

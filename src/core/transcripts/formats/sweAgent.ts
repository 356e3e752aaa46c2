import path from 'node:path';
import type { ByteStore } from '../bytes/byteStore';
import type { SampleIndex } from '../index/sampleIndex';
import type { Shape } from '../json/jsonStream';
import { JsonStream } from '../json/jsonStream';
import { Members } from '../json/members';
import { tryParseJson } from '../json/parseJson';
import type { Part, Role } from '../normalForm';
import { sweAgentUsage } from '../usage';
import { callTitle, firstLine } from '../titles';
import { asArray, asNumber, asObject, asText, firstText, valueText } from '../values';
import type { JsonObject } from '../values';
import type {
  Described,
  Detail,
  OpenedTranscript,
  PieceIndexer,
  SampleIndexer,
  SampleReader,
} from './format';
import { callKind, markCall } from './toolKind';

/** Members of a step that the viewer shows; `query` (once `messages`) repeats the whole prompt in each. */
const stepKeys = [
  'action',
  'observation',
  'response',
  'thought',
  'execution_time',
  'state',
  'extra_info',
];

/**
 * Indexes a SWE-agent trajectory (`sweagent/types.py`). The steps' copies of the whole conversation,
 * which make these files grow quadratically, are skipped and never parsed.
 */
class SweAgentIndexer implements SampleIndexer {
  private readonly members = new Members(stepKeys);
  private info: JsonObject = {};
  private config: JsonObject = {};

  constructor(private readonly index: SampleIndex) {}

  piece(_number: number, base: number): PieceIndexer {
    const shape: Shape = {
      keys: {
        trajectory: { items: { leaf: 'step', members: this.members } },
        history: { items: { leaf: 'message' } },
        info: { leaf: 'info' },
        replay_config: { leaf: 'config' },
        environment: { leaf: 'field' },
      },
    };
    const stream = new JsonStream(shape, {
      value: ({ id, offset, length }, bytes, start, end) => {
        if (id === 'step') {
          this.step(base + offset, length);
        } else if (id === 'message') {
          this.message(asObject(tryParseJson(bytes.subarray(start, end))), base + offset, length);
        } else if (id === 'info') {
          this.info = asObject(tryParseJson(bytes.subarray(start, end)));
        } else if (id === 'config') {
          this.config = configOf(tryParseJson(bytes.subarray(start, end)));
        }
      },
      largeValue: ({ id, offset, length }) => {
        if (id === 'step') {
          this.index.events.add({
            offset: base + offset,
            length,
            kind: 'other',
            type: 'too large',
          });
        }
        this.index.addUnread(
          `A ${id} of ${Math.round(length / 1e6)} MB can only be read as raw bytes.`,
        );
      },
    });
    return {
      push: (chunk) => stream.push(chunk),
      end: () => {
        stream.end();
        if (!stream.complete) {
          this.index.addUnread('The file ends before its JSON does; what is there is shown.');
        }
      },
    };
  }

  finish(store: ByteStore): void {
    const { facts, events, lists } = this.index;
    const { model_stats: stats, exit_status: status, swe_agent_version: version } = this.info;
    facts['status'] = status ?? null;
    facts['formatVersion'] = version ?? null;
    if (typeof stats === 'object' && stats !== null) {
      facts['usage'] = { [modelName(this.info, this.config)]: sweAgentUsage(asObject(stats)) };
    }
    if (events.length === 0 && lists.messages.length > 0) {
      this.showMessages(store);
    }
  }

  private step(offset: number, length: number): void {
    const { index, members } = this;
    const action = members.text('action') ?? '';
    const tool = commandName(action);
    const seconds = members.number('execution_time');
    const ordinal = index.events.add({
      offset,
      length,
      kind: tool === '' ? 'model' : callKind(tool) === 'toolCall' ? 'tool' : callKind(tool),
      type: 'step',
      durationMs: seconds === undefined ? undefined : seconds * 1000,
      tool: tool === '' ? undefined : tool,
    });
    if (tool !== '') {
      index.countToolCall(tool);
      markCall(index, ordinal, tool);
    }
  }

  private message(message: JsonObject, offset: number, length: number): void {
    const { index } = this;
    index.lists.messages.add(offset, length);
    index.messageCount++;
    // What stands before the first answer is the task, which the steps do not repeat.
    if (message['role'] === 'assistant') {
      index.facts['prompts'] ??= index.lists.messages.length - 1;
    }
  }

  private showMessages(store: ByteStore): void {
    const { events, lists } = this.index;
    this.index.rowsAreMessages = true;
    for (let number = 0; number < lists.messages.length; number++) {
      const [offset, length] = [lists.messages.offset(number), lists.messages.size(number)];
      const { role } = asObject(tryParseJson(store.read(offset, length)));
      events.add({ offset, length, kind: 'message', type: asText(role) || 'message' });
    }
  }
}

/** The configuration of a run, which newer versions write as a text of JSON. */
function configOf(value: unknown): JsonObject {
  return asObject(typeof value === 'string' ? tryParseJson(Buffer.from(value)) : value);
}

function modelName(info: JsonObject, config: JsonObject): string {
  const agent = asObject(config['agent']);
  return firstText(
    info['model_name'],
    asObject(info['model'])['name'],
    asObject(agent['model'])['name'],
    'unknown',
  );
}

/** The command that an action starts with, which is SWE-agent's tool. */
function commandName(action: string): string {
  return /^\s*([\w./-]+)/.exec(action)?.[1] ?? '';
}

class SweAgentReader implements SampleReader {
  private readonly members = new Members([]);

  constructor(
    private readonly index: SampleIndex,
    private readonly store: ByteStore,
  ) {}

  describe(ordinal: number, detail: Detail): Described {
    if (this.index.rowsAreMessages) {
      const parts = this.message(ordinal);
      return { title: firstLine(parts[0]?.type === 'text' ? parts[0].text : ''), parts };
    }
    const step = this.step(ordinal);
    const action = asText(step['action']);
    const said = firstText(step['thought'], step['response']);
    const parts: Part[] = [
      ...(ordinal === 0 && detail === 'full' ? this.prompts() : []),
      ...(said === '' ? [] : [{ type: 'text', role: 'assistant', text: said } as const]),
      ...(action === ''
        ? []
        : [
            {
              type: 'toolCall',
              id: '',
              name: commandName(action),
              arguments: { command: action },
            } as const,
          ]),
      { type: 'toolResult', id: '', text: valueText(step['observation']) },
    ];
    return {
      title: action === '' ? firstLine(said) : callTitle('$', { command: action }).slice(3),
      parts,
    };
  }

  resolved(ordinal: number): unknown {
    const { events } = this.index;
    return tryParseJson(this.store.read(events.offset(ordinal), events.size(ordinal)));
  }

  message(number: number): readonly Part[] {
    const { messages } = this.index.lists;
    const message = asObject(
      tryParseJson(this.store.read(messages.offset(number), messages.size(number))),
    );
    const { role, content } = message;
    const text =
      typeof content === 'string'
        ? content
        : asArray(content)
            .map((item) => asText(asObject(item)['text']))
            .join('\n');
    return [{ type: 'text', role: asText(role) as Role, text }];
  }

  private prompts(): Part[] {
    const count = Math.min(asNumber(this.index.facts['prompts']) ?? 0, 10);
    return Array.from({ length: count }, (_, number) => this.message(number)).flat();
  }

  private step(ordinal: number): JsonObject {
    const { events } = this.index;
    const bytes = this.store.read(events.offset(ordinal), events.size(ordinal));
    this.members.walk(bytes, 0, bytes.length);
    const step: Record<string, unknown> = {};
    for (let member = 0; member < this.members.count; member++) {
      const key = this.members.key(member);
      if (stepKeys.includes(key)) {
        step[key] = tryParseJson(
          bytes.subarray(this.members.start(member), this.members.end(member)),
        );
      }
    }
    return step;
  }
}

export function openSweAgent(bytes: ByteStore, file: string): OpenedTranscript {
  const id = path.basename(file).replace(/\.traj(\.json)?$/, '');
  return {
    format: 'swe-agent',
    formatVersion: null,
    status: null,
    task: null,
    samples: [
      {
        info: { id, epoch: 1, events: -1, messages: -1 },
        pieces: [{ label: id, bytes }],
        indexer: (index) => new SweAgentIndexer(index),
        reader: (index, store) => new SweAgentReader(index, store),
      },
    ],
    errors: [],
    unread: [],
    close: () => bytes.close(),
  };
}

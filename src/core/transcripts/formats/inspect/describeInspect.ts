import type { Part, TestRun, TranscriptEvent } from '../../normalForm';
import { isTestTool, parseTestRun, testRunOf } from '../../testRuns';
import { callTitle, cut, commandLine, firstLine, partsTitle } from '../../titles';
import { asArray, asNumber, asObject, asText, firstText, valueText } from '../../values';
import type { JsonObject } from '../../values';
import type { Described, Detail } from '../format';
import { asRole, contentParts, messageParts, partsText, toolError, withView } from './content';
import type { References } from './references';

/** What an event needs of the sample around it. */
export interface EventContext {
  readonly references: References;
  readonly detail: Detail;
  /** The messages that a model call was given since the model spoke last. */
  readonly newInput: () => readonly JsonObject[];
  /** The message that answers a tool call. */
  readonly answer: (id: string) => JsonObject | undefined;
  /** The cases of the final score, where the sample's metadata holds them. */
  readonly scoredCases: () => TestRun | undefined;
  /** Whether the calls of this model event were recorded as tool events of their own. */
  readonly hasToolEvents: boolean;
}

type Describe = (event: JsonObject, context: EventContext) => Described;

const describers: Readonly<Record<string, Describe>> = {
  model,
  tool,
  sandbox,
  score,
  compaction,
  checkpoint,
  error: (event, context) => failure(event['error'], context),
  info: ({ data, source }, { references }) =>
    markText(source, data) ?? said(references.deep(data), asText(source)),
  logger: ({ message }, { references }) => {
    const { level, message: text } = asObject(message);
    return textual(`${asText(level)}: ${references.text(asText(text))}`);
  },
  sample_init: (event, context) => sampleInit(asObject(event['sample']), context),
  sample_limit: ({ type, message, limit }) =>
    textual(
      `${asText(type)} limit${limit === undefined ? '' : ` ${valueText(limit)}`}: ${asText(message)}`,
    ),
  span_begin: (event) => span('begins', event),
  span_end: (event) => span('ends', event),
  step: (event) => span(event['action'] === 'begin' ? 'begins' : 'ends', event),
  state: changes,
  store: changes,
  input: ({ input, message, content }, { references }) =>
    textual(firstText(input, message, partsText(contentParts(content, references, undefined)))),
};

/** What an Inspect event shows (`src/inspect_ai/event/*.py`). */
export function describeInspect(event: JsonObject, context: EventContext): Described {
  const type = asText(event['event']);
  const describe = Object.hasOwn(describers, type) ? describers[type] : undefined;
  const described = (describe ?? other)(event, context);
  return { ...described, title: described.title || partsTitle(described.parts) || type };
}

function textual(text: string): Described {
  return { title: firstLine(text), parts: [{ type: 'text', text }] };
}

function said(data: unknown, source: string): Described {
  if (typeof data === 'string') {
    return textual(data);
  }
  return { title: '', parts: [{ type: 'data', label: source || 'info', value: data }] };
}

/** What runs of `mirrorcode` mark in their logs, as sentences: a kept state, and that a run goes on. */
function markText(source: unknown, data: unknown): Described | undefined {
  const { state, step, resumed } = asObject(data);
  if (typeof step !== 'number') {
    return undefined;
  }
  return source === 'workspace' && typeof state === 'string'
    ? textual(`Files kept after step ${step}.`)
    : source === 'run' && resumed === true
      ? textual(`Run resumed after step ${step}.`)
      : undefined;
}

/** Fields that every event has and no reader looks for. */
const common = new Set([
  'event',
  'uuid',
  'span_id',
  'timestamp',
  'working_start',
  'pending',
  'metadata',
]);

function other(event: JsonObject, { references }: Pick<EventContext, 'references'>): Described {
  const shown = Object.entries(event).filter(([key, value]) => !common.has(key) && value !== null);
  const type = asText(event['event']);
  const value = references.deep(Object.fromEntries(shown));
  return {
    title: cut(`${type} ${valueText(value)}`),
    parts: [{ type: 'data', label: type, value }],
  };
}

function span(verb: string, { name, type }: JsonObject): Described {
  return { title: cut(`${firstText(name, type)} ${verb}`), parts: [] };
}

function changes({ changes: list, event }: JsonObject, { references }: EventContext): Described {
  const all = asArray(list);
  const paths = all.slice(0, 5).map((change) => {
    const { op, path } = asObject(change);
    return `${asText(op)} ${asText(path)}`;
  });
  return {
    title: cut(paths.join(', ')),
    parts: [{ type: 'data', label: asText(event), value: references.deep(all) }],
  };
}

function sampleInit({ input }: JsonObject, { references }: EventContext): Described {
  const parts =
    typeof input === 'string'
      ? contentParts(input, references, 'user')
      : asArray(input).flatMap((message) => messageParts(asObject(message), references));
  return { title: '', parts };
}

function failure(error: unknown, { references }: EventContext): Described {
  const { message, traceback } = asObject(error);
  const text = references.text(asText(message)) || valueText(error);
  const trace = references.text(asText(traceback));
  return {
    title: firstLine(text),
    parts: [
      { type: 'text', text },
      ...(trace === '' ? [] : [{ type: 'text', text: trace } as const]),
    ],
    error: text,
  };
}

function tool(event: JsonObject, { references }: EventContext): Described {
  const name = asText(event['function']);
  const args = references.deep(event['arguments'] ?? {});
  const error = toolError(event['error'], references);
  const result = event['result'];
  const parts = Array.isArray(result)
    ? contentParts(result, references, undefined)
    : [{ type: 'text', text: valueText(references.deep(result)) } as const];
  const text = partsText(parts.filter((part) => part.type !== 'image'));
  const id = asText(event['id']);
  return {
    title: callTitle(name, args),
    parts: [
      { type: 'toolCall', id, name, arguments: args, ...withView(event['view'], args, references) },
      { type: 'toolResult', id, name, text, ...(error === undefined ? {} : { error }) },
      ...parts.filter((part) => part.type === 'image'),
    ],
    error: error ?? null,
    testRun: isTestTool(name) ? (testRunOf(text, event['metadata']) ?? null) : null,
  };
}

function sandbox(event: JsonObject, { references }: EventContext): Described {
  const action = asText(event['action']);
  const text = (key: string) => references.text(asText(event[key]));
  const command = action === 'exec' ? text('cmd') : `${action} ${text('file')}`;
  const exitCode = asNumber(event['result']);
  const output = [text('input'), text('output')].filter((part) => part !== '').join('\n');
  return {
    title: commandLine(command),
    parts: [{ type: 'exec', command, output, ...(exitCode === undefined ? {} : { exitCode }) }],
  };
}

function score(event: JsonObject, { references, detail, scoredCases }: EventContext): Described {
  const given = asObject(event['score']);
  const scorer = asText(event['scorer']) || 'score';
  const intermediate = event['intermediate'] === true;
  const texts = ['answer', 'explanation'] as const;
  const parts: Part[] = [{ type: 'data', label: scorer, value: given['value'] }];
  for (const key of texts) {
    const text = references.text(asText(given[key]));
    if (text !== '') {
      parts.push({ type: 'text', text });
    }
  }
  return {
    title: cut(`${scorer}: ${valueText(given['value'] ?? given)}`),
    parts,
    score: { intermediate, values: given['value'] ?? null },
    testRun:
      detail === 'title'
        ? null
        : (parseTestRun(given['metadata']) ?? (intermediate ? undefined : scoredCases()) ?? null),
  };
}

function compaction(event: JsonObject): Described {
  const before = asNumber(event['tokens_before']) ?? null;
  const after = asNumber(event['tokens_after']) ?? null;
  const type = asText(event['type']) || 'compaction';
  const title = before === null ? type : `${type}: ${before} → ${after ?? '?'} tokens`;
  return {
    title,
    parts: [
      {
        type: 'data',
        label: 'compaction',
        value: { type, before, after, source: event['source'] },
      },
    ],
    compaction: { before, after },
  };
}

/** A snapshot that was taken: its number, why, how large, and of which files. */
function checkpoint(event: JsonObject, { references }: EventContext): Described {
  const megabytes = asNumber(event['size_bytes']);
  const facts = [
    `checkpoint ${valueText(event['checkpoint_id'])}`,
    ...['trigger', 'turn'].flatMap((key) =>
      event[key] === undefined || event[key] === null ? [] : [`${key} ${valueText(event[key])}`],
    ),
    ...(megabytes === undefined ? [] : [`${(megabytes / 1e6).toFixed(1)} MB`]),
  ];
  return { ...other(event, { references }), title: cut(facts.join(' · ')) };
}

function model(event: JsonObject, context: EventContext): Described {
  const { references } = context;
  const output = asObject(event['output']);
  const error = firstText(event['error'], output['error']);
  const message = asObject(asObject(asArray(output['choices'])[0])['message']);
  const answered = messageParts(
    { ...message, role: asRole(message['role']) ?? 'assistant' },
    references,
  );
  const parts: Part[] = context.detail === 'full' ? [...newInput(context), ...answered] : answered;
  if (!context.hasToolEvents && context.detail === 'full') {
    parts.push(...answers(answered, context));
  }
  const failed: Pick<TranscriptEvent, 'error'> = {
    error: error === '' ? null : references.text(error),
  };
  return {
    title: firstLine(failed.error ?? '') || modelTitle(answered, context) || asText(event['model']),
    parts,
    ...failed,
    testRun: bridgedTestRun(parts),
  };
}

/** What the model said, where the calls that it made have events of their own; else its calls. */
function modelTitle(answered: readonly Part[], { hasToolEvents }: EventContext): string {
  const said = answered.find((part) => part.type === 'text' && part.text.trim() !== '');
  return hasToolEvents && said?.type === 'text' ? firstLine(said.text) : partsTitle(answered);
}

/** What people and harness said since the model spoke last. */
function newInput({ newInput: messages, references }: EventContext): Part[] {
  return messages()
    .filter(({ role }) => role !== 'tool')
    .flatMap((message) => messageParts(message, references));
}

/** The results of calls that no tool event carried out, as with agents bridged into Inspect. */
function answers(parts: readonly Part[], { answer, references }: EventContext): Part[] {
  return parts.flatMap((part) => {
    const message = part.type === 'toolCall' ? answer(part.id) : undefined;
    return message === undefined ? [] : messageParts(message, references);
  });
}

function bridgedTestRun(parts: readonly Part[]): TranscriptEvent['testRun'] {
  const tested = parts.find((part) => part.type === 'toolCall' && isTestTool(part.name));
  const result = parts.find(
    (part) => part.type === 'toolResult' && tested?.type === 'toolCall' && part.id === tested.id,
  );
  return result?.type === 'toolResult' ? (parseTestRun(result.text) ?? null) : null;
}

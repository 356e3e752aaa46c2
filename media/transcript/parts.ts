import type { Part, SampleInfo } from '../../src/protocol/transcript';
import { h, icon, textButton } from './dom';
import { kindIcons } from './icons';
import { markdown } from './markdown';
import type { OpenLink } from './markdown';
import { visibleText } from './plainText';
import type { OpenTerminal } from './terminalPane';
import { replacement, textBlock } from './textBlock';

export interface PartContext {
  readonly openLink: OpenLink;
  readonly openTerminal: OpenTerminal;
  readonly samples: () => readonly SampleInfo[];
  readonly openSample: (sample: number) => void;
  readonly commentCase: (ordinal: number, caseName: string) => void;
}

/** Characters of an image's data: 8 MB of it. */
const mostImage = 11_000_000;
const imageData = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;
/** Markdown is laid out up to this length; longer texts are shown as they are. */
const mostMarkdown = 60_000;

/** One piece of an event. Everything in it becomes text; nothing of it is loaded from elsewhere. */
export function partElement(part: Part, context: PartContext): HTMLElement {
  switch (part.type) {
    case 'text':
      return section('text', part.role, prose(part.text, part.role, context));
    case 'reasoning':
      return section(
        'reasoning',
        part.redacted === true ? 'reasoning (summary)' : 'reasoning',
        part.text === ''
          ? h('p', { class: 'quiet' }, 'The provider has withheld it.')
          : prose(part.text, 'assistant', context),
      );
    case 'image':
      return section('image', 'image', image(part.source));
    case 'toolCall':
      return section('call', `call · ${part.name}`, ...call(part, context));
    case 'toolResult':
      return section(
        part.error === undefined ? 'result' : 'result bad',
        part.error === undefined ? 'result' : 'failed',
        textBlock(part.text || (part.error ?? ''), context),
      );
    case 'exec':
      return section('exec', undefined, ...execution(part, context));
    case 'terminal':
      return section('result', `terminal · ${part.stream}`, textBlock(part.data, context));
    case 'data':
      return section('data', part.label, textBlock(jsonText(part.value), context));
    case 'sample':
      return section('sample', 'sub-agent', subAgent(part, context));
  }
}

function section(
  kind: string,
  label: string | undefined,
  ...body: readonly (Node | string)[]
): HTMLElement {
  return h(
    'section',
    { class: `part part-${kind}` },
    label === undefined || label === ''
      ? undefined
      : h('div', { class: 'part-label' }, visibleText(label)),
    ...body,
  );
}

function prose(text: string, role: string | undefined, context: PartContext): HTMLElement {
  return role === 'tool' || text.length > mostMarkdown
    ? textBlock(text, context)
    : markdown(visibleBidi(text), context.openLink);
}

/** Characters that turn text around are told by their number; escape sequences are left out. */
function visibleBidi(text: string): string {
  return visibleText(text);
}

function image(source: string): HTMLElement {
  if (source.length > mostImage || !imageData.test(source)) {
    return h(
      'p',
      { class: 'quiet' },
      source.startsWith('data:')
        ? 'This image is not shown: it is too large, or of a kind that is not shown.'
        : `This image is not in the log and is not loaded: ${visibleText(source.slice(0, 200))}`,
    );
  }
  return h('img', { src: source, alt: 'Image in the transcript' });
}

/** A call as its tool would have it shown; else, and for edits, its arguments. */
function call(part: Part & { type: 'toolCall' }, context: PartContext): HTMLElement[] {
  const { view, arguments: given } = part;
  const named = callArguments(given, context);
  if (view === undefined || isEdit(given)) {
    return [named];
  }
  const { title, content } = view;
  return [
    ...(title === '' || title === part.name
      ? []
      : [h('div', { class: 'view-title' }, visibleText(title))]),
    view.format === 'markdown' ? prose(content, undefined, context) : textBlock(content, context),
    h('details', {}, h('summary', {}, 'Arguments'), named),
  ];
}

const edited = ['old_str', 'old_string', 'new_str', 'new_string'];

function isEdit(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).some((name) => edited.includes(name))
  );
}

function callArguments(value: unknown, context: PartContext): HTMLElement {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return argumentText('', value, context);
  }
  const given = value as Readonly<Record<string, unknown>>;
  const before = given['old_str'] ?? given['old_string'];
  const after = given['new_str'] ?? given['new_string'];
  const edit = typeof before === 'string' && typeof after === 'string';
  const shown = Object.entries(given).filter(
    ([name]) => !edit || !/^(?:old|new)_str(?:ing)?$/.test(name),
  );
  return h(
    'dl',
    { class: 'arguments' },
    ...shown.flatMap(([name, inner]) => [
      h('dt', {}, visibleText(name)),
      h('dd', {}, argumentText(name, inner, context)),
    ]),
    ...(edit
      ? [
          h('dt', {}, 'replaces'),
          h('dd', {}, textBlock(replacement(before, after), { diff: true })),
        ]
      : []),
  );
}

function argumentText(name: string, value: unknown, context: PartContext): HTMLElement {
  const text = jsonText(value);
  const patch = /^(?:patch|diff|input)$/.test(name) && /^(?:\*\*\* |--- |diff |@@)/m.test(text);
  return text.includes('\n') || text.length > 90
    ? textBlock(text, patch ? { diff: true } : context)
    : h('code', { class: 'inline-value' }, visibleText(text));
}

function execution(part: Part & { type: 'exec' }, context: PartContext): Node[] {
  const { command, output, exitCode } = part;
  const code =
    exitCode === undefined
      ? undefined
      : h('span', { class: exitCode === 0 ? 'badge' : 'badge bad' }, `exit ${exitCode}`);
  return [
    h('div', { class: 'part-label' }, 'command', code),
    textBlock(command, context),
    ...(output === ''
      ? []
      : [h('div', { class: 'part-label' }, 'output'), textBlock(output, context)]),
  ];
}

function subAgent(part: Part & { type: 'sample' }, context: PartContext): HTMLElement {
  const index = context.samples().findIndex(({ id }) => String(id) === part.sampleId);
  return index < 0
    ? h('p', {}, visibleText(part.label))
    : h(
        'p',
        {},
        icon(kindIcons.spanBegin),
        textButton(visibleText(part.label), () => context.openSample(index)),
      );
}

export function jsonText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return value === undefined ? '' : JSON.stringify(value, undefined, 2);
}

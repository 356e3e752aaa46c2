import type { EventSummary } from '../../src/protocol/transcript';
import { h, icon } from './dom';
import { clockText, costText, durationText, tokensText } from './format';
import { icons, kindIcons, kindNames } from './icons';
import { visibleText } from './plainText';
import type { Replay } from './replay';

/** What a row shows inside when it is expanded. */
export type ExpandedBody = (ordinal: number) => HTMLElement;

export function createRow(): HTMLElement {
  const element = h('div', { class: 'event-row', role: 'row' });
  return element;
}

/** Shows an event in a row; until its summary has come, the row keeps its place. */
export function drawRow(
  element: HTMLElement,
  replay: Replay,
  ordinal: number,
  body: ExpandedBody,
): void {
  const summary = replay.cache.summary(ordinal);
  const kind = summary?.kind ?? replay.kind(ordinal);
  const expanded = replay.expanded.has(ordinal);
  const current = ordinal === replay.current;
  element.id = `event-${ordinal}`;
  element.dataset['ordinal'] = String(ordinal);
  element.className = ['event-row', `kind-${kind}`, ...classes(replay, ordinal, summary)].join(' ');
  element.setAttribute('aria-selected', String(current));
  element.setAttribute('aria-expanded', String(expanded));
  element.setAttribute('aria-level', String(1 + (summary?.depth ?? 0)));
  element.replaceChildren(
    h(
      'div',
      { class: 'event-line', role: 'gridcell' },
      ...line(replay, ordinal, summary, expanded),
    ),
  );
  element
    .querySelector<HTMLElement>('.event-line')
    ?.style.setProperty('--depth', String(Math.min(8, summary?.depth ?? 0)));
  if (expanded) {
    element.append(h('div', { class: 'event-body', role: 'gridcell' }, body(ordinal)));
  }
}

function classes(replay: Replay, ordinal: number, summary: EventSummary | undefined): string[] {
  return [
    ordinal === replay.current && 'current',
    summary?.failed === true && 'failed',
    summary?.aside === true && 'aside',
    replay.search?.ordinals.has(ordinal) === true && 'match',
    replay.expanded.has(ordinal) && 'expanded',
    summary === undefined && 'pending',
  ].filter((name) => name !== false);
}

function line(
  replay: Replay,
  ordinal: number,
  summary: EventSummary | undefined,
  expanded: boolean,
): (Node | string | undefined)[] {
  const kind = summary?.kind ?? replay.kind(ordinal);
  const commented = replay.comments.some((comment) => concerns(comment, replay.sample, ordinal));
  return [
    h('span', { class: 'ordinal' }, String(ordinal)),
    h('span', { class: 'twist' }, icon(expanded ? icons.chevronDown : icons.chevronRight)),
    h(
      'span',
      { class: 'kind', title: kindNames[kind] },
      icon(kindIcons[kind]),
      h('span', { class: 'visually-hidden' }, kindNames[kind]),
    ),
    label(summary),
    h('span', { class: 'title' }, visibleText(titleOf(replay, summary))),
    commented ? h('span', { class: 'mark', title: 'Commented' }, icon(icons.comment)) : undefined,
    summary?.failed === true ? h('span', { class: 'badge bad' }, 'failed') : undefined,
    ...numbers(replay, summary),
  ];
}

function label(summary: EventSummary | undefined): Node | undefined {
  if (summary === undefined || summary.kind === 'spanBegin' || summary.kind === 'spanEnd') {
    return undefined;
  }
  const { kind, type, tool, model } = summary;
  const role = ['system', 'user', 'assistant', 'tool'].find((one) => type.includes(one));
  if (kind === 'model' && summary.title !== '') {
    // What it said tells more than its name, which the detail gives.
    return undefined;
  }
  const name = tool ?? (kind === 'model' ? model?.split('/').at(-1) : undefined);
  const text = name ?? (kind === 'message' ? (role ?? type) : kindNames[kind].toLowerCase());
  return h('span', { class: 'label' }, visibleText(text));
}

/** The title without what the label beside it says already; of a test run, how many cases passed. */
function titleOf(replay: Replay, summary: EventSummary | undefined): string {
  const { title = '', tool = null, kind, ordinal = -1 } = summary ?? {};
  const counts = kind === 'testRun' ? replay.markerLabel(ordinal, 'testRun') : undefined;
  if (counts !== undefined && /^\d+\/\d+$/.test(counts)) {
    return `${counts.replace('/', ' of ')} cases passed`;
  }
  const rest = tool !== null && title.startsWith(tool) ? title.slice(tool.length) : undefined;
  return rest !== undefined && /^(?::? |$)/.test(rest) ? rest.replace(/^:? /, '') : title;
}

function numbers(replay: Replay, summary: EventSummary | undefined): (Node | undefined)[] {
  if (summary === undefined) {
    return [];
  }
  const { usage, durationMs, ordinal } = summary;
  const elapsed = replay.elapsed(ordinal);
  const cost = usage?.costUsd ?? 0;
  return [
    usage === null
      ? undefined
      : h(
          'span',
          { class: 'number tokens', title: 'Tokens in and out of this call' },
          `${tokensText(usage.inputUncached + usage.cacheRead + usage.cacheWrite)} → ${tokensText(usage.output)}`,
        ),
    cost > 0 ? h('span', { class: 'number cost' }, costText(cost)) : undefined,
    durationMs !== null && durationMs >= 1
      ? h('span', { class: 'number duration', title: 'How long it took' }, durationText(durationMs))
      : undefined,
    Number.isNaN(elapsed)
      ? undefined
      : h('span', { class: 'number clock', title: 'Since the start' }, clockText(elapsed)),
  ];
}

export function concerns(
  comment: { readonly sample: number; readonly ordinal: number; readonly lastOrdinal?: number },
  sample: number,
  ordinal: number,
): boolean {
  return (
    comment.sample === sample &&
    ordinal >= comment.ordinal &&
    ordinal <= (comment.lastOrdinal ?? comment.ordinal)
  );
}

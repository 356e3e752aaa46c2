import type { Comment, TranscriptEvent, Usage } from '../../src/protocol/transcript';
import { casesGrid } from './casesGrid';
import { CommentEditor } from './commentEditor';
import { h, icon, textButton, toolButton } from './dom';
import type { Child } from './dom';
import { bytesText, clockText, costText, durationText, percentText, tokensText } from './format';
import { icons, kindIcons, kindNames } from './icons';
import { jsonText, partElement } from './parts';
import type { PartContext } from './parts';
import { visibleText } from './plainText';
import type { Replay } from './replay';
import { textBlock } from './textBlock';

/** Milliseconds. */
const oneYear = 365 * 24 * 60 * 60 * 1000;

type Face = 'event' | 'json' | 'resolved';
const faces: readonly (readonly [Face, string])[] = [
  ['event', 'Event'],
  ['json', 'Raw JSON'],
  ['resolved', 'Exact Call'],
];

/** One event whole: what it says, its record, the exact call of its model, and what was said of it. */
export class DetailView {
  readonly element = h('div', {
    class: 'detail',
    role: 'region',
    'aria-label': 'Selected event',
    tabindex: 0,
  });
  private readonly head = h('div', { class: 'detail-head' });
  private readonly body = h('div', { class: 'detail-body' });
  private readonly comments: CommentEditor;
  private face: Face = 'event';
  private shown: TranscriptEvent | Error | undefined;
  private shownOrdinal = -1;

  constructor(
    private readonly replay: Replay,
    private readonly context: PartContext,
  ) {
    this.comments = new CommentEditor(replay);
    this.element.append(this.head, this.body, this.comments.element);
    replay.onChange((change) => {
      if (change === 'current' || change === 'events' || change === 'shape') {
        this.show();
      }
    });
  }

  /** Opens the field for a comment that there is, or for a new one on the current event. */
  comment(comment?: Comment): void {
    this.comments.write(comment);
  }

  /** Opens the field for a comment on a case of the current event. */
  commentCase(ordinal: number, caseName: string): void {
    this.comments.write({ ordinal, caseName });
  }

  setFace(face: Face): void {
    this.face = face;
    this.shown = undefined;
    this.show();
  }

  nextFace(): void {
    const at = faces.findIndex(([face]) => face === this.face);
    this.setFace(faces[(at + 1) % faces.length]?.[0] ?? 'event');
  }

  private show(): void {
    const { replay } = this;
    if (this.element.hidden || replay.count === 0) {
      return;
    }
    const { current } = replay;
    const event = replay.cache.event(current);
    if (event === this.shown && current === this.shownOrdinal) {
      return;
    }
    if (event === undefined && this.shown !== undefined) {
      // What was there stays until the new event has come, so that stepping does not flicker.
      this.body.classList.toggle('waiting', current !== this.shownOrdinal);
      return;
    }
    this.body.classList.remove('waiting');
    if (current !== this.shownOrdinal) {
      this.element.scrollTop = 0;
    }
    this.shown = event;
    this.shownOrdinal = current;
    if (event === undefined || event instanceof Error) {
      this.head.replaceChildren();
      this.body.replaceChildren(h('p', { class: 'quiet' }, event?.message ?? ''));
      return;
    }
    this.head.replaceChildren(...this.heading(event));
    this.fill(event);
  }

  private heading(event: TranscriptEvent): Node[] {
    const { replay } = this;
    const place = { sample: replay.sample, ordinal: event.ordinal };
    const { channel } = replay;
    return [
      h(
        'div',
        { class: 'detail-title' },
        h('span', { class: `kind kind-${event.kind}` }, icon(kindIcons[event.kind])),
        h('h2', {}, `${kindNames[event.kind]} ${event.ordinal}`),
        h('span', { class: 'spacer' }),
        toolButton(icons.comment, 'Comment (M)', () => this.comment()),
        toolButton(icons.files, 'Files at this event (F2)', () => channel.send('filesAt', place)),
        toolButton(icons.diff, 'What this event changed in files (D)', () =>
          channel.send('changes', { ...place, since: 'event' }),
        ),
        toolButton(icons.link, 'Copy a link to this event (Y)', () =>
          channel.send('copyLink', place),
        ),
      ),
      h('div', { class: 'facts' }, ...facts(replay, event)),
      this.tabs(),
    ];
  }

  private tabs(): HTMLElement {
    const tab = ([face, name]: readonly [Face, string]) =>
      h(
        'button',
        {
          type: 'button',
          class: 'face',
          'aria-pressed': String(face === this.face),
          onclick: () => this.setFace(face),
        },
        name,
      );
    return h(
      'div',
      { class: 'faces', role: 'group', 'aria-label': 'Show as (R)' },
      ...faces.map(tab),
    );
  }

  private fill(event: TranscriptEvent): void {
    if (this.face === 'event') {
      this.body.replaceChildren(...eventElements(event, this.replay, this.context));
      return;
    }
    const place = { sample: this.replay.sample, ordinal: event.ordinal };
    const resolved = this.face === 'resolved';
    this.body.replaceChildren(h('p', { class: 'quiet' }, 'Reading…'));
    void this.replay.channel.request('record', { ...place, resolved }).then(
      ({ text, cut }) => {
        if (this.shownOrdinal === event.ordinal) {
          this.body.replaceChildren(
            textButton(cut ? 'Open all of it in an editor' : 'Open in an editor', () =>
              this.replay.channel.send('openRecord', { ...place, resolved }),
            ),
            textBlock(text),
          );
        }
      },
      (error: unknown) => this.body.replaceChildren(h('p', { class: 'bad' }, String(error))),
    );
  }
}

/** What an event shows, in the detail or expanded in its row. */
export function eventElements(
  event: TranscriptEvent,
  replay: Replay,
  context: PartContext,
): HTMLElement[] {
  const { testRun, score, compaction, error, parts, unread } = event;
  const shown = parts.map((part) => partElement(part, context));
  // The grid says the same as a result that lists its cases, and says it better.
  const isListed = event.kind === 'testRun' && (testRun?.cases?.length ?? 0) > 0;
  const elements = isListed
    ? [h('details', { class: 'part' }, h('summary', {}, 'Call and result as they are'), ...shown)]
    : shown;
  if (testRun !== null) {
    elements.unshift(
      casesGrid(testRun, replay, { ordinal: event.ordinal, comment: context.commentCase }),
    );
  }
  if (compaction !== null) {
    const tokens = (value: number | null) => (value === null ? '?' : tokensText(value));
    elements.unshift(
      note(
        `The context was compacted: ${tokens(compaction.before)} → ${tokens(compaction.after)} tokens.`,
      ),
    );
  }
  if (score !== null) {
    elements.unshift(
      h(
        'section',
        { class: 'part' },
        h('div', { class: 'part-label' }, score.intermediate ? 'intermediate score' : 'score'),
        textBlock(jsonText(score.values)),
      ),
    );
  }
  if (error !== null && !parts.some((part) => 'text' in part && part.text.includes(error))) {
    elements.push(
      h(
        'section',
        { class: 'part part-result bad' },
        h('div', { class: 'part-label' }, 'error'),
        textBlock(error),
      ),
    );
  }
  elements.push(...unread.map((sentence) => note(sentence)));
  return elements.length > 0 ? elements : [note('This event says no more than its title.')];
}

function note(text: string): HTMLElement {
  return h('p', { class: 'quiet' }, visibleText(text));
}

function facts(replay: Replay, event: TranscriptEvent): Child[] {
  const { usage, durationMs, time, pair, bytes, tool, model, testRun, ordinal } = event;
  const fact = (name: string, ...value: readonly Child[]) =>
    h('span', { class: 'fact' }, h('span', { class: 'fact-name' }, name), ' ', ...value);
  const elapsed = replay.elapsed(ordinal);
  const known: (Node | undefined)[] = [
    event.failed ? h('span', { class: 'badge bad' }, 'failed') : undefined,
    fact('type', visibleText(event.type)),
    tool === null ? undefined : fact('tool', visibleText(tool)),
    model === null ? undefined : fact('model', visibleText(model)),
    testRun === null
      ? undefined
      : fact(
          'passed',
          `${testRun.passed} of ${testRun.total}`,
          testRun.total > 0 && ` (${percentText(testRun.passed / testRun.total)})`,
        ),
    time === null
      ? undefined
      : fact(
          'at',
          [
            // A recording that does not say when it was made counts from 1970.
            ...(time < oneYear
              ? []
              : [new Date(time).toISOString().slice(0, 19).replace('T', ' ')]),
            ...(Number.isNaN(elapsed) ? [] : [clockText(elapsed)]),
          ].join(' · '),
        ),
    durationMs === null ? undefined : fact('took', durationText(durationMs)),
    usage === null ? undefined : fact('tokens', usageText(usage)),
    pair < 0
      ? undefined
      : fact(
          pair > ordinal ? 'answered by' : 'answers',
          textButton(`event ${pair}`, () => replay.seek(pair)),
        ),
    fact('size', bytesText(bytes)),
  ];
  return known;
}

function usageText(usage: Usage): string {
  const named: readonly (readonly [string, number])[] = [
    ['new', usage.inputUncached],
    ['cache read', usage.cacheRead],
    ['cache write', usage.cacheWrite],
    ['out', usage.output],
    ['reasoning', usage.reasoning],
  ];
  const texts = named.flatMap(([name, count]) =>
    count > 0 ? [`${tokensText(count)} ${name}`] : [],
  );
  const cost = usage.costUsd === null || usage.costUsd === 0 ? [] : [costText(usage.costUsd)];
  return [...texts, ...cost].join(' · ');
}

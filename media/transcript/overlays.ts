import type { Comment } from '../../src/protocol/transcript';
import { commentElement } from './commentEditor';
import { h, textButton, toolButton } from './dom';
import { icons } from './icons';
import { ordinalAtTime } from './rail';
import type { Replay } from './replay';

const helpKeys: readonly (readonly [string, string])[] = [
  ['Space', 'Play or pause'],
  ['← →  or  ↑ ↓', 'Previous, next event'],
  ['< >', 'Slower, faster (1× to 64×)'],
  ['j  k', 'Next, previous turn'],
  ['l  h', 'Next, previous agent, or span where no agents are told apart'],
  ['g g   G', 'First, last event'],
  ['g', 'Then a number and Enter: go to event'],
  [':', 'Go to an event, a time or a percentage'],
  ['e  E', 'Next, previous error'],
  ['t  T', 'Next, previous test run or score'],
  ['c  C', 'Next, previous compaction'],
  ['s  S', 'Next, previous submit'],
  ['[  ]', 'Previous, next marker of any kind'],
  ['n  N', 'Next, previous match'],
  ['/', 'Search'],
  ['f', 'Filter'],
  ['Enter', 'Open or close the event in place'],
  ['z', 'Close all events'],
  ['r', 'Event, raw JSON, exact call'],
  ['p', 'Go to the answer or the call of this event'],
  ['a', 'Cases in all attempts'],
  ['m', 'Comment on the event'],
  ['M', 'All comments'],
  ['w', 'Export events as HTML, Markdown or JSON lines'],
  ['y', 'Copy a link to the event'],
  ['F2', 'Files at this event'],
  ['d', 'What this event changed in files'],
  ['D', 'What changed since the last test run'],
  ['o', 'Show or hide the outline'],
  ['v', 'Show or hide the detail'],
  ['x', 'Rail by events or by time'],
  ['?', 'This list'],
];

/** A dialog over the view; Escape closes it and gives the focus back. */
export function openDialog(label: string, ...body: readonly HTMLElement[]): HTMLDialogElement {
  const before = document.activeElement;
  const dialog = h('dialog', { 'aria-label': label });
  dialog.append(
    h(
      'header',
      {},
      h('h2', {}, label),
      h('span', { class: 'spacer' }),
      toolButton(icons.close, 'Close (Escape)', () => dialog.close()),
    ),
    ...body,
  );
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement) {
      before.focus();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Closes a dialog and goes on once the focus is back where it was: what follows may move it. */
export function closeThen(dialog: HTMLDialogElement, next: () => void): void {
  dialog.addEventListener('close', next, { once: true });
  dialog.close();
}

export function openHelp(): void {
  openDialog(
    'Keys',
    h(
      'dl',
      { class: 'keys' },
      ...helpKeys.flatMap(([keys, does]) => [
        h('dt', {}, ...keys.split(/ {2,}/).map((key) => h('kbd', {}, key))),
        h('dd', {}, does),
      ]),
    ),
  );
}

/** Asks where to go: an event's number, a time since the start, or a share of the run. */
export function openGoTo(replay: Replay): void {
  const input = h('input', {
    class: 'field',
    'aria-label': 'Where to go',
    placeholder: `0 to ${Math.max(0, replay.count - 1)}, 1:23, 50%, or a link`,
  });
  const problem = h('p', { class: 'bad', role: 'alert' });
  const form = h(
    'form',
    {
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        const ordinal = placeOf(replay, input.value.trim());
        if (ordinal === undefined) {
          problem.textContent =
            'Give the number of an event, a time as 1:23, a share as 50%, or a link to an event of this sample.';
        } else {
          dialog.close();
          replay.goTo(ordinal);
        }
      },
    },
    h('div', { class: 'form-row' }, input, h('button', { class: 'button', type: 'submit' }, 'Go')),
    problem,
  );
  const dialog = openDialog('Go To', form);
  input.focus();
}

/** The event that a text names: `12`, `0:42`, `1:02:03`, `50%`, or a link; `undefined` for anything else. */
export function placeOf(replay: Replay, text: string): number | undefined {
  const last = Math.max(0, replay.count - 1);
  if (/^\d+$/.test(text)) {
    return Math.min(Number(text), last);
  }
  const link = /^[\w-]+:\/\/\S+[?&]event=(\d+)/.exec(text);
  if (link !== null) {
    return Number(/[?&]sample=(\d+)/.exec(text)?.[1] ?? 0) === replay.sample
      ? Math.min(Number(link[1]), last)
      : undefined;
  }
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  if (percent !== null) {
    return Math.round((Math.min(100, Number(percent[1])) / 100) * last);
  }
  if (/^\d+(?::\d{1,2}){1,2}$/.test(text)) {
    const seconds = text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    return ordinalAtTime(replay, seconds * 1000);
  }
  return undefined;
}

/** All comments, to go to, to filter by tag, and to export. */
export function openComments(replay: Replay, onEdit: (comment: Comment) => void): void {
  const list = h('div', { class: 'comment-list' });
  const tag = h('select', { class: 'field', 'aria-label': 'Tag' });
  const tags = [...new Set(replay.comments.flatMap((comment) => comment.tags))].sort();
  tag.append(
    h('option', { value: '' }, 'All tags'),
    ...tags.map((one) => h('option', { value: one }, one)),
  );
  const show = () => {
    const shown = replay.comments.filter(
      (comment) => tag.value === '' || comment.tags.includes(tag.value),
    );
    list.replaceChildren(
      ...shown.map((comment) =>
        commentElement(comment, replay, () =>
          closeThen(dialog, () => {
            replay.goTo(comment.ordinal);
            onEdit(comment);
          }),
        ),
      ),
      ...(shown.length === 0
        ? [h('p', { class: 'quiet' }, 'No comments yet. Select an event and press m to write one.')]
        : []),
    );
  };
  tag.addEventListener('change', show);
  replay.onChange((change) => {
    if (change === 'comments' && list.isConnected) {
      show();
    }
  });
  const exported = textButton('Export as Markdown', () =>
    replay.channel.send('exportComments', undefined),
  );
  const dialog = openDialog('Comments', h('div', { class: 'form-row' }, tag, exported), list);
  list.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('header > .link-button') !== null) {
      const [first] = [event.target.closest('header')?.querySelector('.link-button')];
      if (first === event.target) {
        dialog.close();
      }
    }
  });
  show();
}

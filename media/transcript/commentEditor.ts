import type { Comment } from '../../src/protocol/transcript';
import { h, textButton, toolButton } from './dom';
import { concerns } from './eventRow';
import { icons } from './icons';
import { visibleText } from './plainText';
import type { Replay } from './replay';

/** What a new comment speaks of. */
interface CommentSubject {
  readonly ordinal: number;
  readonly caseName?: string;
}

/** The comments on the current event, and the field for a new one. */
export class CommentEditor {
  readonly element = h('div', { class: 'comments' });
  /** The comment that is written: its id, or '' for a new one. */
  private writing: string | undefined;
  private about: CommentSubject = { ordinal: -1 };

  constructor(private readonly replay: Replay) {
    replay.onChange((change) => {
      if (change === 'comments' || (change === 'current' && this.writing === undefined)) {
        this.show();
      }
    });
  }

  /** Opens the field: for a comment that there is, or for a new one on an event or one of its cases. */
  write(about: Comment | CommentSubject = { ordinal: this.replay.current }): void {
    this.writing = 'id' in about ? about.id : '';
    this.about = about;
    this.show();
    this.element.querySelector('textarea')?.focus();
  }

  private show(): void {
    const { comments, sample, current } = this.replay;
    const here = comments.filter((comment) => concerns(comment, sample, current));
    const written = comments.find(({ id }) => id === this.writing);
    this.element.replaceChildren(
      ...here
        .filter(({ id }) => id !== this.writing)
        .map((comment) => commentElement(comment, this.replay, () => this.write(comment))),
      ...(this.writing === undefined ? [] : [this.form(written)]),
    );
  }

  private form(comment: Comment | undefined): HTMLElement {
    const { caseName } = this.about;
    const text = h('textarea', {
      class: 'field',
      rows: 4,
      placeholder: `What is worth saying about this ${caseName === undefined ? 'event' : 'case'}`,
      'aria-label': `Comment on ${placeText(this.about)}`,
    });
    text.value = comment?.text ?? '';
    const tags = h('input', {
      class: 'field',
      placeholder: 'Tags, separated by commas',
      'aria-label': 'Tags',
    });
    tags.value = comment?.tags.join(', ') ?? '';
    const last = h('input', {
      class: 'field last-event',
      type: 'number',
      min: this.about.ordinal,
      placeholder: 'to event',
      'aria-label': 'Last event that it speaks of',
    });
    last.value = comment?.lastOrdinal === undefined ? '' : String(comment.lastOrdinal);
    const problem = h('p', { class: 'bad', role: 'alert' });
    const save = () => {
      if (text.value.trim() === '') {
        problem.textContent = 'Write something first, or press Escape.';
        return;
      }
      const lastOrdinal = Number(last.value);
      void this.replay.channel
        .request('saveComment', {
          ...(comment === undefined ? {} : { id: comment.id }),
          sample: this.replay.sample,
          ordinal: this.about.ordinal,
          ...(caseName === undefined ? {} : { caseName }),
          ...(last.value !== '' && lastOrdinal > this.about.ordinal ? { lastOrdinal } : {}),
          text: text.value,
          tags: tags.value
            .split(',')
            .map((tag) => tag.trim())
            .filter((tag) => tag !== ''),
        })
        .then(
          () => {
            this.close();
            return this.replay.readComments();
          },
          (error: unknown) => {
            problem.textContent = error instanceof Error ? error.message : String(error);
          },
        );
    };
    return h(
      'form',
      {
        class: 'comment-form',
        onsubmit: (event: SubmitEvent) => {
          event.preventDefault();
          save();
        },
        onkeydown: (event: KeyboardEvent) => {
          event.stopPropagation();
          if (event.key === 'Escape') {
            this.close();
          } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            save();
          }
        },
      },
      ...(caseName === undefined
        ? []
        : [h('div', { class: 'part-label' }, visibleText(`case ${caseName}`))]),
      text,
      h('div', { class: 'form-row' }, tags, ...(caseName === undefined ? [last] : [])),
      problem,
      h(
        'div',
        { class: 'form-row' },
        h('button', { class: 'button', type: 'submit' }, 'Save Comment'),
        textButton('Cancel', () => this.close()),
      ),
    );
  }

  private close(): void {
    this.writing = undefined;
    this.show();
    this.replay.tell('layout');
  }
}

/** One comment: who said what, and what can be done with it. */
export function commentElement(comment: Comment, replay: Replay, onEdit: () => void): HTMLElement {
  const remove = () =>
    void replay.channel.request('deleteComment', { id: comment.id }).then(
      () => replay.readComments(),
      () => undefined,
    );
  const range = placeText(comment);
  return h(
    'article',
    { class: 'comment' },
    h(
      'header',
      {},
      textButton(visibleText(capital(range)), () => replay.goTo(comment.ordinal)),
      h(
        'span',
        { class: 'quiet' },
        `${visibleText(comment.author)} · ${comment.created.slice(0, 16).replace('T', ' ')}`,
      ),
      ...comment.tags.map((tag) => h('span', { class: 'badge' }, visibleText(tag))),
      h('span', { class: 'spacer' }),
      textButton('Edit', onEdit),
      toolButton(icons.remove, visibleText(`Delete the comment on ${range}`), remove),
    ),
    h('div', { class: 'comment-text' }, visibleText(comment.text)),
  );
}

function placeText({
  ordinal,
  lastOrdinal,
  caseName,
}: CommentSubject & { readonly lastOrdinal?: number }): string {
  const events =
    lastOrdinal === undefined ? `event ${ordinal}` : `events ${ordinal}–${lastOrdinal}`;
  return caseName === undefined ? events : `${events}, case ${caseName}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

import { h, toolButton } from './dom';
import { countText } from './format';
import { icons, kindNames } from './icons';
import { eventKinds } from '../../src/protocol/transcript';
import type { EventKind, Query } from '../../src/protocol/transcript';
import { visibleText } from './plainText';
import { SearchState } from './replay';
import type { Replay } from './replay';
import { countBefore } from './visibleRows';

/** Milliseconds after the last key before the search starts. */
const typingMs = 200;

/** Searches everything that events show; hits come as they are found. */
export class SearchBand {
  readonly element = h('div', { class: 'band', role: 'search', hidden: true });
  readonly input = h('input', {
    class: 'field query',
    type: 'text',
    placeholder: 'Search everything',
    'aria-label': 'Search everything',
    spellcheck: 'false',
  });
  private readonly kind = h('select', {
    class: 'field',
    'aria-label': 'Kind of event to search in',
  });
  private readonly status = h('span', { class: 'quiet search-status', role: 'status' });
  private readonly excerpt = h('span', { class: 'excerpt quiet' });
  private regex = false;
  private matchCase = false;
  private number = 0;
  private abort: AbortController | undefined;
  private timer = 0;

  constructor(
    private readonly replay: Replay,
    private readonly onClose: () => void,
  ) {
    this.kind.append(h('option', { value: '' }, 'All kinds'));
    this.kind.append(...eventKinds.map((kind) => h('option', { value: kind }, kindNames[kind])));
    this.kind.addEventListener('change', () => this.start());
    this.input.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.start(), typingMs);
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        this.step(event.shiftKey ? -1 : 1);
      }
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.close();
      }
    });
    this.element.append(
      this.input,
      this.toggle('Aa', 'Match case', (on) => (this.matchCase = on)),
      this.toggle('.*', 'Regular expression', (on) => (this.regex = on)),
      this.kind,
      toolButton(icons.previous, 'Previous match (Shift+N)', () => this.step(-1)),
      toolButton(icons.next, 'Next match (N)', () => this.step(1)),
      this.status,
      this.excerpt,
      h('span', { class: 'spacer' }),
      toolButton(icons.close, 'Close the search (Escape)', () => this.close()),
    );
    replay.channel.on('hits', (hits) => {
      if (replay.search?.id === hits.search) {
        replay.search.add(hits);
        replay.tell('search');
      }
    });
    replay.onChange((change) => {
      if (change === 'search' || change === 'current') {
        this.show();
        this.lookCloser();
      }
    });
  }

  open(text?: string): void {
    this.element.hidden = false;
    if (text !== undefined) {
      this.input.value = text;
      this.start();
    }
    this.input.focus();
    this.input.select();
  }

  /** Searches what has become of a file that was written anew. */
  again(): void {
    if (!this.element.hidden) {
      this.start({ keepsPlace: true });
    }
  }

  close(): void {
    this.abort?.abort();
    this.element.hidden = true;
    this.replay.search = undefined;
    this.replay.tell('search');
    this.onClose();
  }

  /** Goes to the next or previous hit, around the end. */
  step(direction: 1 | -1): void {
    const { replay } = this;
    const hits = replay.search?.inOrder ?? new Uint32Array();
    const found = replay.neighbour(hits, direction) ?? hits.at(direction > 0 ? 0 : -1);
    if (found !== undefined) {
      replay.goTo(found);
    }
  }

  private toggle(label: string, title: string, set: (on: boolean) => void): HTMLElement {
    const button = h(
      'button',
      {
        class: 'tool',
        type: 'button',
        title,
        'aria-label': title,
        'aria-pressed': 'false',
        onclick: () => {
          const on = button.getAttribute('aria-pressed') !== 'true';
          button.setAttribute('aria-pressed', String(on));
          set(on);
          this.start();
        },
      },
      label,
    );
    return button;
  }

  private start({ keepsPlace = false }: { keepsPlace?: boolean } = {}): void {
    this.abort?.abort();
    const { replay } = this;
    const text = this.input.value;
    this.input.removeAttribute('aria-invalid');
    if (text === '') {
      replay.search = undefined;
      replay.tell('search');
      return;
    }
    const abort = new AbortController();
    this.abort = abort;
    const id = ++this.number;
    const query = this.query(text);
    replay.search = new SearchState(id, query);
    replay.tell('search');
    void this.run(id, query, { signal: abort.signal, keepsPlace });
  }

  private query(text: string): Query {
    const kind = this.kind.value as EventKind | '';
    return {
      text,
      regex: this.regex,
      matchCase: this.matchCase,
      ...(kind === '' ? {} : { kinds: [kind] }),
    };
  }

  private async run(
    id: number,
    query: Query,
    { signal, keepsPlace }: { readonly signal: AbortSignal; readonly keepsPlace: boolean },
  ): Promise<void> {
    const { replay } = this;
    try {
      const { stopped, about } = await replay.channel.request(
        'search',
        { sample: replay.sample, search: id, query },
        { signal, timeoutMs: Number.POSITIVE_INFINITY },
      );
      if (replay.search?.id === id) {
        Object.assign(replay.search, { done: true, stopped, about });
        replay.tell('search');
        if (!keepsPlace && !replay.search.ordinals.has(replay.current)) {
          this.step(1);
        }
      }
    } catch (error) {
      if (!signal.aborted && replay.search?.id === id) {
        Object.assign(replay.search, {
          done: true,
          problem: error instanceof Error ? error.message : String(error),
        });
        this.input.setAttribute('aria-invalid', 'true');
        replay.tell('search');
      }
    }
  }

  private show(): void {
    const { search, current } = this.replay;
    this.excerpt.replaceChildren();
    if (search === undefined) {
      this.status.textContent = '';
      return;
    }
    if (search.problem !== undefined) {
      this.status.textContent = search.problem;
      return;
    }
    this.status.textContent = statusText(search, current);
    const hit = search.excerpts.get(current);
    if (hit !== undefined) {
      this.excerpt.append(
        visibleText(hit.excerpt.slice(0, hit.from)),
        h('mark', {}, visibleText(hit.excerpt.slice(hit.from, hit.to))),
        visibleText(hit.excerpt.slice(hit.to)),
      );
    }
  }

  /** The current event may be one that was told by its bytes alone. */
  private lookCloser(): void {
    const { channel, search, sample, current: ordinal } = this.replay;
    if (search?.ordinals.has(ordinal) !== true || search.excerpts.has(ordinal)) {
      return;
    }
    void channel.request('hit', { sample, ordinal, query: search.query }).then(
      (excerpt) => {
        search.settle(ordinal, excerpt);
        if (this.replay.search === search) {
          this.replay.tell('search');
        }
      },
      () => undefined,
    );
  }
}

function statusText(search: SearchState, current: number): string {
  const { inOrder, matches, done, stopped, about } = search;
  const { length } = inOrder;
  if (done && length === 0) {
    return 'No results';
  }
  const place = search.ordinals.has(current)
    ? `${countText(countBefore(inOrder, current + 1))} of `
    : '';
  const events = `${countText(length)}${stopped ? '+' : ''} ${length === 1 ? 'event' : 'events'}`;
  if (about) {
    return `${place}about ${events}`;
  }
  const more = stopped || done ? '' : ' so far…';
  return `${place}${events}, ${countText(matches)} ${matches === 1 ? 'match' : 'matches'}${more}`;
}

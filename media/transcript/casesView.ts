import { caseVerdicts, lastPassBefore } from '../../src/protocol/transcript';
import type { CaseHistory } from '../../src/protocol/transcript';
import { pressKey } from '../ui/keys';
import { RowScroller } from '../ui/rowScroller';
import { CaseRows, cellWidth } from './caseRows';
import type { CaseSelection } from './caseRows';
import { h, textButton } from './dom';
import { countText, percentText } from './format';
import { closeThen, openDialog } from './overlays';
import { visibleText } from './plainText';
import type { Replay } from './replay';

export interface CasesActions {
  /** Writes a comment on a case of an event. */
  readonly comment: (ordinal: number, caseName: string) => void;
}

type Shown = 'all' | 'failing' | 'changed' | 'never';
const choices: readonly (readonly [Shown, string])[] = [
  ['all', 'All cases'],
  ['failing', 'Failing at the end'],
  ['changed', 'Passed and failed'],
  ['never', 'Never passed'],
];

/** Opens the cases of a run against its attempts. */
export async function openCases(replay: Replay, actions: CasesActions): Promise<void> {
  const body = h('div', { class: 'cases-view' }, h('p', { class: 'quiet' }, 'Reading the cases…'));
  const dialog = openDialog('Cases in All Attempts', body);
  dialog.classList.add('wide');
  const { sample } = replay;
  try {
    const history = await replay.channel.request(
      'cases',
      { sample },
      { timeoutMs: Number.POSITIVE_INFINITY },
    );
    if (history.names.length === 0) {
      body.replaceChildren(
        h('p', {}, 'No test run and no score of this log lists its cases one by one.'),
      );
      return;
    }
    const view = new CasesView(replay, history, {
      comment: (ordinal, name) => closeThen(dialog, () => actions.comment(ordinal, name)),
      goTo: (ordinal) => closeThen(dialog, () => replay.seek(ordinal)),
    });
    body.replaceChildren(view.element);
    view.focus();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    body.replaceChildren(h('p', { class: 'bad', role: 'alert' }, visibleText(text)));
  }
}

interface ViewActions extends CasesActions {
  readonly goTo: (ordinal: number) => void;
}

/** Cases by attempts: rows and columns that are not seen cost nothing. */
class CasesView {
  readonly element = h('div', { class: 'cases-grid-view' });
  private readonly rows: CaseRows;
  private readonly scroller: RowScroller;
  private readonly name = h('input', {
    class: 'field',
    placeholder: 'Filter cases',
    'aria-label': 'Filter cases',
  });
  private readonly choice = h('select', { class: 'field', 'aria-label': 'Which cases' });
  private readonly counted = h('span', { class: 'quiet', role: 'status' });
  private readonly heads = h('div', { class: 'attempt-heads', 'aria-hidden': 'true' });
  private readonly about = h('div', { class: 'case-about', role: 'status' });
  private readonly selection: CaseSelection = { row: 0, column: 0, firstColumn: 0, columns: 1 };
  private shown: number[] = [];

  constructor(
    private readonly replay: Replay,
    private readonly history: CaseHistory,
    private readonly actions: ViewActions,
  ) {
    this.rows = new CaseRows(history, this.selection);
    this.selection.column = Math.max(0, history.attempts.length - 1);
    const host = h('div', { class: 'case-history' });
    this.scroller = new RowScroller({
      host,
      label: 'Position in the cases',
      renderer: {
        create: () => h('div', { class: 'case-line', role: 'row' }),
        update: (element, index) => this.rows.draw(element, index, this.shown[index] ?? 0),
      },
      onScroll: () => this.point(),
    });
    const { rows } = this.scroller;
    rows.tabIndex = 0;
    rows.setAttribute('role', 'grid');
    rows.setAttribute('aria-label', 'Cases by attempts');
    rows.setAttribute('aria-colcount', String(history.attempts.length + 1));
    rows.addEventListener('keydown', (event) => pressKey(event, this.keys));
    rows.addEventListener('click', (event) => this.clicked(event));
    rows.addEventListener('dblclick', () => this.act('goTo'));
    host.addEventListener('wheel', (event) => this.wheel(event));
    this.choice.append(...choices.map(([value, label]) => h('option', { value }, label)));
    this.choice.addEventListener('change', () => this.apply());
    this.name.addEventListener('input', () => this.apply());
    this.element.append(
      h('div', { class: 'form-row' }, this.name, this.choice, this.counted),
      this.heads,
      host,
      this.about,
    );
    new ResizeObserver(() => this.resized(rows.clientWidth)).observe(rows);
    this.apply();
  }

  private readonly keys = {
    ArrowDown: () => this.move(1, 0),
    ArrowUp: () => this.move(-1, 0),
    ArrowRight: () => this.move(0, 1),
    ArrowLeft: () => this.move(0, -1),
    PageDown: () => this.move(this.scroller.pageRows, 0),
    PageUp: () => this.move(-this.scroller.pageRows, 0),
    Home: () => this.move(0, -this.history.attempts.length),
    End: () => this.move(0, this.history.attempts.length),
    Enter: () => this.act('goTo'),
    B: () => this.act('bytes'),
    W: () => this.act('since'),
    M: () => this.act('comment'),
  };

  focus(): void {
    this.scroller.rows.focus();
  }

  private apply(): void {
    const wanted = this.name.value.toLowerCase();
    const which = this.choice.value as Shown;
    this.shown = [...this.history.names.keys()].filter(
      (row) =>
        (this.history.names[row] ?? '').toLowerCase().includes(wanted) &&
        this.rows.fits(row, which),
    );
    this.counted.textContent = `${countText(this.shown.length)} of ${countText(this.history.names.length)} cases`;
    this.scroller.setCount(this.shown.length);
    this.move(0, 0);
  }

  private resized(width: number): void {
    const nameWidth = Math.min(320, Math.max(140, width * 0.35));
    this.element.style.setProperty('--name-width', `${nameWidth}px`);
    this.selection.columns = Math.max(1, Math.floor((width - nameWidth - 8) / cellWidth));
    this.move(0, 0);
  }

  /** Moves the selected cell, and what is seen with it. */
  private move(rows: number, columns: number): void {
    const { selection, history } = this;
    const lastColumn = history.attempts.length - 1;
    selection.row = Math.max(0, Math.min(selection.row + rows, this.shown.length - 1));
    selection.column = Math.max(0, Math.min(selection.column + columns, lastColumn));
    const least = selection.column - selection.columns + 1;
    const most = Math.max(0, history.attempts.length - selection.columns);
    selection.firstColumn = Math.min(
      most,
      Math.max(least, Math.min(selection.firstColumn, selection.column)),
    );
    this.heads.replaceChildren(...this.rows.heads());
    this.scroller.refresh();
    this.scroller.scrollTo(selection.row, 'nearest');
    this.tell();
  }

  private wheel(event: WheelEvent): void {
    const by = event.shiftKey ? event.deltaY : event.deltaX;
    if (by !== 0) {
      this.move(0, Math.sign(by));
    }
  }

  private clicked(event: MouseEvent): void {
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    const line = target?.closest<HTMLElement>('.case-line');
    if (line === undefined || line === null) {
      return;
    }
    const { column } = target?.dataset ?? {};
    this.selection.row = Number(line.dataset['row']);
    this.selection.column = column === undefined ? this.selection.column : Number(column);
    this.move(0, 0);
  }

  /** Says what the selected cell stands for, and what can be done about it. */
  private tell(): void {
    const { history, selection, shown } = this;
    const row = shown[selection.row];
    const attempt = history.attempts[selection.column];
    if (row === undefined || attempt === undefined) {
      this.about.replaceChildren('No case fits the filter.');
      return;
    }
    const name = history.names[row] ?? '';
    const verdict = this.rows.verdict(row, selection.column);
    const word =
      verdict === caseVerdicts.pass
        ? 'passed'
        : verdict === caseVerdicts.fail
          ? 'failed'
          : 'not run';
    const before = lastPassBefore(history, name, attempt.ordinal);
    const past =
      verdict !== caseVerdicts.fail
        ? ''
        : before === undefined
          ? ' Never passed before.'
          : ` Last passed at event ${before.ordinal}.`;
    const failed = verdict === caseVerdicts.fail;
    this.about.replaceChildren(
      h('strong', {}, visibleText(name)),
      ` ${word} in ${attempt.isScore ? 'the score' : 'the test run'} of event ${attempt.ordinal}` +
        ` (attempt ${selection.column + 1} of ${history.attempts.length}, ` +
        `${percentText(attempt.total === 0 ? 0 : attempt.passed / attempt.total)} passed).${past}`,
      h(
        'div',
        { class: 'form-row' },
        textButton('Go to Event (Enter)', () => this.act('goTo')),
        ...(failed ? [textButton('Compare Bytes (b)', () => this.act('bytes'))] : []),
        ...(failed && before !== undefined
          ? [textButton('What Changed Since It Passed (w)', () => this.act('since'))]
          : []),
        textButton('Comment (m)', () => this.act('comment')),
      ),
    );
  }

  private act(what: 'goTo' | 'bytes' | 'since' | 'comment'): void {
    const { history, selection, shown, replay } = this;
    const name = history.names[shown[selection.row] ?? -1];
    const ordinal = history.attempts[selection.column]?.ordinal;
    if (name === undefined || ordinal === undefined) {
      return;
    }
    const place = { sample: replay.sample, ordinal, name };
    switch (what) {
      case 'goTo':
        this.actions.goTo(ordinal);
        break;
      case 'bytes':
        replay.channel.send('compareCase', place);
        break;
      case 'since':
        replay.channel.send('sincePassed', place);
        break;
      case 'comment':
        this.actions.comment(ordinal, name);
    }
  }

  private point(): void {
    const line = this.scroller.elementOf(this.selection.row);
    if (line === undefined) {
      this.scroller.rows.removeAttribute('aria-activedescendant');
    } else {
      this.scroller.rows.setAttribute('aria-activedescendant', line.id);
    }
  }
}

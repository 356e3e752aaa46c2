import { caseVerdicts } from '../../src/protocol/transcript';
import type { CaseHistory } from '../../src/protocol/transcript';
import { h } from './dom';
import { percentText } from './format';
import { visibleText } from './plainText';

/** Pixels of an attempt's column. */
export const cellWidth = 18;

/** The selected cell, and which columns are seen. */
export interface CaseSelection {
  row: number;
  column: number;
  firstColumn: number;
  /** How many columns there is room for. */
  columns: number;
}

const words = ['not run', 'passed', 'failed'] as const;
const glyphs = ['·', '✓', '✗'] as const;
const classes = ['none', 'good', 'bad'] as const;

/** Draws rows of cases by attempts; each verdict has a sign of its own as well as a colour. */
export class CaseRows {
  constructor(
    private readonly history: CaseHistory,
    private readonly selection: CaseSelection,
  ) {}

  verdict(row: number, column: number): number {
    return this.history.verdicts[row * this.history.attempts.length + column] ?? caseVerdicts.none;
  }

  fits(row: number, which: 'all' | 'failing' | 'changed' | 'never'): boolean {
    if (which === 'all') {
      return true;
    }
    const { length } = this.history.attempts;
    const verdicts = this.history.verdicts.subarray(row * length, (row + 1) * length);
    const passed = verdicts.includes(caseVerdicts.pass);
    const failed = verdicts.includes(caseVerdicts.fail);
    switch (which) {
      case 'failing':
        return verdicts.findLast((verdict) => verdict !== caseVerdicts.none) === caseVerdicts.fail;
      case 'changed':
        return passed && failed;
      case 'never':
        return !passed;
    }
  }

  /** A bar an attempt: the share of its cases that passed. */
  heads(): HTMLElement[] {
    return this.seen().map(([column, attempt]) => {
      const share = attempt.total === 0 ? 0 : attempt.passed / attempt.total;
      const head = h('span', {
        class: column === this.selection.column ? 'attempt-head current' : 'attempt-head',
        title: `Attempt ${column + 1}, event ${attempt.ordinal}: ${percentText(share)}`,
      });
      head.style.setProperty('--share', String(share));
      return head;
    });
  }

  draw(element: HTMLElement, index: number, row: number): void {
    const { selection, history } = this;
    const isCurrent = index === selection.row;
    element.id = `case-${index}`;
    element.dataset['row'] = String(index);
    element.classList.toggle('current', isCurrent);
    element.setAttribute('aria-selected', String(isCurrent));
    element.setAttribute('aria-rowindex', String(index + 1));
    element.replaceChildren(
      h('span', { class: 'case-name', role: 'rowheader' }, visibleText(history.names[row] ?? '')),
      ...this.seen().map(([column, { ordinal }]) => {
        const verdict = this.verdict(row, column);
        const selected = isCurrent && column === selection.column ? ' selected' : '';
        return h(
          'span',
          {
            class: `case-cell ${classes[verdict] ?? 'none'}${selected}`,
            role: 'gridcell',
            'aria-colindex': column + 2,
            'aria-label': `event ${ordinal}: ${words[verdict] ?? ''}`,
            'data-column': column,
          },
          glyphs[verdict] ?? '',
        );
      }),
    );
  }

  private seen() {
    const { firstColumn, columns } = this.selection;
    return this.history.attempts
      .slice(firstColumn, firstColumn + columns)
      .map((attempt, index) => [firstColumn + index, attempt] as const);
  }
}

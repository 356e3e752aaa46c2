import { isComparable } from '../../src/protocol/transcript';
import type { TestCaseResult, TestRun } from '../../src/protocol/transcript';
import { RowScroller } from '../ui/rowScroller';
import { h, icon, textButton, toolButton } from './dom';
import { countText, percentText } from './format';
import { icons } from './icons';
import { visibleText } from './plainText';
import type { Replay } from './replay';

/** Rows of the grid that are seen at once at most. */
const mostSeen = 14;
const rowHeight = 22;

/** The event of a test run, and how a comment on one of its cases is written. */
export interface CasePlace {
  readonly ordinal: number;
  readonly comment: (ordinal: number, caseName: string) => void;
}

/** The cases of a test run, thousands of them: scrolled, filtered; a failing one opens its bytes. */
export function casesGrid(
  run: TestRun,
  replay: Replay,
  { ordinal, comment }: CasePlace,
): HTMLElement {
  const share = run.total === 0 ? 0 : run.passed / run.total;
  const meter = h('div', { class: 'meter', role: 'img', 'aria-label': percentText(share) });
  meter.style.setProperty('--share', String(share));
  const element = h(
    'section',
    { class: 'part part-cases' },
    h(
      'div',
      { class: 'part-label' },
      `${countText(run.passed)} of ${countText(run.total)} cases passed`,
      meter,
    ),
  );
  if (run.cases !== undefined && run.cases.length > 0) {
    element.append(...grid(run.cases, replay, { ordinal, comment }));
  }
  return element;
}

function grid(cases: readonly TestCaseResult[], replay: Replay, place: CasePlace): HTMLElement[] {
  let shown = cases;
  const host = h('div', { class: 'cases' });
  const scroller = new RowScroller({
    host,
    label: 'Position in the cases',
    renderer: {
      create: () => h('div', { class: 'case-row', role: 'row' }),
      update: (element, index) => drawCase(element, shown[index], replay, place),
    },
  });
  const name = h('input', {
    class: 'field',
    placeholder: 'Filter cases',
    'aria-label': 'Filter cases',
  });
  const failing = h('input', { type: 'checkbox' });
  const counted = h('span', { class: 'quiet', role: 'status' });
  const apply = () => {
    const wanted = name.value.toLowerCase();
    shown = cases.filter(
      (one) => (!failing.checked || !one.passed) && one.name.toLowerCase().includes(wanted),
    );
    counted.textContent = `${countText(shown.length)} shown`;
    host.style.height = `${Math.max(1, Math.min(mostSeen, shown.length)) * rowHeight}px`;
    scroller.setCount(shown.length);
    scroller.refresh();
  };
  failing.checked = cases.some(({ passed }) => !passed);
  name.addEventListener('input', apply);
  failing.addEventListener('change', apply);
  scroller.rows.tabIndex = 0;
  scroller.rows.setAttribute('role', 'grid');
  scroller.rows.setAttribute('aria-label', 'Cases');
  scroller.rows.addEventListener('keydown', (event) => {
    const rows: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: mostSeen,
      PageUp: -mostSeen,
    };
    const by = rows[event.key];
    if (by !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      scroller.scrollBy(by * rowHeight);
    }
  });
  apply();
  return [
    h('div', { class: 'form-row' }, name, h('label', {}, failing, ' only failing'), counted),
    host,
  ];
}

function drawCase(
  element: HTMLElement,
  one: TestCaseResult | undefined,
  replay: Replay,
  { ordinal, comment }: CasePlace,
): void {
  if (one === undefined) {
    return;
  }
  const { name } = one;
  const place = { sample: replay.sample, ordinal, name };
  const comparable = !one.passed && isComparable(one);
  const said = replay.comments.some(
    (remark) =>
      remark.sample === place.sample && remark.ordinal === ordinal && remark.caseName === name,
  );
  element.replaceChildren(
    h(
      'span',
      { role: 'gridcell', class: one.passed ? 'verdict good' : 'verdict bad' },
      icon(one.passed ? 'M3 8.5l3.5 3.5L13 4.5' : icons.close),
      one.passed ? 'pass' : 'fail',
    ),
    h('span', { role: 'gridcell', class: 'title' }, visibleText(one.name)),
    h(
      'span',
      { role: 'gridcell', class: 'case-actions' },
      comparable && textButton('Compare Bytes', () => replay.channel.send('compareCase', place)),
      !one.passed &&
        textButton('Since It Passed', () => replay.channel.send('sincePassed', place), {
          title: 'What changed in files since this case last passed',
        }),
      toolButton(icons.comment, `Comment on ${visibleText(name)}`, () => comment(ordinal, name), {
        'aria-pressed': String(said),
      }),
    ),
  );
}

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { UserError } from '../../src/core/errors';
import { curationHostParsers } from '../../src/protocol/curation';
import type {
  CaseVerdict,
  CurationHost,
  CurationRow,
  CurationView,
} from '../../src/protocol/curation';
import { MessageChannel } from '../../src/protocol/messages';
import { useBrowser } from '../support/browser/browserRig';
import { rulesFor, themeNames } from '../support/browser/theme';
import type { View, ViewOptions } from '../support/browser/view';

/** Every third case is hidden and mirrors the one before; every seventh hidden one fails. */
function rowsOf(count: number): CurationRow[] {
  return Array.from({ length: count }, (_, i): CurationRow => {
    const hidden = i % 3 === 2;
    const verdict: CaseVerdict = hidden && i % 7 === 0 ? 'fail' : 'pass';
    return {
      name: `group/${String(i).padStart(5, '0')}`,
      split: hidden ? 'hidden' : 'visible',
      labels: i % 10 === 0 ? ['edge'] : [],
      duals: hidden ? [`group/${String(i - 1).padStart(5, '0')}`] : [],
      command: `numfmt --to=${hidden ? 'rare' : 'si'} ${i}`,
      options: [hidden && i % 2 === 0 ? '--rare' : '--to'],
      bytesIn: (i * 37) % 5000,
      bytesOut: i,
      ms: (i * 13) % 100,
      verdicts: [verdict],
      ...(i < 9 && { cluster: 0 }),
    };
  });
}

interface Opened {
  readonly view: View;
  readonly page: Page;
  readonly acts: { action: string; names: readonly string[] }[];
  readonly told: string[];
  /** What the host has from now on. */
  readonly setRows: (rows: CurationRow[]) => void;
}

suite('curation view', () => {
  const rig = useBrowser();

  async function open(count: number, options: Partial<ViewOptions> = {}): Promise<Opened> {
    let rows = rowsOf(count);
    const acts: Opened['acts'] = [];
    const told: string[] = [];
    const view = await rig().open({ script: 'dist/media/curation.js', ...options });
    const channel = new MessageChannel<CurationHost, CurationView>(
      {
        post: (message) => void view.send(message).catch(() => undefined),
        onMessage: (listener) => {
          void view.onMessage(listener);
          return { dispose: () => undefined };
        },
      },
      curationHostParsers,
    );
    channel.handle('open', () => ({
      target: 'numfmt',
      title: 'numfmt: numbers',
      total: rows.length,
      candidates: ['Rust'],
      options: [
        { option: '--never', documented: true, visible: 0, hidden: 0 },
        { option: '--rare', documented: false, visible: 0, hidden: 4 },
        { option: '--to', documented: true, visible: 9, hidden: 3 },
      ],
      goal: 1 / 3,
      restore: '{"folder":"/t","name":"numfmt"}',
    }));
    channel.handle('rows', ({ from }) => rows.slice(from, from + 500));
    channel.handle('act', (asked) => {
      acts.push(asked);
      if (asked.action === 'group') {
        const action = 'Rename one of them first.';
        throw new UserError('Moving the cases failed: two would be called a.', { action });
      }
      return null;
    });
    channel.on('openCase', ({ name }) => told.push(`open ${name}`));
    channel.handle('undo', () => {
      told.push('undo');
      return null;
    });
    const setRows = (changed: CurationRow[]) => {
      rows = changed;
      channel.send('changed', undefined);
    };
    return { view, page: view.page, acts, told, setRows };
  }

  const names = (page: Page) =>
    page.locator('[data-table=cases] .cell:first-child').allTextContents();
  const status = (page: Page, text: RegExp) =>
    page.getByRole('status').filter({ hasText: text }).waitFor();

  test('shows cases as a table, filtered and ordered', async () => {
    const { page } = await open(60);
    await status(page, /^60 shown · 33 % hidden · goal 33 %$/u);
    await page.getByRole('button', { name: 'Order by In' }).click();
    await page.getByRole('button', { name: 'Order by In, ascending' }).click();
    await page.getByRole('button', { name: 'Order by In, descending' }).waitFor();
    await page.locator('#cases-0 .cell', { hasText: 'group/00059' }).first().waitFor();
    await page.getByLabel('Which cases').selectOption('hidden');
    await status(page, /^20 shown/u);
    await page.locator('[data-table=cases]').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('rare 5');
    await status(page, /^7 shown/u);
    assert.deepEqual((await names(page)).slice(0, 2), ['group/00059', 'group/00056']);
  });

  test('is worked with the keys alone: select, move, label, delete, open, undo', async () => {
    const { page, acts, told } = await open(60);
    await page.locator('#cases-0.current').waitFor();
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-table')),
      'cases',
    );
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('h');
    await page.keyboard.press('End');
    await page.locator('#cases-59.current').waitFor();
    await page.keyboard.press('Space');
    await page.keyboard.press('v'); // nothing is selected
    await page.keyboard.press('Space');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+z');
    await page.waitForFunction(() => document.querySelector('.table-row.current') !== null);
    assert.deepEqual(acts, [
      { action: 'hide', names: ['group/00001', 'group/00002'] },
      { action: 'delete', names: ['group/00059'] },
    ]);
    assert.deepEqual(told, ['open group/00059', 'undo']);
  });

  test('an action that fails is told in the view, with what to do, until one works', async () => {
    const { page } = await open(9);
    const problem = page.getByRole('alert');
    await page.locator('#cases-1').click();
    await page.keyboard.press('g');
    await problem.getByText('two would be called a. Rename one of them first.').waitFor();
    await problem.getByRole('button', { name: 'Dismiss' }).click();
    await problem.waitFor({ state: 'detached' });
    await page.locator('#cases-1').click();
    await page.keyboard.press('g');
    await problem.waitFor();
    await page.locator('#cases-2').click();
    await page.keyboard.press('h');
    await problem.waitFor({ state: 'detached' });
  });

  test('the selection outlives another order and rows that changed', async () => {
    const { page, setRows } = await open(30);
    await page.locator('#cases-3').click();
    await page.locator('#cases-5').click({ modifiers: ['Control'] });
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Order by Name' }).click();
    await page.getByRole('button', { name: 'Order by Name' }).click();
    await page.getByText('2 selected').waitFor();
    setRows(rowsOf(30).filter(({ name }) => name !== 'group/00005'));
    await page.getByText('1 selected').waitFor();
    await status(page, /^29 shown/u);
  });

  test('pairs: a matrix of what passes, whose numbers show their pairs', async () => {
    const { page, told } = await open(60);
    await page.getByRole('tab', { name: /Pairs/u }).click();
    const counts = await page.locator('.matrix-count').allInnerTexts();
    assert.deepEqual(counts, ['17', '3', '0', '0']);
    await page.locator('.outcome-visible-only .matrix-count').click();
    await page.locator('[data-table=pairs][aria-rowcount="3"]').waitFor();
    await page.locator('#pairs-0').dblclick();
    assert.deepEqual(told, ['open group/00014']);
  });

  test('options and near duplicates lead to their cases', async () => {
    const { page } = await open(60);
    await page.getByRole('tab', { name: /Options/u }).click();
    assert.deepEqual(await page.locator('[data-table=options] .note-bad').allTextContents(), [
      'no case uses it',
      'only hidden cases use it, and the docs do not name it',
    ]);
    await page.locator('#options-1').dblclick();
    await page.getByRole('button', { name: 'No longer only with --rare' }).waitFor();
    await status(page, /^10 shown/u);
    await page.getByRole('tab', { name: /Alike/u }).click();
    await page.locator('#alike-0').dblclick();
    await status(page, /^9 shown/u);
  });

  test('15,000 rows: few elements, any of them reached at once', async function () {
    this.timeout(60_000);
    const { page, view } = await open(15_000);
    await status(page, /^15000 shown/u);
    await page.locator('[data-table=cases]').focus();
    await page.keyboard.press('End');
    await page.locator('#cases-14999.current').waitFor();
    assert.ok((await page.locator('.table-row').count()) < 80);
    await page.keyboard.press('Control+a');
    await page.getByText('15000 selected').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('14998');
    await status(page, /^2 shown/u); // it and the one that mirrors it
    assert.deepEqual(await view.keptState(), {
      restore: '{"folder":"/t","name":"numfmt"}',
      tab: 'cases',
      filter: '14998',
      split: 'all',
    });
  });

  test('comes back as it was, and says so where the cases can not be read', async () => {
    const state = { restore: '{}', tab: 'options', filter: 'x', split: 'hidden' };
    const { page } = await open(10, { state });
    await page.getByRole('tab', { name: /Options/u, selected: true }).waitFor();
    const view = await rig().open({ script: 'dist/media/curation.js' });
    await view.onMessage(async (message) => {
      const { kind, id } = message as { kind: string; id: number };
      if (kind === 'request') {
        await view.send({ kind: 'error', id, message: 'The folder is gone.', cancelled: false });
      }
    });
    await view.page.getByRole('alert').filter({ hasText: 'The folder is gone.' }).waitFor();
  });

  for (const theme of themeNames) {
    test(`is accessible in ${theme}`, async function () {
      this.timeout(60_000);
      const { page, view } = await open(60, { theme });
      await page.locator('#cases-0').waitFor();
      await page.keyboard.press('Shift+ArrowDown');
      await view.checkAccessibility(rulesFor(theme));
      for (const tab of ['Pairs', 'Options', 'Alike']) {
        await page.getByRole('tab', { name: new RegExp(tab, 'u') }).click();
        await page.locator(`#${tab.toLowerCase()}-0`).waitFor();
        await view.checkAccessibility(rulesFor(theme));
      }
    });
  }
});

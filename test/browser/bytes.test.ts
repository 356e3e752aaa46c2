import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { StreamPair } from '../../src/core/bytes/view/bytesSession';
import { useBrowser } from '../support/browser/browserRig';
import { openBytesView, pairOf } from '../support/browser/bytesView';
import type { OpenedBytesView } from '../support/browser/bytesView';
import { rulesFor, themeNames } from '../support/browser/theme';

const numbered = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join('');

/** 400 lines of which two differ, far apart. */
const expectedLines = numbered(400, (i) => `line ${i} of the output\n`);
const actualLines = numbered(400, (i) =>
  i === 150 ? 'line 150 of the OUTPUT\n' : i === 300 ? 'changed\n' : `line ${i} of the output\n`,
);

suite('byte view', () => {
  const rig = useBrowser();
  let open: OpenedBytesView[] = [];

  async function show(
    pairs: readonly StreamPair[],
    options: Parameters<typeof openBytesView>[2] = {},
  ): Promise<Page> {
    const opened = await openBytesView(rig(), pairs, options);
    open.push(opened);
    return opened.view.page;
  }

  teardown(() => {
    for (const opened of open) {
      opened.dispose();
    }
    open = [];
  });

  const rowWith = (page: Page, text: string) => page.locator('.row', { hasText: text }).first();
  const isVisible = async (page: Page, text: string) => {
    const box = await rowWith(page, text).boundingBox();
    return box !== null && box.y >= 0 && box.y < 700;
  };

  test('opens on the first difference, whose bytes are marked on both sides', async () => {
    const page = await show([pairOf('stdout', expectedLines, actualLines)]);
    await page.locator('.row.changed.current').waitFor();
    assert.ok(await isVisible(page, 'line 150 of the OUTPUT'));
    assert.deepEqual(await page.locator('.row.current .changed-bytes').allTextContents(), [
      'output',
      'OUTPUT',
    ]);
    assert.match(
      await page.locator('.status').innerText(),
      /First difference: byte 3,356, line 151, column 17/,
    );
    assert.equal(await page.locator('.row', { hasText: 'line 5 of' }).count(), 0);
  });

  test('F7 and Shift+F7 go from change to change, and say where they end', async () => {
    const page = await show([pairOf('stdout', expectedLines, actualLines)]);
    await page.locator('.row.changed.current').waitFor();
    await page.keyboard.press('F7');
    await page.locator('.row.current', { hasText: 'changed' }).waitFor();
    await page.keyboard.press('F7');
    await page.getByText('This is the last change.').waitFor();
    await page.keyboard.press('Shift+F7');
    await page.locator('.row.current', { hasText: 'OUTPUT' }).waitFor();
  });

  test('every byte that would not show is shown', async () => {
    const expected = Buffer.concat([
      Buffer.from('tab\there\r\n', 'utf8'),
      Buffer.from([0x62, 0xff, 0xfe, 0x0a]),
      Buffer.from('\0\x1b[1m\x07 caf\u00e9 a\u200bb\u202ec \u00a0\u0085\n'),
      Buffer.from('end\n'),
    ]);
    const actual = Buffer.concat([
      Buffer.from('tab     here\n', 'utf8'),
      Buffer.from([0x62, 0xff, 0xfd, 0x0a]),
      Buffer.from('\x01\x1b[1m\x07 cafe\u0301 abc  \n'),
      Buffer.from('end'),
    ]);
    const page = await show([pairOf('stdout', expected, actual)]);
    await page.locator('.row.changed').first().waitFor();
    const glyphs = (side: string, kind: string) =>
      page.locator(`.side.${side} .glyph.${kind}`).allTextContents();
    assert.deepEqual(await glyphs('expected', 'carriageReturn'), ['CR']);
    assert.deepEqual(await glyphs('actual', 'carriageReturn'), []);
    assert.deepEqual(await glyphs('expected', 'invalid'), ['FF', 'FE']);
    assert.deepEqual(await glyphs('actual', 'invalid'), ['FF', 'FD']);
    assert.deepEqual(await glyphs('expected', 'control'), ['NUL', 'ESC', 'BEL', 'U+0085']);
    assert.deepEqual(await glyphs('expected', 'hidden'), ['U+200B', 'U+202E', 'U+00A0']);
    assert.deepEqual(await glyphs('expected', 'combining'), []);
    assert.deepEqual(await glyphs('actual', 'combining'), ['\u25cc\u0301']);
    assert.equal(await page.locator('.glyph.tab').count(), 1);
    assert.deepEqual(await page.locator('.side.actual .no-newline').allTextContents(), [
      'no newline at the end',
    ]);
    assert.equal(await page.locator('.side.expected .no-newline').count(), 0);
    assert.equal(
      await page.locator('.glyph.hidden').first().getAttribute('title'),
      'U+200B, zero-width space',
    );
  });

  test('what is copied is the true bytes', async () => {
    const text = 'tab\there\r\nzero\u200bwidth caf\u00e9\n';
    const page = await show([pairOf('stdout', 'x\n', text)]);
    await page.locator('.row.changed').first().waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.keyboard.press('Control+a');
    await page.getByText('bytes selected').waitFor();
    await page.keyboard.press('Control+c');
    await page.getByText(/Copied \d+ bytes of the actual side/).waitFor();
    assert.equal(await clipboard(), text);
    await page.getByRole('button', { name: 'Copy the Selection As' }).click();
    await page.getByRole('menuitem', { name: '.case' }).click();
    await page.waitForFunction(async () =>
      (await navigator.clipboard.readText()).startsWith('\\tab\\there\\r\n'),
    );
    await page.getByRole('button', { name: 'Copy the Selection As' }).click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      async (base64) => (await navigator.clipboard.readText()) === base64,
      Buffer.from(text).toString('base64'),
    );
  });

  test('bytes that are no text are copied escaped, and said to be', async () => {
    const page = await show([pairOf('stdout', 'x\n', Buffer.from([0x61, 0xff, 0x0a]))]);
    await page.locator('.row.changed').first().waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await page.getByText(/copied as an escaped string/).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "$'a\\xff\\n'");
  });

  test('the pointer selects bytes, also behind what is drawn wider than it is', async () => {
    const page = await show([pairOf('stdout', 'x\n', 'ab\r\u200bcd\n')]);
    const row = page.locator('.side.actual .content').first();
    await row.waitFor();
    const left = (await page.locator('.side.actual .glyph.carriageReturn').boundingBox())!;
    const right = await page
      .locator('.side.actual .glyph.lineFeed')
      .first()
      .evaluate((element) => element.getBoundingClientRect().toJSON() as { x: number; y: number });
    await page.mouse.move(left.x + 1, left.y + 5);
    await page.mouse.down();
    await page.mouse.move(right.x + 1, right.y + 5, { steps: 4 });
    await page.mouse.up();
    await page.getByText('6 bytes selected from actual byte 2').waitFor();
    await page.keyboard.press('Control+c');
    await page.getByText(/Copied 6 bytes/).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '\r\u200bcd');
  });

  test('hex stays aligned behind an insertion, and marks what differs', async () => {
    const page = await show([pairOf('stdout', '0123456789', '01NEW23456789')], {
      size: { width: 1500, height: 600 },
    });
    await page.getByRole('radio', { name: 'Hex' }).click();
    await page.locator('.hex-row').first().waitFor();
    const values = (side: string) =>
      page.locator(`.hex-row .side.${side} .hex-bytes .hex`).allTextContents();
    assert.deepEqual(
      (await values('expected')).join(' '),
      '30 31          32 33 34 35 36 37 38 39',
    );
    assert.deepEqual((await values('actual')).join(' '), '30 31 4e 45 57 32 33 34 35 36 37 38 39');
    assert.equal(await page.locator('.side.actual .hex-bytes .changed-bytes').count(), 3);
  });

  test('folds open with the keyboard, and search opens them by itself', async () => {
    const page = await show([pairOf('stdout', expectedLines, actualLines)]);
    await page.locator('.row.changed.current').waitFor();
    await page.keyboard.press('Home');
    await page.locator('.row.fold.current').waitFor();
    await page.keyboard.press('Enter');
    await rowWith(page, 'line 0 of').waitFor();
    await page.keyboard.press('Control+f');
    await page.getByRole('textbox', { name: 'Find text' }).fill('LINE 222 of');
    await page.getByText('1 of 2').waitFor();
    await page.locator('.row.current', { hasText: 'line 222 of' }).waitFor();
    await page.getByRole('button', { name: 'Find bytes in hex' }).click();
    await page.getByRole('textbox', { name: 'in hex' }).fill('4F 55 54');
    await page.getByText('1 of 1').waitFor();
    await page.locator('.row.current', { hasText: 'OUTPUT' }).waitFor();
    await page.getByRole('textbox', { name: 'in hex' }).fill('4F 5');
    await page.getByText(/is not a sequence of bytes in hex/).waitFor();
  });

  test('goes to a byte offset', async () => {
    const page = await show([pairOf('stdout', expectedLines, actualLines)]);
    await page.locator('.row.changed.current').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByRole('textbox', { name: 'Go to byte offset' }).fill('0x40');
    await page.keyboard.press('Enter');
    await page.locator('.row.current', { hasText: 'line 3 of' }).waitFor();
    await page.getByText('1 byte selected from actual byte 64 (0x40)').waitFor();
  });

  test('inline shows removed above added', async () => {
    const page = await show([pairOf('stdout', 'same\nold\n', 'same\nnew\n')]);
    await page.getByRole('button', { name: 'Inline View' }).click();
    await page.locator('.row.added').waitFor();
    const kinds = await page
      .locator('.row')
      .evaluateAll((rows) =>
        rows
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => `${row.classList[1]} ${row.querySelector('.content')?.textContent ?? ''}`),
      );
    assert.deepEqual(kinds, ['equal same', 'removed old', 'added new']);
  });

  test('each stream has its tab, which says whether it differs', async () => {
    const page = await show([
      pairOf('stdout', 'same\n', 'same\n'),
      pairOf('stderr', '', 'warning\n'),
      pairOf('return code', '0\n', '1\n'),
      { name: 'out/gone', expected: { path: '/no/such/file' }, actual: { bytes: Buffer.alloc(0) } },
      pairOf('out/none', '', ''),
    ]);
    await page.locator('.row.changed').waitFor();
    assert.deepEqual(
      await page
        .getByRole('tab')
        .allInnerTexts()
        .then((all) => all.map((t) => t.replaceAll('\n', ''))),
      [
        '✓stdout, equal',
        '≠stderr, differs',
        '≠return code, differs',
        '!out/gone, failed',
        '✓out/none, equal',
      ],
    );
    assert.equal(
      await page.getByRole('tab', { selected: true }).getAttribute('title'),
      'stderr: differs',
    );
    await page.getByRole('tab', { name: 'stdout' }).click();
    await page.getByText('Both sides are the same bytes').waitFor();
    await page.getByText('stderr differs: open its tab').waitFor();
    await page.getByRole('tab', { name: 'out/gone' }).click();
    await page.getByRole('alert').getByText('There is no file /no/such/file').waitFor();
    await page.getByText('may have been pruned').waitFor();
    await page.getByRole('tab', { name: 'out/none' }).click();
    await page.getByText('Both sides are empty').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.row', { hasText: '1' }).waitFor();
    assert.equal(
      await page.getByRole('tab', { selected: true }).getAttribute('title'),
      'return code: differs',
    );
  });

  test('the summary says of what kind the difference is', async () => {
    const page = await show([pairOf('stdout', 'a\nb\n', 'a\r\nb\r\n')]);
    await page.getByRole('radio', { name: 'Summary' }).click();
    await page.getByText('Only the line ends differ').waitFor();
    const row = page.getByRole('row', { name: /CR LF line ends/ });
    assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['0', '2']);
  });

  test('the terminal shows colours as a terminal does, without breaking the policy', async () => {
    const page = await show([pairOf('stdout', '\x1b[31mred\x1b[0m\nnext\n', 'red\nnext\n')]);
    await page.getByRole('radio', { name: 'Terminal' }).click();
    const first = page.locator('.terminal-side').first();
    await first.locator('.xterm-rows span', { hasText: 'red' }).waitFor();
    const color = (index: number) =>
      page
        .locator('.terminal-side')
        .nth(index)
        .locator('.xterm-rows span', { hasText: 'red' })
        .first()
        .evaluate((element) => getComputedStyle(element).color);
    assert.notEqual(await color(0), await color(1));
  });

  test('what is looked at outlives a reload', async () => {
    const page = await show([pairOf('stdout', expectedLines, actualLines)], {
      state: {
        stream: 0,
        view: 'text',
        inline: true,
        collapse: false,
        wrap: true,
        unfolded: [],
        row: 200,
        current: 205,
      },
    });
    await rowWith(page, 'line 201 of').waitFor();
    await page.locator('.row.current', { hasText: 'line 204 of' }).waitFor();
    assert.equal(
      await page.getByRole('button', { name: 'Inline View' }).getAttribute('aria-pressed'),
      'true',
    );
    const { view } = open[0]!;
    await page.keyboard.press('F7');
    await page.locator('.row.current', { hasText: 'line 300 of' }).waitFor();
    await page.waitForFunction(
      () => ((window.fakeHostState as { row?: number } | undefined)?.row ?? 0) > 200,
    );
    const kept = (await view.keptState()) as { wrap: boolean };
    assert.ok(kept.wrap);
  });

  test('state of another version is not trusted', async () => {
    const page = await show([pairOf('stdout', 'a\n', 'b\n')], { state: { stream: 'x', view: 7 } });
    await page.locator('.row.changed').waitFor();
  });

  test('markup in bytes stays text', async () => {
    const markup = '<img src=x onerror=alert(1)><script>alert(1)</script>\n';
    const page = await show([pairOf('<b>stdout</b>', 'x\n', markup)]);
    await page.locator('.row.changed').waitFor();
    assert.equal(await page.locator('img, main script, b').count(), 0);
    assert.ok((await page.locator('.side.actual .content').innerText()).includes('<img'));
  });

  test('100 MB with a third of the lines changed opens at once and scrolls to its end', async function () {
    this.timeout(120_000);
    const folder = mkdtempSync(path.join(tmpdir(), 'byte-view-'));
    try {
      const line = (i: number) =>
        `${String(i).padStart(9, '0')} the quick brown fox jumps over it\n`;
      const count = Math.floor(100_000_000 / line(0).length);
      const files = ['expected', 'actual'].map((name) => path.join(folder, name));
      writeFileSync(files[0]!, numbered(count, line));
      writeFileSync(
        files[1]!,
        numbered(count, (i) => (i % 3 === 2 ? line(i).toUpperCase() : line(i))),
      );
      const page = await show([
        { name: 'stdout', expected: { path: files[0]! }, actual: { path: files[1]! } },
      ]);
      await page.locator('.row.changed.current', { hasText: '000000002' }).waitFor();
      // It is still comparing, and answers all the same.
      await page.keyboard.press('F7');
      await page.locator('.row.current', { hasText: '000000005' }).waitFor();
      await page.getByText(`${Math.floor(count / 3).toLocaleString('en')} changes`).waitFor({
        timeout: 60_000,
      });
      await page.keyboard.press('End');
      const last = String(count - 1).padStart(9, '0');
      await page.locator('.row.current', { hasText: last }).waitFor();
      assert.ok(await isVisible(page, last));
      const bar = (await page.getByRole('scrollbar').boundingBox())!;
      await page.mouse.click(bar.x + bar.width / 2, bar.y + bar.height / 2);
      await page.waitForFunction((total) => {
        const first = document.querySelector('.row.equal .gutter')?.textContent ?? '0';
        return Math.abs(Number(first) - total / 2) < total / 20;
      }, count);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const theme of themeNames) {
    test(`is accessible in ${theme}`, async function () {
      this.timeout(60_000);
      const page = await show(
        [pairOf('stdout', expectedLines, `${actualLines}\u200b\r\n\xff`), pairOf('stderr', '', '')],
        { theme, opened: { origins: [{ id: 'case', label: 'Go to Case' }] } },
      );
      await page.locator('.row.changed').first().waitFor();
      const { view } = open[0]!;
      await view.checkAccessibility(rulesFor(theme));
      for (const name of ['Hex', 'Summary', 'Terminal']) {
        await page.getByRole('radio', { name }).click();
        await page
          .locator(name === 'Hex' ? '.hex-row' : name === 'Summary' ? '.summary' : '.xterm-rows')
          .first()
          .waitFor();
        await view.checkAccessibility(rulesFor(theme));
      }
    });
  }
});

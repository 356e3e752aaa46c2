import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { useBrowser } from '../support/browser/browserRig';
import { rulesFor, themeNames } from '../support/browser/theme';
import { evalFile, event } from '../unit/transcripts/support/inspectLog';
import { caseRun } from '../unit/transcripts/support/caseRun';
import { claudeLine, showTranscript } from './transcriptRig';
import type { ShownTranscript } from './transcriptRig';

/** A run of `count` answers; the fifth of each ten calls a tool, whose result fails. */
function run(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    if (index === 0) {
      return claudeLine('user', 'Write **cal** again', 0);
    }
    const id = `t${index - (index % 10)}`;
    if (index % 10 === 5) {
      const call = { type: 'tool_use', id, name: 'Bash', input: { command: `make step${index}` } };
      return claudeLine('assistant', [call], index);
    }
    if (index % 10 === 6) {
      const result = { type: 'tool_result', tool_use_id: id, content: 'no rule', is_error: true };
      return claudeLine('user', [result], index);
    }
    return claudeLine('assistant', [{ type: 'text', text: `Answer number ${index}` }], index);
  });
  return `${lines.join('\n')}\n`;
}

suite('replay of a transcript', () => {
  const rig = useBrowser();
  let folder = '';
  setup(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcw-replay-'));
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  async function show(text: string, options = {}): Promise<ShownTranscript> {
    const file = path.join(folder, 'log.jsonl');
    await writeFile(file, text);
    const shown = await showTranscript(rig(), file, options);
    await shown.view.page.locator('.event-row .title', { hasText: /\S/ }).first().waitFor();
    return shown;
  }
  const at = async (shown: ShownTranscript, ordinal: number) => {
    await shown.view.page.locator(`.event-row.current#event-${ordinal}`).waitFor();
  };

  test('shows events, and the selected one whole', async () => {
    const shown = await show(run(40));
    const { page } = shown.view;
    await at(shown, 0);
    await page.locator('.detail strong', { hasText: 'cal' }).waitFor();
    await page.locator('#event-5 .event-line').click();
    await page.locator('.detail', { hasText: 'make step5' }).waitFor();
    await page.getByRole('button', { name: 'event 6' }).click();
    await at(shown, 6);
    await page.locator('.detail .badge.bad', { hasText: 'failed' }).waitFor();
    await page.getByRole('button', { name: 'Raw JSON' }).click();
    await page.locator('.detail pre', { hasText: '"tool_use_id": "t0"' }).waitFor();
  });

  test('goes to any of very many events at once, with few elements', async function () {
    // The rig hands every turn over one by one; a webview takes them at once.
    this.timeout(60_000);
    const shown = await show(run(6000));
    const { page } = shown.view;
    await page.keyboard.type(':');
    await page.keyboard.type('5432');
    await page.keyboard.press('Enter');
    await at(shown, 5432);
    await page.locator('#event-5432 .title', { hasText: 'Answer number 5432' }).waitFor();
    assert.ok((await page.locator('.event-row').count()) < 80);
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await at(shown, 0);
    await page.keyboard.press('Shift+G');
    await at(shown, 5999);
  });

  test('goes to a time, a share of the run, and an event that a link names', async () => {
    const shown = await show(run(40));
    const { page } = shown.view;
    for (const [place, ordinal] of [
      ['0:10', 10],
      ['50%', 20],
      ['vscode://mirrorcode-workbench.mirrorcode-workbench/replay?file=%2Fa&event=33', 33],
    ] as const) {
      await page.keyboard.press(':');
      await page.getByLabel('Where to go').fill(place);
      await page.keyboard.press('Enter');
      await at(shown, ordinal);
    }
    await page.keyboard.press(':');
    await page.getByLabel('Where to go').fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Give the number of an event' }).waitFor();
  });

  test('steps, and jumps between errors, turns and events by keys alone', async () => {
    const shown = await show(run(40));
    const { page } = shown.view;
    await page.keyboard.press('ArrowDown');
    await at(shown, 1);
    await page.keyboard.press('e');
    await at(shown, 6);
    await page.keyboard.press('e');
    await at(shown, 16);
    await page.keyboard.press('Shift+E');
    await at(shown, 6);
    await page.keyboard.press('k');
    await at(shown, 5);
    await page.keyboard.press('p');
    await at(shown, 6);
    await page.keyboard.press('Enter');
    await page.locator('#event-6 .event-body', { hasText: 'no rule' }).waitFor();
    await page.keyboard.press('z');
    await page.locator('.event-body').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
    await at(shown, 7);
  });

  test('plays on by itself, and stops', async () => {
    const shown = await show(run(40));
    const { page } = shown.view;
    await page.getByLabel('Speed').selectOption('64');
    await page.locator('.event-line').first().click();
    await page.keyboard.press('Space');
    await at(shown, 39);
    await page.getByRole('button', { name: 'Play (Space)' }).waitFor();
  });

  test('searches everything, counts hits and steps through them', async () => {
    const shown = await show(run(200));
    const { page } = shown.view;
    await page.keyboard.press('/');
    await page.keyboard.type('number 12');
    await page.locator('.search-status', { hasText: '9 events' }).waitFor();
    await at(shown, 12);
    await page.keyboard.press('Enter');
    await at(shown, 120);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.getByRole('button', { name: 'Regular expression' }).click();
    await page.getByLabel('Search everything').fill('number (');
    await page.locator('[aria-invalid=true]').waitFor();
  });

  test('filters by kind and text, and keeps its state over a reload', async () => {
    const shown = await show(run(200));
    const { page } = shown.view;
    await page.keyboard.press('f');
    await page.getByRole('button', { name: 'Tool call' }).click();
    await page.locator('.filter-band', { hasText: '20 of 200' }).waitFor();
    await page.getByLabel('Text that events hold').fill('step15');
    await page.locator('.filter-band', { hasText: '2 of 200' }).waitFor();
    await page.waitForFunction(() => {
      const kept = window.fakeHostState as { filter?: { text?: string } } | undefined;
      return kept?.filter?.text === 'step15';
    });
    const state = await shown.view.keptState();
    const again = await show(run(200), { state });
    await again.view.page.locator('#event-15.current').waitFor();
    await again.view.page.waitForFunction(
      () => document.querySelectorAll('.event-row').length === 2,
    );
  });

  test('where spans begin and end is shown when asked for, by the same numbers', async () => {
    const span = (at: number, name: string, id: string) => [
      event(at, 'span_begin', { id, parent_id: null, type: 'agent', name, span_id: id }),
      event(at + 1, 'info', { source: 'a', data: `${name} works`, span_id: id }),
      event(at + 2, 'span_end', { id, span_id: id }),
    ];
    const file = path.join(folder, 'spans.eval');
    await writeFile(
      file,
      evalFile([{ events: [...span(0, 'planner', 's'), ...span(3, 'coder', 't')] }]),
    );
    const shown = await showTranscript(rig(), file);
    const { page } = shown.view;
    await at(shown, 1);
    assert.equal(await page.locator('.event-row').count(), 2);
    await page.keyboard.press('l');
    await at(shown, 4);
    await page.keyboard.press('h');
    await at(shown, 1);
    await page.keyboard.press('f');
    await page.getByLabel('spans').check();
    await page.locator('#event-5 .title', { hasText: 'coder ends' }).waitFor();
    await page.getByLabel('spans').uncheck();
    await page.locator('#event-5').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    // What somebody asks for by its number is shown.
    for (const key of [':', '3', 'Enter']) {
      await page.keyboard.press(key);
    }
    await at(shown, 3);
  });

  test('a click on the rail goes there, and the rail is a slider for keys', async () => {
    const shown = await show(run(200));
    const { page } = shown.view;
    const slider = page.getByRole('slider', { name: 'Place in the run' });
    const box = await slider.boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const value = Number(await slider.getAttribute('aria-valuenow'));
    assert.ok(Math.abs(value - 100) < 4, `clicked the middle, came to ${value}`);
    await slider.focus();
    await page.keyboard.press('End');
    await at(shown, 199);
  });

  test('keeps comments beside the log, one object each, and the log as it was', async () => {
    const shown = await show(run(20));
    const { page } = shown.view;
    const file = path.join(folder, 'log.jsonl');
    const before = await readFile(file, 'utf8');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('m');
    await page.keyboard.type('Why **this**?');
    await page.getByLabel('Tags').fill('cheating, odd');
    await page.keyboard.press('Control+Enter');
    await page.locator('.comment', { hasText: 'Why **this**?' }).waitFor();
    const notes = JSON.parse(await readFile(`${file}.notes.json`, 'utf8')) as {
      comments: Record<string, { ordinal: number; text: string; tags: string[] }>;
    };
    const [note] = Object.values(notes.comments);
    assert.deepEqual(
      [note?.ordinal, note?.text, note?.tags],
      [1, 'Why **this**?', ['cheating', 'odd']],
    );
    assert.equal(await readFile(file, 'utf8'), before);
    await page.getByRole('button', { name: 'Delete the comment on event 1' }).click();
    await page.locator('.comment').waitFor({ state: 'detached' });
    await assert.rejects(readFile(`${file}.notes.json`));
  });

  test('a log that is written anew keeps the place, what is open and what is searched', async () => {
    const shown = await show(run(60));
    const { page } = shown.view;
    await page.keyboard.press('/');
    await page.keyboard.type('number 4');
    await page.locator('.search-status', { hasText: '9 events' }).waitFor();
    await page.locator('.event-list .row-scroller-rows').focus();
    await page.keyboard.type(':');
    await page.keyboard.type('31');
    await page.keyboard.press('Enter');
    await at(shown, 31);
    await page.keyboard.press('Enter');
    await page.locator('#event-31 .event-body').waitFor();
    await writeFile(path.join(folder, 'log.jsonl'), run(90).replace('number 31', 'number 431'));
    shown.reopen();
    await page.locator('.place', { hasText: 'Event 31 of 90' }).waitFor();
    await page.locator('#event-31.current .event-body', { hasText: 'number 431' }).waitFor();
    await page.locator('.search-status', { hasText: '10 events' }).waitFor();
    await at(shown, 31);
  });

  test('a deep link waits for its event while the log is indexed', async () => {
    const shown = await show(run(40), { reveal: { sample: 0, ordinal: 35 }, first: 10 });
    await at(shown, 9);
    shown.channel.send('progress', { sample: 0, done: 1, total: 1, count: 40, complete: true });
    await at(shown, 35);
  });

  test('cases in all attempts: filtered, walked by keys, compared and commented', async () => {
    const file = path.join(folder, 'cases.eval');
    await writeFile(file, caseRun());
    const shown = await showTranscript(rig(), file);
    const { page } = shown.view;
    await page.locator('.event-row').first().waitFor();
    await page.keyboard.press('a');
    const grid = page.getByRole('grid', { name: 'Cases by attempts' });
    await grid.locator('.case-line', { hasText: 'case-0✗✓✓✓' }).waitFor();
    await shown.view.checkAccessibility();
    await page.getByLabel('Which cases').selectOption('failing');
    await page.locator('.cases-grid-view', { hasText: '2 of 4 cases' }).waitFor();
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    const about = page.locator('.case-about');
    await about.filter({ hasText: 'case-2 failed' }).waitFor();
    assert.match((await about.textContent()) ?? '', /event 6.*Last passed at event 3\./);
    await page.keyboard.press('b');
    await page.keyboard.press('w');
    const place = { sample: 0, ordinal: 6, name: 'case-2' };
    for (const name of ['compareCase', 'sincePassed']) {
      await shown.view.waitForMessage(
        (message): message is object =>
          typeof message === 'object' &&
          message !== null &&
          'name' in message &&
          message.name === name &&
          'body' in message &&
          isDeepStrictEqual(message.body, place),
      );
    }
    await page.keyboard.press('m');
    await page.keyboard.type('Regressed here');
    await page.keyboard.press('Control+Enter');
    await page.locator('.comment', { hasText: 'Event 6, case case-2' }).waitFor();
    const notes = JSON.parse(await readFile(`${file}.notes.json`, 'utf8')) as {
      comments: Record<string, { ordinal: number; caseName: string }>;
    };
    const [note] = Object.values(notes.comments);
    assert.deepEqual([note?.ordinal, note?.caseName], [6, 'case-2']);
  });

  test('plays a recorded terminal, true colours and seeks back included', async () => {
    const file = path.join(folder, 'shell.cast');
    const output = Array.from({ length: 450 }, (_, index) =>
      JSON.stringify([index / 10, 'o', `\u001b[H\u001b[38;2;9;200;${index % 200}mframe ${index} `]),
    );
    await writeFile(file, ['{"version":2,"width":40,"height":5}', ...output].join('\n'));
    const { view } = await showTranscript(rig(), file);
    const { page } = view;
    const screen = page.locator('.cast .xterm-rows');
    await page.locator('.event-row').first().waitFor();
    await page.keyboard.press('Shift+G');
    await page.locator('.cast[data-events="450"]').waitFor();
    assert.match((await screen.textContent()) ?? '', /frame 449/);
    const colour = screen.locator('span', { hasText: 'frame' });
    assert.equal(
      await colour.evaluate((element) => getComputedStyle(element).color),
      'rgb(9, 200, 49)',
    );
    for (const key of ['g', '2', '1', '0', 'Enter']) {
      await page.keyboard.press(key);
    }
    await page.locator('.cast[data-events="211"]').waitFor();
    assert.match((await screen.textContent()) ?? '', /frame 210/);
  });

  test('says what is wrong with a file, and what to do', async () => {
    const file = path.join(folder, 'bad.eval');
    await writeFile(file, 'no transcript at all');
    const { view } = await showTranscript(rig(), file);
    await view.page.getByRole('alert').waitFor();
    await view.page.getByRole('button', { name: 'Try Again' }).click();
    await view.page.getByRole('alert').waitFor();
    await view.checkAccessibility();
  });

  test('nothing in a transcript takes effect', async () => {
    const hostile = [
      '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">',
      '![remote](https://evil.test/x.png) [run](command:workbench.action.quit)',
      '[go](javascript:window.hacked=1) [file](file:///etc/passwd) <https://ok.test>',
      'before\u202egnihton\u202c after \u001b]52;c;aGFja2Vk\u0007 \u001b]8;;command:x\u0007link\u001b]8;;\u0007',
    ].join('\n\n');
    const image = { type: 'image', source: { type: 'url', url: 'https://evil.test/y.png' } };
    const shown = await show(
      [
        claudeLine('user', hostile, 0),
        claudeLine('assistant', [{ type: 'text', text: hostile }], 1),
        claudeLine(
          'assistant',
          [{ type: 'tool_use', id: 'a', name: 'Bash<b>', input: { command: hostile } }],
          2,
        ),
        claudeLine(
          'user',
          [
            {
              type: 'tool_result',
              tool_use_id: 'a',
              content: [{ type: 'text', text: hostile }, image],
            },
          ],
          3,
        ),
      ].join('\n'),
    );
    const { page } = shown.view;
    await page.evaluate(() => navigator.clipboard.writeText('mine'));
    for (let step = 0; step < 4; step++) {
      await page.keyboard.press('Enter');
      await page.locator(`#event-${step} .event-body .part`).first().waitFor();
      await page.keyboard.press('ArrowDown');
    }
    const terminals = page.getByRole('button', { name: 'Show as a terminal would' });
    await terminals.first().click();
    // What comes after an escape sequence is shown once the terminal has taken the sequence.
    await page.locator('.terminal-host .xterm-rows', { hasText: 'after' }).first().waitFor();
    assert.equal(await page.evaluate(() => 'hacked' in window), false);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mine');
    assert.equal(await page.locator('main a, main script, main img, main iframe').count(), 0);
    const shownText = await page.locator('.event-body').first().textContent();
    assert.ok(shownText !== null && shownText.includes('<script>'), 'markup is shown as text');
    assert.ok(shownText.includes('⟨U+202E⟩'), 'what turns text around is told');
    const links = await page.locator('.event-body .link-button').allTextContents();
    assert.deepEqual(
      links.filter((text) => /run|go|file/.test(text)),
      [],
    );
  });

  for (const theme of themeNames) {
    test(`is accessible to all in ${theme}`, async () => {
      const shown = await show(run(40), { theme });
      const { page } = shown.view;
      await page.keyboard.press('e');
      await page.keyboard.press('Enter');
      await page.keyboard.press('f');
      await page.keyboard.press('Escape');
      await page.keyboard.press('/');
      await page.keyboard.type('step');
      await page.locator('.search-status', { hasText: 'event' }).waitFor();
      await shown.view.checkAccessibility(rulesFor(theme));
    });
  }
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, caseText, eventually, inWorkspace, remove, shown, write } from './workbench';

suite('the Tasks tree in VS Code', () => {
  test('shows the targets of the workspace with their cases', async () => {
    const { trees } = await activated();
    const text = await shown(trees.tasks);
    assert.match(text, /^Tier S \(small\) {2}1 target\n {2}\[[\w-]+\] tac {2}(?:7 cases|5 of 7)\n/);
    assert.match(text, /\n {4}\[eye\] visible {2}5\n {6}\[folder\] files {2}/);
    assert.match(
      text,
      /\n {4}\[eye-closed\] hidden {2}2 · 29 % · goal 33 %\n {6}\[folder\] lines {2}/,
    );
    assert.match(text, /\n {8}\[[\w-]+\] three-2\n/);
  });

  test('shows what comes and what goes, without being asked', async () => {
    const { trees } = await activated();
    const text = caseText('fresh', { labels: '["hidden"]', stdin: '|a\n', stdout: '|a\n' });
    await write('tac/cases/hidden/fresh.case', text);
    await eventually('the new case', async () => {
      assert.match(await shown(trees.tasks), /\[debug-disconnect\] unpaired {2}1\n.*fresh/s);
    });
    await write('tac/cases/hidden/fresh.case', text.replace('|a', 'a'));
    await eventually('the broken case', async () => {
      assert.match(await shown(trees.tasks), /\[error\] fresh {2}line 7: a line must begin with/);
    });
    await remove('tac/cases/hidden/fresh.case');
    await eventually('the end of the case', async () => {
      assert.doesNotMatch(await shown(trees.tasks), /fresh/);
    });
  });

  test('shows a target whose manifest is wrong, with the reason', async () => {
    const { trees } = await activated();
    await write('wrong/mirrorcode.json', '{ "name": 7 }');
    await eventually('the broken target', async () => {
      assert.match(await shown(trees.tasks, 1), /\[error\] wrong {2}.*is not right at name/);
    });
    const uri = vscode.Uri.file(inWorkspace('wrong/mirrorcode.json'));
    const underlined = () =>
      vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'MirrorCode');
    assert.deepEqual(
      underlined().map(({ message, range }) => [range.start.character, message]),
      [[10, 'mirrorcode.json is not right at name: it is a number and has to be text in quotes.']],
    );
    await write('wrong/mirrorcode.json', '{ "name": "x", "titel": "X" }');
    await eventually('what is wrong now, in the same words', async () => {
      const text = 'has a key "titel" that is not known; did you mean "title"?';
      assert.ok((await shown(trees.tasks, 1)).includes(text));
      assert.deepEqual(underlined()[0]?.message, `mirrorcode.json ${text}`);
    });
    await remove('wrong');
    await eventually('its end', async () => {
      assert.doesNotMatch(await shown(trees.tasks, 1), /wrong/);
    });
  });

  test('groups by domain on demand', async () => {
    const { trees } = await activated();
    await vscode.commands.executeCommand('mirrorcode.groupByDomain');
    assert.match(await shown(trees.tasks, 1), /^Unix util {2}1 target$/);
    await vscode.commands.executeCommand('mirrorcode.groupByTier');
    assert.match(await shown(trees.tasks, 1), /^Tier S/);
  });

  test('shows a MirrorCode checkout as it is', async () => {
    const { trees } = await activated();
    const rows = ['one', 'two'].map((name) =>
      JSON.stringify({
        test_case: { name, args: [], env: {}, stdin: '', files: {}, labels: [], visible_duals: [] },
        stdout: `${name}\n`,
        stderr: '',
        returncode: 0,
      }),
    );
    await write('checkout/data/gold_outputs/gotree.jsonl', rows.join('\n') + '\n');
    try {
      await eventually('the checkout', async () => {
        assert.match(
          await shown(trees.tasks),
          /Tier M \(medium\) {2}1 target\n {2}\[package\] gotree {2}2 cases\n(?: {4}\[warning\][^]*?\n)? {4}\[eye\] visible {2}2\n/,
        );
      });
    } finally {
      await remove('checkout');
    }
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { rowUri } from '../../src/extension/caseFiles/caseUri';
import { activated, caseText, eventually, inWorkspace, remove, write } from './workbench';

const good = caseText('typed', { stdin: '|a\n\\b\\r\n', stdout: '|b\n' });

let opened = 0;

/** A file of its own each time: VS Code keeps the text of a file that was closed for a while. */
async function open(text: string): Promise<vscode.TextDocument> {
  const uri = await write(`tac/cases/visible/typed/${++opened}.case`, text);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

function findings({ uri }: vscode.TextDocument): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .map(({ range, message }) => `${range.start.line}: ${message}`);
}

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

suite('the case language in VS Code', () => {
  suiteSetup(() => activated());

  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await remove('tac/cases/visible/typed');
  });

  test('finds what is wrong as it is typed, and nothing where all is right', async () => {
    const document = await open(good);
    await replaceAll(document, good.replace('\\b\\r', '\\b\\q'));
    await eventually('the unknown escape', () => {
      assert.match(findings(document).join(), /^6: Unknown escape/);
    });
    await replaceAll(document, good);
    await eventually('a clean text', () => assert.deepEqual(findings(document), []));
    await document.save();
  });

  test('mends what is not canonical, by its quick fix and by formatting', async () => {
    const odd = good.replace('args: []', 'args:  [ ]').replace('|b\n', '\\b\n');
    const document = await open(odd);
    await eventually('the finding', () => {
      assert.match(findings(document).join(), /^2: This is not the canonical spelling/);
    });
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(2, 0, 2, 0),
    );
    const fix = actions.find(({ title }) => title === 'Format case');
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), good);
    await replaceAll(document, odd);
    await vscode.commands.executeCommand('editor.action.formatDocument');
    await eventually('the formatted text', () => assert.equal(document.getText(), good));
    await document.save();
  });

  test('knows whether a dual is there, and takes out one that is not', async () => {
    const document = await open(
      good.replace('args:', 'labels: ["edge"]\nduals: ["lines/three","gone"]\nargs:'),
    );
    await eventually('the unknown dual', () => {
      assert.deepEqual(findings(document), ['3: tac has no case gone that this one could mirror.']);
    });
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(3, 23, 3, 23),
    );
    const fix = actions.find(({ title }) => title === 'Remove this dual');
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.lineAt(3).text, 'duals: ["lines/three"]');
    await document.save();
  });

  test('has symbols, folds, hovers, completions and lenses', async () => {
    const { services } = await activated();
    const document = await open(good);
    await services.model.refresh();
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(({ name, range }) => `${name} ${range.start.line}-${range.end.line}`),
      ['name 1-1', 'args 2-2', 'returncode 3-3', 'stdin 4-6', 'stdout 7-8'],
    );
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.deepEqual(
      folds.map(({ start, end }) => [start, end]),
      [
        [1, 3],
        [4, 6],
        [7, 8],
      ],
    );
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(6, 2),
    );
    assert.match((hover?.contents[0] as vscode.MarkdownString).value, /carriage return/);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.deepEqual(
      lenses.map(
        ({ command, range }) =>
          `${range.start.line} ${command?.title.replace(/\$\([\w-]+\) /u, '') ?? ''}`,
      ),
      ['0 Run', '0 Re-record', '0 Compare', '0 Make dual', '4 Open', '7 View'],
    );
    await replaceAll(document, good.replace('args:', 'duals: [""]\nargs:'));
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(2, 9),
    );
    const names = items.map(({ label }) => label);
    assert.ok(
      names.includes('lines/three') && !names.includes('lines/three-2'),
      JSON.stringify(names),
    );
    await replaceAll(document, good);
    await document.save();
  });

  test('a row of a checkout opens as a case and is saved in place', async () => {
    const row = (name: string, stdin: string) =>
      JSON.stringify({
        test_case: { name, args: ['-x'], env: {}, stdin, files: {}, labels: [], visible_duals: [] },
        stdout: 'ü\n',
        stderr: '',
        returncode: 0,
      });
    const rows = [row('one', 'a'), row('two', 'b'), row('three', 'c')];
    await write('checkout/data/gold_outputs/rev.jsonl', rows.join('\n') + '\n');
    try {
      const { services } = await activated();
      const target = services.model.targets.find(({ name }) => name === 'rev');
      assert.ok(target);
      const document = await vscode.workspace.openTextDocument(rowUri(target, 'two'));
      assert.equal(document.languageId, 'mirrorcode-case');
      assert.match(document.getText(), /^case\/1\nname: "two"\nargs: \["-x"\]\n/);
      await vscode.window.showTextDocument(document);
      await replaceAll(document, document.getText().replace('<b', '|bb\n<c'));
      assert.equal(await document.save(), true);
      const saved = (
        await readFile(inWorkspace('checkout/data/gold_outputs/rev.jsonl'), 'utf8')
      ).split('\n');
      assert.deepEqual([saved[0], saved[2]], [rows[0], rows[2]]);
      assert.match(saved[1] ?? '', /"stdin": ?"bb\\nc"/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await remove('checkout');
    }
  });
});

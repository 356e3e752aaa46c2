import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { rowUri } from '../../src/extension/caseFiles/caseUri';
import {
  activated,
  caseText,
  eventually,
  inWorkspace,
  needsEngine,
  remove,
  shown,
  write,
} from './workbench';

/** Takes the item of an open quick pick that has the focus, once there is one, until `done`. */
async function pickFirst(what: string, done: () => Promise<void> | void): Promise<void> {
  await eventually(what, async () => {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await done();
  });
}

suite('authoring in VS Code', () => {
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('a dual is made by rule, recorded, chosen and accepted, linked to its original', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services, trees } = api;
    const target = services.model.targets.find(({ name }) => name === 'tac');
    const subject = { kind: 'case', target, name: 'lines/three' };
    const made = vscode.commands.executeCommand('mirrorcode.makeDual', subject);
    await pickFirst('the captured dual', () => assert.equal(services.model.captures.length, 1));
    assert.equal(
      await shown(trees.capture),
      '[package] tac  1 waiting\n  [diff-added] lines/three-3  new · hidden',
    );
    const [capture] = services.model.captures;
    await eventually('the review', () => {
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, capture?.path);
    });
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await made;
    await vscode.commands.executeCommand('mirrorcode.acceptCapture', { kind: 'capture', capture });
    try {
      const text = await readFile(inWorkspace('tac/cases/hidden/lines/three-3.case'), 'utf8');
      assert.match(
        text,
        /\nlabels: \["hidden"\]\nduals: \["lines\/three"\]\n[^]*\n-- stdin\n\|upi\n\|vxu\n\|vjsii\n-- stdout\n\|vjsii\n\|vxu\n\|upi\n$/,
      );
    } finally {
      await remove('tac/cases/hidden/lines/three-3.case');
    }
  });

  test('what is called in a recording terminal waits, as an outside recording has it', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services, trees } = api;
    const target = services.model.targets.find(({ name }) => name === 'tac');
    const terminal = await vscode.commands.executeCommand<vscode.Terminal>(
      'mirrorcode.openRecordingTerminal',
      { kind: 'target', target },
    );
    const scratch = inWorkspace('.mirrorcode/scratch/tac');
    try {
      terminal.sendText(String.raw`printf '1\n2' > list.txt`);
      terminal.sendText(
        String.raw`for s in a b; do printf "x${'$'}s\377\0" | tac -s ${'$'}s | tac; done`,
      );
      terminal.sendText('TZ=Asia/Tokyo tac list.txt > made.txt; echo over >> made.txt');
      await eventually('what the shell has written', async () => {
        assert.equal(await readFile(`${scratch}/made.txt`, 'utf8'), '21\nover\n');
      });
      // Recorded from outside, by the command that asks for everything.
      await eventually('the captures', () => assert.equal(services.model.captures.length, 5));
      assert.match(await shown(trees.capture), /^\[package\] tac {2}5 waiting\n/);
      const settings = { engine: 'auto', dockerSocket: '', dockerImages: {}, jobs: 0 } as const;
      const outside = await services.engine.call('record', {
        target: target as NonNullable<typeof target>,
        name: 'outside',
        args: ['list.txt'],
        env: { TZ: 'Asia/Tokyo' },
        stdin: { kind: 'none' },
        files: { 'list.txt': `${scratch}/list.txt` },
        repeat: 3,
        settings,
      });
      const wanted = (await readFile(outside.path, 'utf8')).replace('"outside"', '"list.txt"');
      const captured = services.model.captures.find(({ name }) => name === 'list.txt');
      assert.ok(captured);
      await eventually('the checked capture', async () => {
        assert.equal(await readFile(captured.path, 'utf8'), wanted);
      });
      const separated = services.model.captures.find(({ args }) => args[1] === 'b');
      assert.match(await readFile(separated?.path ?? '', 'utf8'), /-- stdin\n<xb\\xff\\x00\n/);
    } finally {
      terminal.dispose();
      await services.model.refresh();
      await services.engine.call('rejectCaptures', { captures: services.model.captures });
      await services.model.refresh();
      await remove('.mirrorcode/scratch');
    }
  });

  test('captures are named, labelled, accepted and rejected all at once, and all is undone', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services, trees } = api;
    const run = (command: string, argument?: object) =>
      vscode.commands.executeCommand(`mirrorcode.${command}`, argument);
    const capture = (name: string) => {
      const found = services.model.captures.find((one) => one.name === name);
      assert.ok(found, `${name} does not wait`);
      return { kind: 'capture', capture: found };
    };
    for (const name of ['one', 'two']) {
      const stdin = { kind: 'text', text: `${name}\n` };
      await run('recordCase', {
        target: 'tac',
        line: 'tac',
        stdin,
        files: [],
        name,
        review: false,
      });
    }
    await services.model.refresh();
    await run('nameCapture', { ...capture('one'), name: 'queue/first' });
    await services.model.refresh();
    await run('labelCapture', { ...capture('queue/first'), labels: ['hidden', 'edge'] });
    await eventually('the labelled capture', async () => {
      assert.equal(
        await shown(trees.capture),
        '[package] tac  2 waiting\n  [diff-added] queue/first  new · hidden · edge\n  [diff-added] two  new',
      );
    });
    const hidden = inWorkspace('tac/cases/hidden/queue/first.case');
    try {
      await run('acceptAllCaptures');
      assert.equal(await shown(trees.capture), '');
      assert.match(await readFile(hidden, 'utf8'), /\nlabels: \["hidden","edge"\]\n/);
      await run('undoDecision');
      await assert.rejects(readFile(hidden));
      assert.equal(services.model.captures.length, 2);
      await run('rejectAllCaptures');
      assert.equal(await shown(trees.capture), '');
      await run('undoDecision');
      assert.equal(services.model.captures.length, 2);
    } finally {
      await run('rejectAllCaptures');
      await remove('tac/cases/hidden/queue');
    }
  });

  test('what a re-recording changes is compared byte by byte before it is accepted', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services } = api;
    const file = vscode.Uri.file(inWorkspace('tac/cases/visible/lines/three.case'));
    const before = await vscode.workspace.fs.readFile(file);
    const other = Buffer.from(before)
      .toString()
      .replace(/(-- stdout\n)/u, '$1|not so\n');
    await vscode.workspace.fs.writeFile(file, Buffer.from(other));
    try {
      const target = services.model.targets.find(({ name }) => name === 'tac');
      void vscode.commands.executeCommand('mirrorcode.rerecordCase', {
        kind: 'case',
        target,
        name: 'lines/three',
      });
      await eventually('the byte view', () => {
        const labels = vscode.window.tabGroups.all
          .flatMap(({ tabs }) => tabs)
          .map(({ label }) => label);
        assert.ok(
          labels.includes('lines/three: gold ↔ re-recorded (bytes)'),
          JSON.stringify(labels),
        );
      });
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      const [capture] = services.model.captures;
      assert.ok(capture);
      const compared = await services.engine.call('captureComparison', { capture });
      const [stdout] = compared.streams;
      assert.equal(await readFile(stdout?.expected ?? '', 'utf8'), 'not so\nthree\ntwo\none\n');
      assert.equal(await readFile(stdout?.actual ?? '', 'utf8'), 'three\ntwo\none\n');
    } finally {
      await vscode.commands.executeCommand('mirrorcode.rejectAllCaptures');
      await vscode.workspace.fs.writeFile(file, before);
    }
  });

  test('a part opens on its raw bytes and saves back into the case', async () => {
    const { services } = await activated();
    const name = 'parts/one';
    const text = caseText(name, { stdin: '|a\n|\\\n<b\n', stdout: '|x\n' });
    const file = await write('tac/cases/visible/parts/one.case', text);
    await services.model.refresh();
    try {
      const document = await openPartOf(file, { kind: 'stdin' });
      assert.equal(document.uri.scheme, 'mirrorcode-part');
      assert.equal(document.getText(), 'a\n\\\nb');
      await replaceAll(document, 'a\n\tb\\');
      assert.equal(await document.save(), true);
      const saved = await readFile(file.fsPath, 'utf8');
      assert.equal(saved, caseText(name, { stdin: '|a\n<\\tb\\\\\n', stdout: '|x\n' }));
      const gold = await openPartOf(file, { kind: 'stdout' });
      assert.equal(gold.getText(), 'x\n');
      const { permissions } = await vscode.workspace.fs.stat(gold.uri);
      assert.equal(permissions, vscode.FilePermission.Readonly);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await remove('tac/cases/visible/parts');
    }
  });

  test('a part of a row is saved into that row: git sees one line changed', async () => {
    const row = (name: string, stdin: string) =>
      JSON.stringify({
        test_case: { name, args: [], env: {}, stdin, files: {}, labels: [], visible_duals: [] },
        stdout: 'ü\n',
        stderr: '',
        returncode: 0,
      });
    const gold = await write(
      'checkout/data/gold_outputs/rev.jsonl',
      ['one', 'two', 'three'].map((name) => `${row(name, `${name}\n`)}\n`).join(''),
    );
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', inWorkspace('checkout'), ...args], { encoding: 'utf8' });
    git('init', '-q');
    git('add', '.');
    try {
      const { services } = await activated();
      const target = services.model.targets.find(({ name }) => name === 'rev');
      assert.ok(target);
      const document = await openPartOf(rowUri(target, 'two'), { kind: 'stdin' });
      assert.equal(document.getText(), 'two\n');
      await replaceAll(document, 'zwei\n');
      assert.equal(await document.save(), true);
      assert.match(git('diff', '--numstat'), /^1\t1\tdata\/gold_outputs\/rev\.jsonl\n$/);
      const changed = (await readFile(gold.fsPath, 'utf8')).split('\n');
      assert.match(changed[1] ?? '', /"stdin": ?"zwei\\n"/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await remove('checkout');
    }
  });

  test('a name is found and renamed over the duals, and options of the reference are offered', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services } = api;
    const visible = caseText('names/a', { stdin: '|a\n', stdout: '|a\n' });
    const mirror = caseText('names/h', {
      labels: '["hidden"]\nduals: ["names/a"]',
      stdin: '|h\n',
      stdout: '|h\n',
    });
    const file = await write('tac/cases/visible/names/a.case', visible);
    const hidden = await write('tac/cases/hidden/names/h.case', mirror);
    await services.model.refresh();
    try {
      const document = await vscode.workspace.openTextDocument(hidden);
      await vscode.window.showTextDocument(document);
      const inDual = new vscode.Position(3, 12);
      const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        hidden,
        inDual,
      );
      assert.equal(definition?.uri.fsPath, file.fsPath);
      const references = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeReferenceProvider',
        hidden,
        inDual,
      );
      assert.deepEqual(
        references
          .map(({ uri, range }) => [uri.fsPath, range.start.line, range.start.character])
          .sort(),
        [
          [hidden.fsPath, 3, 9],
          [file.fsPath, 1, 7],
        ],
      );
      await vscode.commands.executeCommand(
        'vscode.executeDocumentRenameProvider',
        hidden,
        inDual,
        'names/b',
      );
      const renamed = await readFile(inWorkspace('tac/cases/visible/names/b.case'), 'utf8');
      assert.equal(renamed, visible.replace('names/a', 'names/b'));
      assert.equal(await readFile(hidden.fsPath, 'utf8'), mirror.replace('names/a', 'names/b'));
      await assert.rejects(readFile(file.fsPath));
      await eventually('the renamed dual in the editor', () => {
        assert.match(document.getText(), /duals: \["names\/b"\]/);
      });
      await vscode.commands.executeCommand('mirrorcode.undoCuration');
      assert.equal(await readFile(file.fsPath, 'utf8'), visible);
      assert.equal(await readFile(hidden.fsPath, 'utf8'), mirror);
      await assert.rejects(readFile(inWorkspace('tac/cases/visible/names/b.case')));
      await eventually('the dual as it was in the editor', () => {
        assert.match(document.getText(), /duals: \["names\/a"\]/);
      });
      await replaceAll(document, document.getText().replace('args: []', 'args: ["--"]'));
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        hidden,
        new vscode.Position(4, 9),
      );
      assert.ok(
        items.some(({ label }) => label === '--separator'),
        JSON.stringify(items),
      );
      await vscode.commands.executeCommand('workbench.action.files.revert');
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await remove('tac/cases/visible/names');
      await remove('tac/cases/hidden/names');
    }
  });
});

async function openPartOf(uri: vscode.Uri, part: object): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand('mirrorcode.openPart', { uri: uri.toString(), part });
  const { document } = vscode.window.activeTextEditor ?? {};
  assert.ok(document, 'no editor was opened');
  return document;
}

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

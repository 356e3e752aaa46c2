import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension';
import { CaseDrag } from '../../src/extension/curation/caseDrag';
import type { TreeNode } from '../../src/extension/trees/treeNode';
import { activated, caseText, eventually, inWorkspace, remove, shown, write } from './workbench';

const source = 'MirrorCode audit';

suite('auditing and curating in VS Code', () => {
  let api: TestApi;
  suiteSetup(async () => {
    api = await activated();
  });
  setup(async () => {
    await write('tac/cases/visible/twin.case', caseText('twin', twin));
    await write('tac/cases/hidden/copy.case', caseText('copy', { ...twin, labels: '["hidden"]' }));
    await write(
      'tac/cases/hidden/mirror.case',
      caseText('mirror', { ...other, labels: '["hidden"]' }).replace(
        'args:',
        'duals: ["twin"]\nargs:',
      ),
    );
    await api.services.model.refresh();
  });
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['twin', 'copy', 'mirror']) {
      await remove(`tac/cases/visible/${name}.case`);
      await remove(`tac/cases/hidden/${name}.case`);
    }
    await api.services.model.refresh();
  });

  const twin = { stdin: '|a\n|b\n', stdout: '|b\n|a\n' };
  const other = { stdin: '|c\n|d\n', stdout: '|d\n|c\n' };
  const target = () => {
    const [found] = api.services.model.targets.filter(({ name }) => name === 'tac');
    assert.ok(found);
    return found;
  };
  const subject = (name: string) => ({ kind: 'case', target: target(), name });
  const auditNow = () => api.services.audits.audit(target());
  const problemsOf = (file: string) =>
    vscode.languages
      .getDiagnostics(vscode.Uri.file(inWorkspace(file)))
      .filter((diagnostic) => diagnostic.source === source);

  test('findings stand in the Problems panel, with the twin beside them', async () => {
    await auditNow();
    const [found] = problemsOf('tac/cases/hidden/copy.case').filter((d) => d.code === 'duplicate');
    assert.ok(found, 'the duplicate is not there');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.match(found.message, /^A hidden case has the same input as a visible one: .*\n.*\n.*/u);
    assert.deepEqual(
      found.relatedInformation?.map(({ location }) => location.uri.fsPath),
      [inWorkspace('tac/cases/visible/twin.case')],
    );
    const unpaired = problemsOf('tac/cases/hidden/copy.case').map(({ code }) => code);
    assert.ok(unpaired.includes('unpaired-hidden'));
  });

  test('the Tasks tree counts them by check; a change is audited by itself', async () => {
    await auditNow();
    const text = await shown(api.trees.tasks);
    assert.match(text, /\[error\] audit {2}\d+ to look at/u);
    assert.match(text, /\[error\] Same input twice {2}1\n {8}\[error\] copy {2}a hidden case has/u);
    await remove('tac/cases/hidden/copy.case');
    await eventually('the end of the finding', () => {
      assert.deepEqual(
        problemsOf('tac/cases/visible/twin.case').map(({ code }) => code),
        [],
      );
    });
  });

  test('a finding is answered in its case and is shown as answered', async () => {
    await auditNow();
    const report = api.services.audits.of(target())?.report;
    const finding = report?.findings.find(
      ({ check, cases }) => check === 'unpaired-hidden' && cases[0] === 'copy',
    );
    const argument = {
      kind: 'finding',
      target: target(),
      finding,
      name: 'copy',
      reason: 'on purpose',
    };
    await vscode.commands.executeCommand('mirrorcode.suppressFinding', argument);
    const text = await readFile(inWorkspace('tac/cases/hidden/copy.case'), 'utf8');
    assert.match(text, /\nreturncode: 0\nsuppress: \{"unpaired-hidden":"on purpose"\}\n-- stdin/u);
    const checked = await auditNow();
    assert.equal(
      checked.findings.find(
        ({ check, cases }) => check === 'unpaired-hidden' && cases[0] === 'copy',
      )?.suppressed,
      'on purpose',
    );
    assert.match(await shown(api.trees.tasks), /Answered {2}1\n {8}\[pass\] copy {2}on purpose/u);
  });

  test('quick fixes: make it visible, delete it, answer it', async () => {
    await auditNow();
    const uri = vscode.Uri.file(inWorkspace('tac/cases/hidden/copy.case'));
    await vscode.window.showTextDocument(uri);
    const titles = [
      'Delete this case',
      'Make this case visible',
      'Name its visible dual…',
      'Answer “unpaired-hidden” with a reason…',
    ];
    // Asking is cancelled, or comes to nothing, where the window is still busy with the document.
    const actions = await eventually('the quick fixes', async () => {
      const offered = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        new vscode.Range(0, 0, 3, 0),
      );
      const missing = titles.filter((title) => !offered.some((action) => action.title === title));
      assert.deepEqual(missing, []);
      return offered;
    });
    const remove_ = actions.find(({ title }) => title === 'Delete this case')?.command;
    assert.ok(remove_);
    await vscode.commands.executeCommand(
      remove_.command,
      ...((remove_.arguments ?? []) as unknown[]),
    );
    await assert.rejects(readFile(uri.fsPath), /ENOENT/u);
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 0);
    await vscode.commands.executeCommand('mirrorcode.undoCuration');
    assert.match(await readFile(uri.fsPath, 'utf8'), /"copy"/u);
  });

  test('several cases move at once; their mirrors, tabs and the tree follow; undo', async () => {
    const before = await readFile(inWorkspace('tac/cases/hidden/mirror.case'), 'utf8');
    await vscode.window.showTextDocument(
      vscode.Uri.file(inWorkspace('tac/cases/visible/twin.case')),
      { preview: false },
    );
    const selected = [{ subject: subject('twin') }];
    await vscode.commands.executeCommand('mirrorcode.moveToHidden', selected[0], selected);
    const moved = await readFile(inWorkspace('tac/cases/hidden/twin.case'), 'utf8');
    assert.match(moved, /labels: \["hidden"\]/u);
    const mirror = await readFile(inWorkspace('tac/cases/hidden/mirror.case'), 'utf8');
    assert.doesNotMatch(mirror, /duals/u);
    assert.equal(
      vscode.window.activeTextEditor?.document.uri.fsPath,
      inWorkspace('tac/cases/hidden/twin.case'),
    );
    assert.match(await shown(api.trees.tasks), /hidden {2}5 · 50 % · goal 33 %/u);
    await vscode.commands.executeCommand('mirrorcode.undoCuration');
    assert.equal(await readFile(inWorkspace('tac/cases/hidden/mirror.case'), 'utf8'), before);
    await assert.rejects(readFile(inWorkspace('tac/cases/hidden/twin.case')), /ENOENT/u);
  });

  test('cases are dragged from one split to the other', async () => {
    const drag = new CaseDrag(api.services);
    const find = async (
      label: string,
      nodes?: readonly TreeNode[],
    ): Promise<TreeNode | undefined> => {
      for (const node of nodes ?? (await api.trees.tasks.roots())) {
        const found =
          node.label === label ? node : await find(label, (await node.children?.()) ?? []);
        if (found !== undefined) {
          return found;
        }
      }
      return undefined;
    };
    const [dragged, place] = [await find('copy'), await find('visible')];
    assert.ok(dragged && place);
    const transfer = new vscode.DataTransfer();
    drag.handleDrag([dragged], transfer);
    await drag.handleDrop(place, transfer);
    const text = await readFile(inWorkspace('tac/cases/visible/copy.case'), 'utf8');
    assert.doesNotMatch(text, /hidden/u);
  });

  test('rows of a checkout are curated in place', async () => {
    const row = (name: string) =>
      `{"test_case": {"name": "${name}", "args": ["${name}"], "env": {}, "stdin": "", "files": {}, "labels": [], "visible_duals": []}, "stdout": "${name}\\n", "stderr": "", "returncode": 0}\n`;
    const uri = await write('checkout/data/gold_outputs/gotree.jsonl', row('one') + row('two'));
    try {
      await api.services.model.refresh();
      const gotree = api.services.model.targets.find(({ name }) => name === 'gotree');
      await vscode.commands.executeCommand('mirrorcode.moveToHidden', {
        kind: 'case',
        target: gotree,
        name: 'two',
      });
      const text = await readFile(uri.fsPath, 'utf8');
      assert.equal(text, row('one') + row('two').replace('"labels": []', '"labels": ["hidden"]'));
      assert.ok(gotree);
      const { findings } = await api.services.audits.audit(gotree);
      assert.ok(
        findings.some(({ check, cases }) => check === 'unpaired-hidden' && cases[0] === 'two'),
      );
      const shownIn = vscode.languages
        .getDiagnostics()
        .filter(([, found]) => found.some((d) => d.source === source))
        .map(([at]) => at.toString());
      assert.ok(shownIn.some((at) => at.startsWith('mirrorcode-case:') && at.includes('two.case')));
    } finally {
      await remove('checkout');
    }
  });

  test('the curation view opens, once a target', async () => {
    const tabs = () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(({ input }) => input instanceof vscode.TabInputWebview)
        .map(({ label }) => label);
    await vscode.commands.executeCommand('mirrorcode.openCuration', { target: 'tac' });
    await eventually('the view', () => assert.deepEqual(tabs(), ['tac (curation)']));
    await vscode.commands.executeCommand('mirrorcode.openCuration', { target: 'tac' });
    assert.deepEqual(tabs(), ['tac (curation)']);
    const { total } = await api.services.engine.call('curationFacts', {
      target: target(),
      scores: [],
    });
    const page = await api.services.engine.call('curationRows', {
      target: target(),
      from: total - 1,
      count: 10,
    });
    assert.deepEqual(
      page.map(({ name, split, bytesIn }) => [name, split, bytesIn]),
      [['twin', 'visible', 4]],
    );
  });

  test('the task prompt is previewed as the agent gets it, with the leak check', async () => {
    await vscode.commands.executeCommand('mirrorcode.previewPrompt', {
      target: 'tac',
      language: 'python',
    });
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(document.uri.scheme, 'mirrorcode-prompt');
    const text = document.getText();
    assert.match(
      text,
      /^> \*\*Leak check: clean\.\*\* Of the 4 cases that the agent does not see/u,
    );
    assert.match(text, /# Rebuild tac in Python/u);
    assert.match(text, /\{"name":"twin"/u);
    assert.doesNotMatch(text, /"mirror"|"copy"/u);
  });
});

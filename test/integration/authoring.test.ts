import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { activated, eventually, inWorkspace, needsEngine, remove, shown } from './workbench';

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
      '[package] tac  1 waiting\n  [diff-added] lines/three-3  new',
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
});

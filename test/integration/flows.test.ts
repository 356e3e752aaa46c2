import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Diagnosis } from '../../src/core/doctor';
import type { Capture } from '../../src/extension/trees/captureNodes';
import { Person } from './person';
import { activated, eventually, inWorkspace, needsEngine, remove, shown } from './workbench';

async function record(more: object): Promise<Capture> {
  const capture = await vscode.commands.executeCommand<Capture | undefined>(
    'mirrorcode.recordCase',
    { target: 'tac', files: [], review: false, ...more },
  );
  assert.ok(capture, 'nothing was captured');
  return capture;
}

suite('recording and scoring in VS Code', () => {
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('a command line becomes a case that waits, and then a case of the target', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { trees } = api;
    const stdin = { kind: 'text', text: '1\n2\n' };
    const capture = await record({ line: "tac -s '2'", stdin, name: 'new/separator' });
    assert.equal(capture.flaky, undefined);
    await eventually('the captured case', async () => {
      assert.equal(
        await shown(trees.capture),
        '[package] tac  1 waiting\n  [diff-added] new/separator  new',
      );
    });
    await vscode.commands.executeCommand('mirrorcode.acceptCapture', { kind: 'capture', capture });
    const file = inWorkspace('tac/cases/visible/new/separator.case');
    const text = await readFile(file, 'utf8');
    assert.match(
      text,
      /\nargs: \["-s","2"\]\nreturncode: 0\nprovenance: .*\n-- stdin\n\|1\n\|2\n-- stdout\n\|\n\|1\n<2\n$/,
    );
    assert.equal(await shown(trees.capture), '');
    assert.match(await shown(trees.tasks), /\[folder\] new {2}1\n/);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
    await remove('tac/cases/visible/new');
  });

  test('a flaky case says what it depends on, and is firm once that is pinned', async function () {
    const api = await activated();
    await needsEngine(this, api);
    // How it quotes what it refuses depends on the locale.
    await vscode.commands.executeCommand('mirrorcode.newTarget', {
      reference: '/usr/bin/numfmt',
      name: 'numfmt',
      folder: inWorkspace('numfmt'),
    });
    const stdin = { kind: 'none' };
    const capture = await record({ target: 'numfmt', line: 'numfmt 12x', stdin, name: 'suffix' });
    assert.match(capture.flaky ?? '', /^stderr, .* depends on locale\. Pinning LC_ALL/);
    await eventually('the captured case', async () => {
      assert.match(await shown(api.trees.capture), /\[pulse\] suffix {2}flaky/);
    });
    const settings = { engine: 'auto', dockerSocket: '', dockerImages: {}, jobs: 0 } as const;
    const pinned = await api.services.engine.call('pinCapture', { capture, repeat: 3, settings });
    assert.deepEqual([pinned.flaky, pinned.name], [undefined, 'suffix']);
    const text = await readFile(pinned.path, 'utf8');
    assert.match(text, /\nenv: \{"LC_ALL":"C\.UTF-8"\}\n/);
    await vscode.commands.executeCommand('mirrorcode.rejectCapture', {
      kind: 'capture',
      capture: pinned,
    });
    await remove('numfmt');
  });

  test('a rejected case is gone, and the target as it was', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const capture = await record({
      line: 'tac --version',
      stdin: { kind: 'none' },
      name: 'version',
    });
    await vscode.commands.executeCommand('mirrorcode.rejectCapture', { kind: 'capture', capture });
    await eventually('the empty queue', async () => {
      assert.equal(await shown(api.trees.capture), '');
    });
    assert.doesNotMatch(await shown(api.trees.tasks), /version/);
  });

  test('a command line that is no case is refused, and nothing waits', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const answer = vscode.commands.executeCommand('mirrorcode.recordCase', {
      target: 'tac',
      line: 'cat x | tac',
      stdin: { kind: 'none' },
      files: [],
      name: 'piped',
      review: false,
    });
    assert.equal(await answer, undefined);
    assert.equal(await shown(api.trees.capture), '');
  });

  test('what cannot be recorded can be changed and recorded again', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const person = new Person(api.window);
    try {
      person.clicks('Change and Record Again');
      await vscode.commands.executeCommand('mirrorcode.recordCase', {
        target: 'tac',
        line: 'tac',
        stdin: { kind: 'file', path: inWorkspace('not-there') },
        files: [],
        name: 'absent',
        review: false,
      });
      await person.heard(/not-there/u, 2);
    } finally {
      person.leaves();
    }
    assert.equal(await shown(api.trees.capture), '');
  });

  test('re-recording says when nothing has changed, and queues what has', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { services, trees } = api;
    const target = services.model.targets.find(({ name }) => name === 'tac');
    assert.ok(target);
    const settings = { engine: 'auto', dockerSocket: '', dockerImages: {}, jobs: 0 } as const;
    const request = { target, name: 'lines/three', repeat: 3, settings };
    assert.equal(await services.engine.call('rerecord', request), null);
    const file = vscode.Uri.file(inWorkspace('tac/cases/visible/lines/three.case'));
    const before = await vscode.workspace.fs.readFile(file);
    const other = Buffer.from(before)
      .toString()
      .replace(/(-- stdout\n)/u, '$1|not so\n');
    await vscode.workspace.fs.writeFile(file, Buffer.from(other));
    try {
      const capture = await services.engine.call('rerecord', request);
      assert.equal(capture?.replaces, true);
      await services.model.refresh();
      assert.match(await shown(trees.capture), /\[diff-modified\] lines\/three {2}changed/);
      await vscode.commands.executeCommand('mirrorcode.acceptCapture', {
        kind: 'capture',
        capture,
      });
      const now = await readFile(file.fsPath, 'utf8');
      assert.doesNotMatch(now, /not so/);
    } finally {
      await vscode.workspace.fs.writeFile(file, before);
    }
  });

  test('a new target is made around an executable, and opens', async () => {
    const { trees, window } = await activated();
    const person = new Person(window);
    try {
      await vscode.commands.executeCommand('mirrorcode.newTarget', {
        reference: '/bin/sh',
        name: 'shell',
        folder: inWorkspace('shell'),
      });
      await person.heard(/shell was made\. Record its first case/u);
      const { document } = vscode.window.activeTextEditor ?? {};
      assert.equal(document?.uri.fsPath, inWorkspace('shell/mirrorcode.json'));
      assert.match(document.getText(), /"path": "\/bin\/sh"/);
      await eventually('the new target', async () => {
        assert.match(await shown(trees.tasks), /\[package\] shell {2}0 cases/);
      });
    } finally {
      person.leaves();
      await remove('shell');
    }
  });

  test('a score is told, leads to its first failure, and appears among the runs', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const person = new Person(api.window);
    person.clicks('Compare First Failure');
    try {
      await vscode.commands.executeCommand('mirrorcode.scoreCandidate', {
        target: 'tac',
        language: 'python',
      });
      await person.heard(/^tac in Python: 5 of 7 cases pass \(71\.4 %\)\.$/u);
      await eventually('the first failure', () => {
        const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
        assert.ok(tab?.input instanceof vscode.TabInputWebview, tab?.label);
        assert.match(tab.label, /lines\/unfinished/);
      });
    } finally {
      person.leaves();
    }
    await eventually('the score', async () => {
      assert.match(
        await shown(api.trees.runs),
        /^\[testing-failed-icon\] tac in Python .*\n {2}\[testing-failed-icon\] \d\d:\d\d {2}71\.4 % · 5 of 7\n {4}\[testing-failed-icon\] lines\/unfinished {2}stdout differs/,
      );
    });
    assert.match(
      await shown(api.trees.tasks),
      /\[testing-failed-icon\] tac {2}5 of 7\n {4}\[testing-failed-icon\] Python {2}5 of 7\n/,
    );
  });

  test('the doctor tries the toolchains as well', async function () {
    await needsEngine(this, await activated());
    const { engines, engine, toolchains } =
      await vscode.commands.executeCommand<Diagnosis>('mirrorcode.doctor');
    assert.ok(engines.some((status) => status.works && status.engine === engine));
    assert.deepEqual(
      toolchains.map(({ language }) => language),
      ['python', 'c', 'go', 'rust', 'ocaml', 'ada'],
    );
    const python = toolchains[0];
    assert.match(python?.works === true ? python.version : (python?.action ?? ''), /\S/u);
  });

  test('without an engine a person is told why nothing is scored', async () => {
    const api = await activated();
    const settings = vscode.workspace.getConfiguration('mirrorcode');
    const set = async (engine?: string, socket?: string) => {
      await settings.update('engine', engine, vscode.ConfigurationTarget.Workspace);
      await settings.update('docker.socket', socket, vscode.ConfigurationTarget.Workspace);
    };
    const person = new Person(api.window);
    try {
      await set('docker', 'unix:///nowhere/docker.sock');
      await vscode.commands.executeCommand('mirrorcode.scoreCandidate', {
        target: 'tac',
        language: 'python',
      });
      await person.heard(/^No sandbox can be made here.*docker/u);
      await vscode.commands.executeCommand('mirrorcode.doctor');
      await person.heard(/which does not work here|No engine works here/u);
    } finally {
      person.leaves();
      await set();
      await remove('.vscode');
    }
  });
});

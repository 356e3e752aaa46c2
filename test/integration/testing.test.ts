import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension';
import { runContinuously } from '../../src/extension/testing/continuousRuns';
import { planRun } from '../../src/extension/testing/runPlan';
import { TestTree } from '../../src/extension/testing/testTree';
import { recordRuns } from './runRecorder';
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

function treeOf(items: vscode.TestItemCollection, indent = ''): string[] {
  return [...items].flatMap(([, item]) => [
    `${indent}${item.label}`,
    ...treeOf(item.children, `${indent}  `),
  ]);
}

async function tacIn({ services }: TestApi, subject: string): Promise<vscode.TestItem> {
  const { testTree } = services;
  await testTree.resolve();
  const target = [...testTree.controller.items].find(([, { label }]) => label === 'tac')?.[1];
  const item = target?.children.get(subject);
  assert.ok(item);
  await testTree.resolve(item);
  for (const [, group] of item.children) {
    await testTree.resolve(group);
  }
  return item;
}

const never = () => new vscode.CancellationTokenSource().token;

suite('the Test Explorer in VS Code', () => {
  test('has targets, their candidates and the reference, and cases once opened', async () => {
    const api = await activated();
    const python = await tacIn(api, 'python');
    assert.deepEqual(treeOf(python.children), [
      'visible/files',
      '  missing',
      '  named',
      'visible/lines',
      '  none',
      '  three',
      '  unfinished',
      'hidden/lines',
      '  three-2',
      '  unfinished-2',
    ]);
    assert.ok(python.parent?.children.get('reference'));
    const groups = [...python.children].map(([, item]) => item);
    groups.sort((a, b) => (a.sortText ?? '').localeCompare(b.sortText ?? ''));
    assert.deepEqual(
      groups.map(({ label }) => label),
      ['visible/files', 'visible/lines', 'hidden/lines'],
    );
  });

  test('shows groups at once, and their cases follow by themselves', async () => {
    const { services } = await activated();
    const { model, candidates } = services;
    const controller = vscode.tests.createTestController('fresh', 'Fresh');
    const tree = new TestTree(controller, model, candidates);
    try {
      await tree.resolve();
      const target = [...controller.items].find(([, { label }]) => label === 'tac')?.[1];
      const python = target?.children.get('python');
      assert.ok(python);
      await tree.resolve(python);
      const groups = [...python.children].map(([, group]) => group);
      const names = ['visible/files', 'visible/lines', 'hidden/lines'];
      assert.deepEqual(
        groups.map(({ label }) => label),
        names,
      );
      const chosen = groups.filter(({ id }) => id !== 'visible/lines');
      const [part] = await planRun(tree, new vscode.TestRunRequest(chosen));
      assert.deepEqual(
        [...(part?.items.keys() ?? [])],
        ['files/missing', 'files/named', 'lines/three-2', 'lines/unfinished-2'],
      );
      assert.equal(part?.whole, false, 'groups that were not opened count too');
      await eventually('all cases', () =>
        assert.deepEqual(
          groups.map(({ children }) => children.size),
          [2, 3, 2],
        ),
      );
    } finally {
      tree.dispose();
      controller.dispose();
    }
  });

  test('shows the first case of a target that was opened while it had none', async () => {
    const { services } = await activated();
    const { model, testTree } = services;
    const manifest = { name: 'bare', languages: { python: {} }, reference: '/usr/bin/tac' };
    await write('bare/mirrorcode.json', JSON.stringify(manifest));
    try {
      await model.refresh();
      await testTree.resolve();
      const target = [...testTree.controller.items].find(([, { label }]) => label === 'bare')?.[1];
      const python = target?.children.get('python');
      assert.ok(python);
      await testTree.resolve(python);
      assert.equal(python.children.size, 0);
      await write(
        'bare/cases/visible/g/first.case',
        caseText('g/first', { stdin: '', stdout: '' }),
      );
      await eventually('the case', () =>
        assert.deepEqual(treeOf(python.children), ['visible/g', '  first']),
      );
    } finally {
      await remove('bare');
      await model.refresh();
    }
  });

  test('runs all, and tells of a failing case what differs and where', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const python = await tacIn(api, 'python');
    const runs = recordRuns(api.services.testTree.controller);
    try {
      await api.services.testRuns.run(new vscode.TestRunRequest([python]), never());
    } finally {
      runs.restore();
    }
    const [run] = runs.recorded;
    assert.ok(run);
    assert.equal(run.ended, true);
    assert.deepEqual(run.states(), {
      'files/missing': 'passed',
      'files/named': 'passed',
      'lines/none': 'passed',
      'lines/three': 'passed',
      'lines/three-2': 'passed',
      'lines/unfinished': 'failed',
      'lines/unfinished-2': 'failed',
    });
    const message = run.messages.get('lines/unfinished');
    assert.ok(message);
    assert.equal(message.message, 'Stdout differs at byte 1, line 1, column 2.');
    assert.equal(message.expectedOutput, '-- stdout\n|ba\n');
    assert.equal(message.actualOutput, '-- stdout\n|b\n|a\n');
    assert.equal(message.contextValue, 'mirrorcode.failedCase');
    assert.match(message.location?.uri.path ?? '', /visible\/lines\/unfinished\.case$/);
    const text = await vscode.workspace.openTextDocument(message.location!.uri);
    assert.equal(text.lineAt(message.location!.range.start.line).text, '|ba');
  });

  test('a failing case opens in the byte view, from its test and from its row', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const python = await tacIn(api, 'python');
    const item = python.children.get('visible/lines')?.children.get('lines/unfinished');
    assert.ok(item);
    const target = targetOf(api);
    await api.services.testRuns.run(new vscode.TestRunRequest([item]), never());
    await api.services.model.refresh();
    const ways = [{ test: item }, { kind: 'case', target, name: 'lines/unfinished' }];
    for (const way of ways) {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.commands.executeCommand('mirrorcode.compareCase', way);
      await eventually('the byte view', () => {
        const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
        assert.ok(tab?.input instanceof vscode.TabInputWebview, tab?.label);
        assert.match(tab.label, /lines\/unfinished/);
      });
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('runs what is chosen alone, and the tree keeps what was judged before', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const python = await tacIn(api, 'python');
    const chosen = python.children.get('visible/lines');
    const none = chosen?.children.get('lines/none');
    assert.ok(chosen && none);
    const runs = recordRuns(api.services.testTree.controller);
    try {
      await api.services.testRuns.run(new vscode.TestRunRequest([chosen], [none]), never());
    } finally {
      runs.restore();
    }
    assert.deepEqual(runs.recorded[0]?.states(), {
      'lines/three': 'passed',
      'lines/unfinished': 'failed',
    });
    const { model } = api.services;
    await model.refresh();
    const target = model.targets.find(({ name }) => name === 'tac');
    assert.ok(target);
    const [tally] = model.view(target).tallies;
    assert.deepEqual([tally?.counts?.pass, tally?.counts?.fail], [5, 2]);
  });

  test('a candidate that was mended passes', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { candidates, testRuns, testTree } = api.services;
    const python = await tacIn(api, 'python');
    const file = vscode.Uri.file(
      `${candidates.find(targetOf(api), 'python') ?? ''}/tac/__main__.py`,
    );
    const before = await vscode.workspace.fs.readFile(file);
    const mended = Buffer.from(before)
      .toString()
      .replace('splitlines()', 'splitlines(keepends=True)')
      .replace('line + b"\\n"', 'line');
    await vscode.workspace.fs.writeFile(file, Buffer.from(mended));
    const runs = recordRuns(testTree.controller);
    try {
      await testRuns.run(new vscode.TestRunRequest([python]), never());
    } finally {
      runs.restore();
      await vscode.workspace.fs.writeFile(file, before);
    }
    assert.deepEqual(new Set(Object.values(runs.recorded[0]?.states() ?? {})), new Set(['passed']));
  });

  test('is cancelled at once, and what was not judged is not called failed', async function () {
    this.timeout(90_000);
    const api = await activated();
    await needsEngine(this, api);
    const { candidates, testRuns, testTree } = api.services;
    await write('slow/tac/__main__.py', 'import time\ntime.sleep(60)\n');
    const python = await tacIn(api, 'python');
    const target = targetOf(api);
    const earlier = candidates.find(target, 'python');
    assert.ok(earlier);
    await candidates.remember(target, 'python', inWorkspace('slow'));
    const runs = recordRuns(testTree.controller);
    const cancellation = new vscode.CancellationTokenSource();
    try {
      const running = testRuns.run(new vscode.TestRunRequest([python]), cancellation.token);
      await eventually('the run to begin', () => assert.ok(runs.recorded[0]?.hasItems()));
      await sleep(1500);
      const began = performance.now();
      cancellation.cancel();
      await running;
      const took = performance.now() - began;
      assert.ok(took < 1000 * patience, `cancelling took ${took} ms`);
      assert.equal(runs.recorded[0]?.ended, true);
      assert.deepEqual(new Set(Object.values(runs.recorded[0].states())), new Set(['skipped']));
      await resumes(api);
    } finally {
      runs.restore();
      await candidates.remember(target, 'python', earlier);
      await remove('slow');
    }
  });

  test('runs again when the candidate changes, until it is stopped', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const { candidates, testRuns, testTree } = api.services;
    const python = await tacIn(api, 'python');
    const folder = candidates.find(targetOf(api), 'python') ?? '';
    const runs = recordRuns(testTree.controller);
    const stop = new vscode.CancellationTokenSource();
    const request = new vscode.TestRunRequest([python], undefined, undefined, true);
    const ended = () => runs.recorded.filter((run) => run.ended).length;
    try {
      runContinuously({ tree: testTree, runs: testRuns, candidates }, request, stop.token);
      await eventually('the first run', () => assert.equal(ended(), 1));
      await writeFile(`${folder}/tac/notes.txt`, 'changed');
      await eventually('the second run', () => assert.equal(ended(), 2));
      assert.equal(runs.recorded[1]?.states()['lines/three'], 'passed');
      stop.cancel();
      await writeFile(`${folder}/tac/notes.txt`, 'changed again');
      await sleep(1500);
      assert.equal(runs.recorded.length, 2, 'it went on after it was stopped');
    } finally {
      stop.cancel();
      runs.restore();
      await rm(`${folder}/tac/notes.txt`, { force: true });
    }
  });

  test('re-verifies the reference against its own golds', async function () {
    const api = await activated();
    await needsEngine(this, api);
    const reference = await tacIn(api, 'reference');
    const { testRuns, testTree } = api.services;
    const runs = recordRuns(testTree.controller);
    try {
      await testRuns.run(testRuns.verifyRequest([reference]), never());
    } finally {
      runs.restore();
    }
    const states = runs.recorded[0]?.states() ?? {};
    assert.equal(Object.keys(states).length, 7);
    assert.deepEqual(new Set(Object.values(states)), new Set(['passed']));
  });
});

/** The score that was cancelled goes on where it stood: every case runs into its time limit. */
async function resumes({ services, trees }: TestApi): Promise<void> {
  await services.model.refresh();
  assert.match(
    await shown(trees.runs),
    /\[debug-pause\] \d\d:\d\d {2}cancelled after \d of 7 cases/,
  );
  const [score] = services.model.scores;
  await vscode.commands.executeCommand('mirrorcode.resumeScore', { kind: 'score', score });
  await services.model.refresh();
  const [resumed] = services.model.scores;
  assert.equal(resumed?.dir, score?.dir);
  const { state, counts } = resumed?.header ?? {};
  assert.deepEqual([state, counts?.timeout, counts?.skipped], ['done', 7, 0]);
}

/** A shared machine may be slow: what must take a second is given some more. */
const patience = 5;

function targetOf({ services }: TestApi) {
  const target = services.model.targets.find(({ name }) => name === 'tac');
  assert.ok(target);
  return target;
}

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import type { CaseSummary } from '../../../src/core/cases/caseStore';
import { bytesContent } from '../../../src/core/cases/content';
import { CurationHistory } from '../../../src/core/cases/curation/curationHistory';
import { planCuration } from '../../../src/core/cases/curation/planCuration';
import type { Curation } from '../../../src/core/cases/curation/planCuration';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { GoldStore } from '../../../src/core/cases/gold/goldStore';
import { WorkFolder } from '../../../src/core/workFolder';

function summary(name: string, labels: string[] = [], duals: string[] = []): CaseSummary {
  return { name, labels, duals, args: [], location: { path: name }, hasGold: true };
}

const pair = [summary('v'), summary('h', ['hidden'], ['v']), summary('other', ['hidden'], ['v'])];

function changes(cases: readonly CaseSummary[], curation: Curation) {
  const { changes: all, removed, unpaired } = planCuration(cases, curation);
  const headings = Object.fromEntries(
    [...all].map(([name, { name: now, labels, duals }]) => [
      name,
      `${now} [${labels.join(' ')}] <${duals.join(' ')}>`,
    ]),
  );
  return { headings, removed, unpaired };
}

suite('what a curation changes', () => {
  test('a visible case that is hidden is nobody’s dual any more', () => {
    assert.deepEqual(changes(pair, { kind: 'move', names: ['v'], to: 'hidden' }), {
      headings: { v: 'v [hidden] <>', h: 'h [hidden] <>', other: 'other [hidden] <>' },
      removed: [],
      unpaired: ['h', 'other'],
    });
  });

  test('a pair that changes places changes its roles', () => {
    const both = [summary('v'), summary('h', ['hidden'], ['v'])];
    const first = planCuration(both, { kind: 'move', names: ['v'], to: 'hidden' });
    assert.deepEqual(first.unpaired, ['h']);
    assert.deepEqual(changes(both, { kind: 'move', names: ['h'], to: 'visible' }).headings, {
      h: 'h [] <>',
    });
  });

  test('a hidden case that becomes visible while its dual is hidden mirrors the other way', () => {
    const cases = [summary('a', ['hidden'], ['b']), summary('b', ['hidden'])];
    assert.deepEqual(changes(cases, { kind: 'move', names: ['a'], to: 'visible' }).headings, {
      a: 'a [] <>',
      b: 'b [hidden] <a>',
    });
  });

  test('a new name is known to those that mirror it, labels keep their order', () => {
    const cases = [summary('old/v', ['edge']), summary('h', ['hidden'], ['old/v'])];
    assert.deepEqual(changes(cases, { kind: 'group', names: ['old/v'], group: 'new' }).headings, {
      'old/v': 'new/v [edge] <>',
      h: 'h [hidden] <new/v>',
    });
    const labelled = changes(cases, { kind: 'label', names: ['h'], add: ['slow'], remove: ['x'] });
    assert.deepEqual(labelled.headings, { h: 'h [hidden slow] <old/v>' });
  });

  test('links that were wrong before are left to the audit', () => {
    const cases = [summary('v'), summary('h', ['hidden'], ['gone']), summary('x')];
    assert.deepEqual(changes(cases, { kind: 'delete', names: ['x'] }).headings, {});
  });

  test('two cases never get one name', () => {
    const cases = [summary('a/x'), summary('b/x')];
    assert.throws(
      () => planCuration(cases, { kind: 'group', names: ['a/x', 'b/x'], group: 'c' }),
      /would be called c\/x/u,
    );
    assert.throws(() => planCuration(cases, { kind: 'delete', names: ['c'] }), /no case c/u);
  });
});

function fullCase(name: string, labels: string[] = [], duals: string[] = []): Case {
  return {
    name,
    labels,
    duals,
    input: { args: [name], env: {}, stdin: bytesContent('in\n'), files: [] },
    gold: {
      stdout: bytesContent(name === 'g/big' ? 'x'.repeat(100_000) : 'out\n'),
      stderr: bytesContent(''),
      returncode: 0,
      outputs: [],
    },
  };
}

async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'));
  const texts = await Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), await readFile(file, 'latin1')] as const;
    }),
  );
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

suite('curating the cases of a store', () => {
  let work: string;
  let folder: string;
  setup(async () => {
    work = await mkdtemp(path.join(os.tmpdir(), 'curation-'));
    folder = path.join(work, 'cases');
    await mkdir(folder);
  });
  teardown(() => rm(work, { recursive: true, force: true }));

  test('moves case files with their blobs and mends links; undo puts back every byte', async () => {
    const store = new FolderStore(folder);
    await store.writeAll([
      fullCase('g/v'),
      fullCase('g/big'),
      fullCase('h', ['hidden'], ['g/v', 'g/big']),
    ]);
    const before = await treeOf(folder);
    const history = new CurationHistory(new WorkFolder(work));
    const names = ['g/v', 'g/big'];
    const { unpaired } = await history.curate(store, { kind: 'move', names, to: 'hidden' }, 'Hide');
    assert.deepEqual(unpaired, ['h']);
    assert.deepEqual(Object.keys(await treeOf(folder)), [
      'hidden/g/big.case',
      'hidden/g/big.d/stdout',
      'hidden/g/v.case',
      'hidden/h.case',
    ]);
    await history.curate(store, { kind: 'delete', names: ['h'] }, 'Delete');
    await history.curate(store, { kind: 'group', names: ['g/v'], group: 'k' }, 'Group');
    assert.equal((await store.read('k/v')).labels[0], 'hidden');
    assert.equal(await history.undo(() => store), 'Group');
    assert.equal(await history.undo(() => store), 'Delete');
    assert.equal(await history.undo(() => store), 'Hide');
    assert.equal(await history.undo(() => store), undefined);
    assert.deepEqual(await treeOf(folder), before);
    // And again: what was put back is no change of somebody else's.
    await history.curate(store, { kind: 'move', names: ['g/v'], to: 'hidden' }, 'Hide');
  });

  test('a rename is taken back with its files, its blobs and its mentions in duals', async () => {
    const store = new FolderStore(folder);
    await store.writeAll([fullCase('g/big'), fullCase('h', ['hidden'], ['g/big'])]);
    const before = await treeOf(folder);
    const history = new CurationHistory(new WorkFolder(work));
    assert.deepEqual(await history.rename(store, 'g/big', 'k/new'), ['h']);
    assert.deepEqual((await store.read('h')).duals, ['k/new']);
    await assert.rejects(history.rename(store, 'k/new', 'h'), /already a case h/u);
    assert.equal(await history.undo(() => store), 'Renamed g/big to k/new');
    assert.deepEqual(await treeOf(folder), before);
    assert.deepEqual((await store.read('h')).duals, ['g/big']);
  });

  test('does not undo over what somebody else has changed since', async () => {
    const store = new FolderStore(folder);
    await store.write(fullCase('a'));
    const history = new CurationHistory(new WorkFolder(work));
    await history.curate(store, { kind: 'move', names: ['a'], to: 'hidden' }, 'Hide');
    const file = path.join(folder, 'hidden', 'a.case');
    await writeFile(file, (await readFile(file, 'utf8')).replace('|in', '|mine'));
    await assert.rejects(
      history.undo(() => store),
      /changed since/u,
    );
    assert.match(await readFile(file, 'utf8'), /mine/u);
  });

  test('undoes after a reload, in the order of all windows, and only in its own store', async () => {
    const store = new FolderStore(folder);
    await store.writeAll([fullCase('a'), fullCase('b')]);
    const before = await treeOf(folder);
    const window = () => new CurationHistory(new WorkFolder(work));
    await window().curate(store, { kind: 'move', names: ['a'], to: 'hidden' }, 'Hide');
    await window().curate(store, { kind: 'delete', names: ['b'] }, 'Delete');
    const asked: string[] = [];
    const undo = () =>
      window().undo((known) => {
        asked.push(`${known.kind} ${known.path}`);
        return store;
      });
    assert.equal(await undo(), 'Delete');
    assert.equal(await undo(), 'Hide');
    assert.equal(await undo(), undefined);
    assert.deepEqual(asked, [`case ${folder}`, `case ${folder}`]);
    assert.deepEqual(await treeOf(folder), before);

    await window().curate(store, { kind: 'delete', names: ['a'] }, 'Delete');
    await assert.rejects(
      window().undo(() => undefined),
      /its target is not here/u,
    );
    assert.equal(await undo(), undefined);
  });

  test('writes nowhere else with a step that the workspace brought along', async () => {
    const elsewhere = path.join(work, 'elsewhere');
    await mkdir(elsewhere);
    const bring = async (change: (step: string) => string) => {
      const store = new FolderStore(folder);
      await store.write(fullCase('g/b'));
      const history = new CurationHistory(new WorkFolder(work));
      await history.curate(store, { kind: 'delete', names: ['g/b'] }, 'Delete');
      const step = path.join(work, '.mirrorcode', 'curation', '00000001', 'step.json');
      await writeFile(step, change(await readFile(step, 'utf8')));
      return history.undo(() => store);
    };
    for (const path of ['elsewhere/b.case', 'cases/other/b.case', 'cases/visible/g/b.txt']) {
      const undone = bring((step) => step.replace('cases/visible/g/b.case', path));
      await assert.rejects(undone, /damaged/u, path);
    }
    const linked = bring((step) => {
      mkdirSync(path.join(folder, 'visible'));
      symlinkSync(elsewhere, path.join(folder, 'visible', 'link'));
      return step.replace('visible/g/b.case', 'visible/link/b.case');
    });
    await assert.rejects(linked, /visible\/link leads elsewhere/u);
    assert.deepEqual(await readdir(elsewhere), []);
  });

  test('a step that is damaged is told of once, and does not stand before the others', async () => {
    const store = new FolderStore(folder);
    await store.writeAll(['a', 'b', 'c'].map((name) => fullCase(name)));
    const history = new CurationHistory(new WorkFolder(work));
    for (const name of ['a', 'b', 'c']) {
      await history.curate(store, { kind: 'delete', names: [name] }, `Delete ${name}`);
    }
    const kept = path.join(work, '.mirrorcode', 'curation');
    await writeFile(path.join(kept, '00000003', 'step.json'), '{"title":"Dele');
    await rm(path.join(kept, '00000002', '0'));
    const undo = () => history.undo(() => store);
    await assert.rejects(undo(), /damaged/u);
    await assert.rejects(undo(), /damaged/u);
    assert.equal(await undo(), 'Delete a');
  });

  test('a refusal half-way leaves everything as it was', async () => {
    const store = new FolderStore(folder);
    await store.writeAll([fullCase('a'), fullCase('b')]);
    await store.read('b');
    const file = path.join(folder, 'visible', 'b.case');
    await writeFile(file, (await readFile(file, 'utf8')).replace('|in', '|mine'));
    await writeFile(path.join(folder, 'visible', 'b.case'), 'no case at all');
    const before = await treeOf(folder);
    const history = new CurationHistory(new WorkFolder(work));
    await assert.rejects(
      history.curate(store, { kind: 'delete', names: ['a', 'b'] }, 'Delete'),
      /no case b/u,
    );
    assert.deepEqual(await treeOf(folder), before);
  });

  test('changes the rows of a gold file in place; undo restores the file byte by byte', async () => {
    const file = path.join(folder, 'cal.jsonl');
    const row = (name: string, rest: string) =>
      `{"test_case": {"name":"${name}",  "args": [], "env": {}, "stdin": "", "files": {}${rest}}, "stdout": "x", "stderr": "", "returncode": 0}\n`;
    const text = `${row('a', '')}not a row\n${row('b', ', "labels": ["hidden"], "visible_duals": ["a"]')}`;
    await writeFile(file, text);
    const store = new GoldStore(file);
    const history = new CurationHistory(new WorkFolder(work));
    await history.curate(store, { kind: 'move', names: ['b'], to: 'visible' }, 'Show');
    const shown = await readFile(file, 'utf8');
    assert.ok(shown.startsWith(`${row('a', '')}not a row\n`));
    assert.deepEqual((await store.read('b')).labels, []);
    assert.deepEqual((await store.read('b')).duals, []);
    await history.curate(store, { kind: 'delete', names: ['a'] }, 'Delete');
    await history.undo(() => store);
    await history.undo(() => store);
    assert.equal(await readFile(file, 'utf8'), text);
  });
});

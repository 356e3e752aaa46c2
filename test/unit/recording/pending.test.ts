import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import { FolderStore } from '../../../src/core/cases/folderStore';
import type { Capture, Flake } from '../../../src/core/recording/capture';
import { PendingQueue } from '../../../src/core/recording/pending';
import { WorkFolder } from '../../../src/core/workFolder';

const flake: Flake = {
  stream: 'stdout',
  offset: 0,
  line: 1,
  column: 1,
  class: 'else',
  variations: ['tz'],
  pinnedBy: ['TZ'],
};

function capture(name: string, stdout = 'x'): Capture {
  const one: Case = {
    name,
    labels: [],
    duals: [],
    input: { args: ['1'], env: {}, stdin: emptyContent, files: [] },
    gold: {
      stdout: { kind: 'bytes', bytes: Buffer.from(stdout) },
      stderr: emptyContent,
      returncode: 0,
      outputs: [],
    },
  };
  return { case: one, flakes: [flake], durationMs: 5 };
}

suite('the queue of captured cases', () => {
  let dir: string;
  let store: FolderStore;
  let workFolder: WorkFolder;
  const open = () => PendingQueue.open(workFolder, 'numfmt', (folder) => new FolderStore(folder));
  setup(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'pending-'));
    store = new FolderStore(path.join(dir, 'cases'));
    workFolder = new WorkFolder(dir);
  });
  teardown(() => rm(dir, { recursive: true }));
  const namesIn = async (where: FolderStore) => (await where.list()).cases.map(({ name }) => name);

  test('what was captured is there for the next process, with what was found about it', async () => {
    await (await open()).add(capture('a'));
    const [pending] = await (await open()).list();
    assert.equal(pending?.summary.name, 'a');
    assert.deepEqual(pending.flakes, [flake]);
    assert.equal(pending.durationMs, 5);
  });

  test('two captures of one name are both kept', async () => {
    const queue = await open();
    assert.equal(await queue.add(capture('a', '1')), 'a');
    assert.equal(await queue.add(capture('a', '2')), 'a-2');
    assert.equal((await queue.list()).length, 2);
  });

  test('one whose text someone has broken still waits, is rejected, and comes back as it was', async () => {
    const queue = await open();
    await queue.add(capture('group/a'));
    const [one] = await queue.list();
    const file = one?.summary.location.path ?? '';
    const broken = Buffer.from('case/1\nname: oops\n\xff', 'latin1');
    await writeFile(file, broken);
    const { waiting, unreadable } = await (await open()).listing();
    assert.deepEqual(waiting, []);
    assert.deepEqual(
      unreadable.map(({ name, location }) => [name, location.path, location.line]),
      [['group/a', file, 3]],
    );
    assert.equal(await queue.add(capture('group/a')), 'group/a-2', 'its name is not free');
    await queue.reject(['group/a']);
    assert.deepEqual((await queue.listing()).unreadable, []);
    assert.deepEqual((await queue.undo(store)).names, ['group/a']);
    assert.deepEqual(await readFile(file), broken);
    await assert.rejects(queue.accept('group/a', store), /:3:/u);
    assert.deepEqual(await namesIn(store), []);
  });

  test('accepting moves a case into the target, renamed and labelled as wished', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    await queue.accept('a', store, { name: 'group/b', labels: ['hidden'], duals: ['c'] });
    const accepted = await store.read('group/b');
    assert.deepEqual(accepted.labels, ['hidden']);
    assert.deepEqual(accepted.duals, ['c']);
    assert.deepEqual(await queue.list(), []);
  });

  test('a case of that name in the target is not written over, and the capture stays', async () => {
    await store.write(capture('a', 'old').case);
    const queue = await open();
    await queue.add(capture('a', 'new'));
    await assert.rejects(queue.accept('a', store));
    assert.equal((await queue.list()).length, 1);
    const { gold } = await store.read('a');
    assert.equal(gold?.stdout.kind === 'bytes' && Buffer.from(gold.stdout.bytes).toString(), 'old');
  });

  test('a re-recording replaces the case that it is of', async () => {
    await store.write(capture('a', 'old').case);
    const queue = await open();
    const name = await queue.add(capture('a', 'new'), { replaces: 'a' });
    assert.equal((await queue.list())[0]?.replaces, 'a');
    await assert.rejects(queue.accept(name, store, { name: 'b' }));
    assert.equal(await queue.accept(name, store), 'a');
    const { gold } = await store.read('a');
    assert.equal(gold?.stdout.kind === 'bytes' && Buffer.from(gold.stdout.bytes).toString(), 'new');
  });

  test('rejecting leaves nothing, and touches no other', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    await queue.add(capture('b'));
    await queue.reject(['a']);
    assert.deepEqual(
      (await queue.list()).map(({ summary }) => summary.name),
      ['b'],
    );
    assert.deepEqual(await namesIn(store), []);
  });

  test('a torn note costs no case', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    await writeFile(path.join(workFolder.pending, 'numfmt', 'notes', 'a.json'), '{"fla');
    assert.deepEqual(
      (await queue.list()).map(({ flakes }) => flakes),
      [[]],
    );
    await queue.accept('a', store);
    assert.deepEqual(await namesIn(store), ['a']);
  });

  test('a visible dual is named by the hidden case that mirrors it once it is accepted', async () => {
    const hidden = { ...capture('h').case, labels: ['hidden'], duals: ['old'] };
    await store.write(hidden);
    const queue = await open();
    await queue.add(capture('a'), { mirroredBy: 'h' });
    assert.deepEqual((await store.read('h')).duals, ['old']);
    await queue.accept('a', store, { name: 'b' });
    assert.deepEqual((await store.read('h')).duals, ['old', 'b']);
  });

  test('undoing brings back what was rejected in one go, for another window too', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    await queue.add(capture('b'), { replaces: 'x' });
    await queue.reject(['a', 'b']);
    const later = await open();
    assert.deepEqual(await later.undo(store), { names: ['a', 'b'], accepted: false });
    const [first, second] = await later.list();
    assert.deepEqual([first?.flakes, first?.durationMs, second?.replaces], [[flake], 5, 'x']);
    await assert.rejects(later.undo(store), /nothing to undo/);
  });

  test('what windows decide at once can all be undone, and a torn line costs itself alone', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const queue = await open();
    for (const name of names) {
      await queue.add(capture(name));
    }
    await Promise.all(names.map(async (name) => (await open()).reject([name])));
    await appendFile(path.join(workFolder.pending, 'numfmt', 'decisions.jsonl'), '{"group":"to');
    const back: string[] = [];
    while (back.length < names.length) {
      back.push(...(await queue.undo(store)).names);
    }
    assert.deepEqual(back.sort(), names);
  });

  test('undoing writes nowhere else, whatever a workspace brought along', async () => {
    const queue = await open();
    const bytes = Buffer.from('mine').toString('base64');
    const log = path.join(workFolder.pending, 'numfmt', 'decisions.jsonl');
    for (const file of ['../../../../out.case', 'visible/../../x.case', 'visible/a.txt']) {
      const decision = { group: 'g', at: 1, name: 'a', note: {}, kept: 'k' };
      await writeFile(log, JSON.stringify({ ...decision, unreadable: { file, bytes } }) + '\n');
      await assert.rejects(queue.undo(store), /lies outside of the queue/u);
    }
    assert.deepEqual(
      (await readdir(dir, { recursive: true })).filter((name) => /\.(?:case|txt)$/u.test(name)),
      [],
    );
  });

  test('undoing an acceptance leaves the target as it was', async () => {
    await store.write(capture('old', '1').case);
    await store.write({ ...capture('h').case, labels: ['hidden'] });
    const queue = await open();
    await queue.add(capture('old', '2'), { replaces: 'old' });
    await queue.add(capture('new'), { mirroredBy: 'h' });
    await queue.accept('old', store, { group: 'all' });
    await queue.accept('new', store, { group: 'all', name: 'renamed' });
    await queue.undo(store);
    assert.deepEqual(await namesIn(store), ['h', 'old']);
    assert.deepEqual((await store.read('h')).duals, []);
    assert.deepEqual((await store.read('old')).gold?.stdout, capture('old', '1').case.gold?.stdout);
    assert.deepEqual(
      (await queue.list()).map(({ summary, replaces }) => [summary.name, replaces]),
      [
        ['new', undefined],
        ['old', 'old'],
      ],
    );
  });

  test('what was changed since it was accepted is not undone', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    await queue.accept('a', store);
    await store.write(capture('a', 'edited').case, { replace: true });
    await assert.rejects(queue.undo(store), /was changed since/);
    assert.deepEqual(await namesIn(store), ['a']);
    assert.deepEqual(await queue.list(), []);
  });

  test('a capture gets another name and labels, and keeps what was found about it', async () => {
    const queue = await open();
    await queue.add(capture('a'));
    assert.equal(await queue.change('a', { name: 'group/b', labels: ['hidden'] }), 'group/b');
    const [only, ...more] = await queue.list();
    assert.deepEqual(
      [only?.summary.name, only?.summary.labels, only?.flakes, more],
      ['group/b', ['hidden'], [flake], []],
    );
    await queue.add(capture('c'));
    await assert.rejects(queue.change('c', { name: 'group/b' }), /already a case group\/b/);
  });

  test('what further runs showed takes the place of a capture, unless a person has edited it', async () => {
    const queue = await open();
    await queue.add(capture('a', 'first'));
    assert.equal(await queue.update('a', { ...capture('a', 'then'), flakes: [] }), true);
    const [updated] = await queue.list();
    assert.deepEqual(updated?.flakes, []);
    const { path: file } = updated.summary.location;
    await writeFile(file, (await readFile(file, 'utf8')).replace('"1"', '"2"'));
    assert.equal(await queue.update('a', capture('a', 'late')), false);
    assert.deepEqual((await queue.store.read('a')).input.args, ['2']);
    await queue.reject(['a']);
    assert.equal(await queue.update('a', capture('a')), false);
  });
});

import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findCaseFiles } from '../../../src/core/cases/caseFiles';
import { listedFile } from '../../../src/core/cases/folderListing';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { ListingIndex } from '../../../src/core/cases/listingIndex';
import { ListingIndexes } from '../../../src/core/cases/listingIndexes';

const names = ['a', 'lines/one', 'lines/two', 'odd'];

suite('cases: what is known of case files is not read again', () => {
  let folder: string;
  let store: FolderStore;
  const caseFile = (name: string) => path.join(store.path, 'visible', `${name}.case`);
  const put = (name: string, args: string) =>
    writeFile(caseFile(name), `case/1\nname: ${JSON.stringify(name)}\nargs: ${args}\n`);
  const indexFile = () => path.join(folder, 'kept', 'index.json');
  /** As a window has it that opens later, when all files have settled. */
  const open = (options: { version?: string; now?: () => number; file?: string } = {}) =>
    new ListingIndex({
      store: store.path,
      file: indexFile(),
      version: 'one',
      now: () => Date.now() + 60_000,
      ...options,
    });
  /** Lists with the index, which must give what reading gives; keeps it. @returns the files read. */
  const readBy = async (index: ListingIndex): Promise<string[]> => {
    const read: string[] = [];
    const relisting = index.begin();
    for (const found of findCaseFiles(store.path)) {
      relisting.file(found, (one) => {
        read.push(one.name);
        return listedFile(one);
      });
    }
    assert.deepEqual(await store.list(index), await store.list());
    await index.saved();
    return read;
  };

  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-listing-'));
    store = new FolderStore(path.join(folder, 'cases'));
    await mkdir(path.join(store.path, 'visible', 'lines'), { recursive: true });
    await put('a', '["-a"]');
    await put('lines/one', '["1"]');
    await put('lines/two', '["\\udcff"]');
    await writeFile(caseFile('odd'), 'case/1\nname: "odd"\n');
  });
  teardown(() => rm(folder, { recursive: true }));

  test('by the same window, or by one that opens later', async () => {
    const index = open();
    assert.deepEqual(await readBy(index), names);
    assert.deepEqual(await readBy(index), []);
    assert.deepEqual(await readBy(open()), []);
    assert.deepEqual(open().remembered(), await store.list());
  });

  test('a file that was changed in place is read, its size and its time as before', async () => {
    await utimes(caseFile('lines/one'), 1e9, 1e9);
    await readBy(open());
    const before = await stat(caseFile('lines/one'));
    await put('lines/one', '["2"]');
    await utimes(caseFile('lines/one'), 1e9, 1e9);
    const after = await stat(caseFile('lines/one'));
    assert.deepEqual([after.size, after.mtimeMs], [before.size, before.mtimeMs]);
    assert.deepEqual(await readBy(open()), ['lines/one']);
    assert.deepEqual(
      (await store.list(open())).cases.map(({ args }) => args),
      [['-a'], ['2'], ['\udcff']],
    );
  });

  test('what was renamed, moved, deleted or added is listed as it is now', async () => {
    await readBy(open());
    await rename(caseFile('a'), caseFile('b'));
    assert.deepEqual(await readBy(open()), ['b']);
    await mkdir(path.join(store.path, 'hidden', 'lines'), { recursive: true });
    await rename(caseFile('lines/two'), path.join(store.path, 'hidden', 'lines', 'two.case'));
    assert.deepEqual(await readBy(open()), ['lines/two']);
    await rm(caseFile('odd'));
    assert.deepEqual(await readBy(open()), []);
    assert.equal(open().remembered()?.unreadable.length, 2, 'what is gone was forgotten');
    await put('lines/two', '["again"]');
    assert.deepEqual(await readBy(open()), ['lines/two'], 'visible and hidden of one name');
  });

  test('a file that was replaced by another of the same size and time is read', async () => {
    await utimes(caseFile('a'), 1e9, 1e9);
    await readBy(open());
    const beside = path.join(folder, 'beside');
    await writeFile(beside, 'case/1\nname: "a"\nargs: ["-b"]\n');
    await utimes(beside, 1e9, 1e9);
    await rename(beside, caseFile('a'));
    assert.deepEqual(await readBy(open()), ['a']);
  });

  test('a file that has just been changed is read again: it may change within one tick', async () => {
    const fresh = open({ now: Date.now });
    assert.deepEqual(await readBy(fresh), names);
    assert.deepEqual(await readBy(fresh), names);
    assert.equal(fresh.remembered()?.cases.length, 3, 'it is remembered all the same');
    assert.deepEqual(await readBy(open()), names);
  });

  test('an index that is damaged, cut, foreign or not to be written costs time alone', async () => {
    const damages: [string, () => Promise<unknown>][] = [
      ['cut', () => truncate(indexFile(), 150)],
      ['empty', () => truncate(indexFile(), 0)],
      ['longer', () => appendFile(indexFile(), '[]')],
      ['no index', () => writeFile(indexFile(), 'not an index\n[1,2]')],
      ['altered', async () => writeFile(indexFile(), await altered())],
    ];
    const altered = async () => (await readFile(indexFile(), 'utf8')).replace('"-a"', '"-z"');
    await readBy(open());
    for (const [what, damage] of damages) {
      await damage();
      assert.equal(open().remembered(), undefined, what);
      assert.deepEqual(await readBy(open()), names, what);
      assert.deepEqual(await readBy(open()), [], `${what}: kept anew`);
    }
    await writeFile(path.join(folder, 'file'), '');
    assert.deepEqual(await readBy(open({ file: path.join(folder, 'file', 'x.json') })), names);
  });

  test('what another version has understood is not taken over', async () => {
    await readBy(open());
    assert.equal(open({ version: 'two' }).remembered(), undefined);
    assert.deepEqual(await readBy(open({ version: 'two' })), names);
    assert.deepEqual(await readBy(open({ version: 'two' })), []);
  });

  test('two windows that write at once leave one whole index', async () => {
    const windows = Array.from({ length: 8 }, () => open());
    await Promise.all(windows.map((index) => readBy(index)));
    assert.deepEqual(await readBy(open()), []);
  });

  test('a window keeps one index for each store, and drops those of stores that are gone', async () => {
    const kept = path.join(folder, 'all');
    const indexes = () => new ListingIndexes({ folder: kept, version: 'one' });
    const stores = ['/w/a/cases', '/w/b/cases'];
    const first = indexes();
    for (const one of stores) {
      await store.list(first.of(one));
      await first.of(one).saved();
    }
    assert.equal(indexes().of('/w/b/cases').remembered()?.cases.length, 3);
    await indexes().keepOnly(['/w/a/cases']);
    assert.equal(indexes().of('/w/a/cases').remembered()?.cases.length, 3);
    assert.equal(indexes().of('/w/b/cases').remembered(), undefined);
  });
});

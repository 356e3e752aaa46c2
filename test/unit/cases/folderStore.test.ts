import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case, FileEntry } from '../../../src/core/cases/case';
import { bytesContent, readContent } from '../../../src/core/cases/content';
import { FolderStore } from '../../../src/core/cases/folderStore';

const large = (fill: number) => bytesContent(Buffer.alloc(100_000, fill));

function caseOf(name: string, over: Partial<Case> & { files?: FileEntry[] } = {}): Case {
  const { files = [], ...others } = over;
  return {
    name,
    labels: [],
    duals: [],
    input: { args: ['x'], env: {}, stdin: bytesContent(''), files },
    gold: {
      stdout: bytesContent('out\n'),
      stderr: bytesContent(''),
      returncode: 0,
      outputs: [],
    },
    ...others,
  };
}

const fileOf = (at: string, fill: number): FileEntry => ({
  kind: 'file',
  path: at,
  mode: 0o644,
  content: large(fill),
});

suite('cases: a folder of case files keeps what is in it', () => {
  let folder: string;
  let store: FolderStore;
  const visible = (...names: string[]) => path.join(store.path, 'visible', ...names);
  const names = async () => (await store.list()).cases.map(({ name }) => name);
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-folder-'));
    store = new FolderStore(path.join(folder, 'cases'));
  });
  teardown(() => rm(folder, { recursive: true }));

  test('a large input file that is called like a case is no case', async () => {
    await store.write(caseOf('y', { files: [fileOf('a.case', 0xff)] }));
    const listing = await store.list();
    assert.deepEqual([listing.cases.length, listing.unreadable.length], [1, 0]);
  });

  test('a group that looks like a folder of blobs is refused, and one made by hand survives', async () => {
    await assert.rejects(store.write(caseOf('y.d/foo')), /can't be the name/u);
    await mkdir(visible('y.d'), { recursive: true });
    await writeFile(visible('y.d', 'mine.txt'), 'by hand');
    await store.write(caseOf('y', { files: [fileOf('big', 0xff)] }));
    await store.write(caseOf('y'), { replace: true });
    await store.remove(['y']);
    assert.deepEqual(await readdir(store.path, { recursive: true }), [
      'visible',
      path.join('visible', 'y.d'),
      path.join('visible', 'y.d', 'mine.txt'),
    ]);
  });

  test('large files whose names no file system tells apart stay apart', async () => {
    const paths = ['\udcff', '\udcfe', 'A', 'a', 'x\ny', 'dot.', 'q'.repeat(250)];
    await store.write(caseOf('y', { files: paths.map((at, i) => fileOf(at, 0x80 + i)) }));
    const entries = await readdir(visible('y.d'), { recursive: true });
    assert.equal(new Set(entries.map((entry) => entry.toLowerCase())).size, entries.length);
    const { input } = await store.read('y');
    const read = await Promise.all(
      input.files.map(async (entry) => {
        assert.ok(entry.kind === 'file' && entry.content.kind === 'blob');
        return [entry.path, (await readContent(entry.content))[0]];
      }),
    );
    assert.deepEqual(
      read.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      paths.map((at, i) => [at, 0x80 + i]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
  });

  test('a link does not lead a case out of its tree', async () => {
    const outside = path.join(folder, 'outside');
    await mkdir(outside);
    await mkdir(visible(), { recursive: true });
    await symlink(outside, visible('group'));
    await assert.rejects(store.write(caseOf('group/x')), /is a link to another folder/u);
    assert.deepEqual(await readdir(outside), []);
    await writeFile(path.join(outside, 'secret.case'), 'case/1\nname: "s"\nargs: []\n');
    await symlink(path.join(outside, 'secret.case'), visible('s.case'));
    assert.deepEqual(await names(), []);
    await assert.rejects(store.read('s'), /no case s/u);
  });

  test('a file that is not UTF-8 is said to be so, not read as something else', async () => {
    await mkdir(visible(), { recursive: true });
    const text = 'case/1\nname: "l"\nargs: []\nreturncode: 0\n-- stdout\n|caf\xe9\n';
    await writeFile(visible('l.case'), Buffer.from(text, 'latin1'));
    const { cases, unreadable } = await store.list();
    assert.deepEqual(cases, []);
    assert.equal(unreadable[0]?.location.line, 6);
    assert.match(unreadable[0].problem, /not UTF-8/u);
  });

  test('of two who make the same case at once, one is told', async () => {
    const other = new FolderStore(store.path);
    const outcomes = await Promise.allSettled([
      store.write(caseOf('q', { labels: ['mine'], files: [fileOf('f', 1)] })),
      other.write(caseOf('q', { labels: ['theirs'], files: [fileOf('f', 2)] })),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const [entry] = (await store.read('q')).input.files;
    assert.ok(entry?.kind === 'file');
    assert.equal((await readContent(entry.content)).length, 100_000);
  });

  test('what someone else saved since it was read is not written over unseen', async () => {
    await store.write(caseOf('q'));
    const mine = await store.read('q');
    const other = new FolderStore(store.path);
    await other.write({ ...(await other.read('q')), labels: ['theirs'] }, { replace: true });
    await assert.rejects(
      store.write({ ...mine, labels: ['mine'] }, { replace: true }),
      /changed by someone else/u,
    );
    assert.deepEqual((await other.read('q')).labels, ['theirs']);
    await store.write({ ...mine, labels: ['mine'] }, { replace: true });
    await store.write({ ...mine, labels: ['mine again'] }, { replace: true });
    assert.deepEqual((await other.read('q')).labels, ['mine again']);
  });

  test('a write that fails half-way changes nothing', async () => {
    await store.write(caseOf('q', { files: [fileOf('a', 1)] }));
    const before = await readFile(visible('q.case'), 'utf8');
    const gone = { kind: 'blob', path: '/nowhere', size: 1, sha256: '0'.repeat(64) } as const;
    const files: FileEntry[] = [
      fileOf('a', 2),
      { kind: 'file', path: 'b', mode: 0o644, content: gone },
    ];
    await assert.rejects(store.write(caseOf('q', { files }), { replace: true }));
    assert.equal(await readFile(visible('q.case'), 'utf8'), before);
    const [entry] = (await store.read('q')).input.files;
    assert.ok(entry?.kind === 'file');
    assert.equal((await readContent(entry.content))[0], 1);
    const files2 = await readdir(store.path, { recursive: true });
    assert.deepEqual(
      files2.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock')),
      [],
    );
  });

  test('a tree that is a link is not walked', async () => {
    const outside = path.join(folder, 'outside');
    await mkdir(outside);
    await mkdir(store.path, { recursive: true });
    await symlink(outside, visible());
    await assert.rejects(store.list(), /visible is a link to another folder/u);
  });

  test('renaming and removing what is not there is an error', async () => {
    await assert.rejects(store.rename('q', 'r'), /no case q/u);
    await assert.rejects(store.remove(['q']), /no case q/u);
    await store.write(caseOf('q', { labels: ['hidden'], files: [fileOf('f', 7)] }));
    await store.rename('q', 'group/r');
    assert.deepEqual(await names(), ['group/r']);
    const [entry] = (await store.read('group/r')).input.files;
    assert.ok(entry?.kind === 'file');
    assert.equal((await readContent(entry.content))[99_999], 7);
    assert.ok(!(await readdir(path.join(store.path, 'hidden'))).some((at) => at.startsWith('q')));
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileEntry } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { changedEnvironment } from '../../../src/core/recording/terminal/changedEnvironment';
import { readEnvironment } from '../../../src/core/recording/terminal/shimProtocol';
import { filesInUse, readWorkingFiles } from '../../../src/core/recording/terminal/workingFiles';
import { writeBack } from '../../../src/core/recording/terminal/writeBack';

const file = (at: string, text = ''): FileEntry => ({
  kind: 'file',
  path: at,
  mode: 0o644,
  content: bytesContent(text),
});
const dir = (at: string): FileEntry => ({ kind: 'dir', path: at, mode: 0o755 });
const paths = (entries: readonly FileEntry[]) => entries.map((entry) => entry.path);

suite('the files of a recording terminal', () => {
  let folder: string;
  const inFolder = (...parts: string[]) => path.join(folder, 'cwd', ...parts);

  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'terminal-files-'));
    await mkdir(inFolder());
  });
  teardown(() => rm(folder, { recursive: true }));

  test('a call finds the files of its folder, and says what it names outside of it', async () => {
    await mkdir(inFolder('sub', '.git'), { recursive: true });
    await writeFile(inFolder('a.txt'), 'a');
    await writeFile(inFolder('sub', 'b.txt'), 'b');
    await writeFile(inFolder('sub', '.git', 'config'), '');
    await writeFile(path.join(folder, 'outside.txt'), 'o');
    await symlink('a.txt', inFolder('link'));
    await symlink('../outside.txt', inFolder('lent'));
    const found = await readWorkingFiles(inFolder(), [
      '../outside.txt',
      '--in=a.txt',
      '-n5',
      '..x',
    ]);
    assert.deepEqual(
      found.entries.map((entry) => `${entry.kind} ${entry.path}`),
      ['file a.txt', 'file lent', 'link link', 'dir sub', 'file sub/b.txt'],
    );
    assert.deepEqual(found.outside, ['../outside.txt']);
    assert.equal(found.cut, false);
  });

  test('what an argument names comes first where there is too much', async () => {
    await mkdir(inFolder('many'));
    await Promise.all(
      Array.from({ length: 2100 }, (_, i) => writeFile(inFolder('many', `f${i}`), '')),
    );
    await writeFile(inFolder('zz'), '');
    const { entries, cut } = await readWorkingFiles(inFolder(), ['zz']);
    assert.equal(cut, true);
    assert.equal(entries.length, 2000);
    assert.ok(paths(entries).includes('zz'));
  });

  test('of them a case keeps what was read, changed or listed', () => {
    const entries = [file('a'), file('b'), dir('d'), file('d/x'), file('d/y'), file('e/f')];
    assert.deepEqual(paths(filesInUse(entries, ['a'], [])), ['a']);
    assert.deepEqual(paths(filesInUse(entries, ['d'], [file('b')])), ['b', 'd', 'd/x', 'd/y']);
    assert.deepEqual(paths(filesInUse(entries, ['.'], [])), ['a', 'b', 'd']);
  });

  test('what the program did is done in the folder: written, removed, linked', async () => {
    await writeFile(inFolder('old'), 'old');
    await writeFile(inFolder('gone'), 'gone');
    await writeBack(inFolder(), [
      file('new/deep/file', 'new'),
      { ...file('old', 'changed'), mode: 0o755 } as FileEntry,
      { kind: 'absent', path: 'gone' },
      { kind: 'link', path: 'to', target: 'old' },
    ]);
    assert.deepEqual((await readdir(inFolder())).sort(), ['new', 'old', 'to']);
    assert.equal(await readFile(inFolder('new/deep/file'), 'utf8'), 'new');
    assert.equal(await readFile(inFolder('to'), 'utf8'), 'changed');
    assert.equal((await stat(inFolder('old'))).mode & 0o777, 0o755);
  });

  test('nothing is written through a link, nor outside', async () => {
    await mkdir(path.join(folder, 'other'));
    await writeFile(path.join(folder, 'other', 'kept'), 'kept');
    await symlink('../other', inFolder('away'));
    await symlink('../other/kept', inFolder('leaf'));
    await writeBack(inFolder(), [
      file('away/planted', 'x'),
      { kind: 'absent', path: 'away/kept' },
      file('leaf', 'own'),
      file('../escaped', 'x'),
    ]);
    assert.deepEqual(await readdir(path.join(folder, 'other')), ['kept']);
    assert.equal(await readFile(path.join(folder, 'other', 'kept'), 'utf8'), 'kept');
    assert.equal(await readFile(inFolder('leaf'), 'utf8'), 'own');
    assert.deepEqual((await readdir(folder)).sort(), ['cwd', 'other']);
  });

  test('the environment is what was set since the shell began', () => {
    const before = readEnvironment(['TZ=UTC', 'EDITOR=vi', 'PWD=/a', '=::', '']);
    const now = readEnvironment([
      'TZ=Asia/Tokyo',
      'EDITOR=vi',
      'PWD=/b',
      '_=/x',
      'NEW=a=b',
      'SHLVL=2',
    ]);
    assert.deepEqual(changedEnvironment(before, now), { TZ: 'Asia/Tokyo', NEW: 'a=b' });
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import { formatCase } from '../../../src/core/cases/caseLayout';
import { bytesContent } from '../../../src/core/cases/content';
import { copyCases } from '../../../src/core/cases/exchange/copyCases';
import { exportGold } from '../../../src/core/cases/exchange/exportGold';
import { exportDirs } from '../../../src/core/cases/exchange/exportDirs';
import { importCases } from '../../../src/core/cases/exchange/importCases';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { InfraError } from '../../../src/core/errors';
import { openTarget } from '../../../src/core/targets/openTarget';

const plain: Case = {
  name: 'a/plain',
  labels: [],
  duals: [],
  input: {
    args: ['-e', 's/a b/\n/', ''],
    env: { TZ: 'UTC' },
    stdin: bytesContent('in'),
    files: [],
  },
  gold: { stdout: bytesContent('ü\n'), stderr: bytesContent(''), returncode: 0, outputs: [] },
};
const rich: Case = {
  ...plain,
  name: 'b/rich',
  labels: ['hidden'],
  duals: ['a/plain'],
  input: {
    ...plain.input,
    args: ['\udcff', '-x'],
    files: [
      { kind: 'dir', path: 'empty', mode: 0o755 },
      { kind: 'link', path: 'l', target: 'run' },
      { kind: 'file', path: 'run', mode: 0o755, content: bytesContent('#!/bin/sh\n') },
    ],
  },
  gold: {
    stdout: bytesContent(Buffer.from([0, 0xff, 0x0d, 0x0a])),
    stderr: bytesContent('no newline'),
    returncode: -9,
    outputs: [
      { kind: 'absent', path: 'gone' },
      { kind: 'file', path: 'out.bin', mode: 0o600, content: bytesContent(Buffer.from([1, 0])) },
    ],
  },
};

suite('cases: to other formats and back', () => {
  const follow = () => Promise.reject(new Error('Nothing here has to be run.'));
  const options = async () => ({ target: await openTarget(root), follow });
  let root: string;
  setup(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-exchange-'));
    await writeFile(
      path.join(root, 'mirrorcode.json'),
      '{ "name": "sed", "reference": { "path": "/usr/bin/sed", "args": ["--posix"] } }',
    );
  });
  teardown(() => rm(root, { recursive: true }));

  async function target() {
    const opened = await openTarget(root);
    await opened.store.writeAll([plain, rich]);
    return opened;
  }

  test('folders hold the raw bytes, the modes and the links', async () => {
    const to = path.join(root, 'dirs');
    assert.deepEqual(await exportDirs(await target(), to), {
      done: ['a/plain', 'b/rich'],
      refused: [],
    });
    const bytes = async (file: string) =>
      (await readFile(path.join(to, 'b/rich', file))).toString('latin1');
    assert.equal(await bytes('cmd'), 'sed\0--posix\0\xff\0-x');
    assert.equal(await bytes('expected_output'), '\0\xff\r\n');
    assert.equal(await bytes('expected_stderr'), 'no newline');
    assert.equal(await bytes('returncode'), '-9\n');
    assert.equal(await bytes('stdin'), 'in');
    assert.deepEqual(JSON.parse(await bytes('env.json')), { TZ: 'UTC' });
    assert.equal(await readlink(path.join(to, 'b/rich/files/l')), 'run');
    assert.equal((await stat(path.join(to, 'b/rich/files/run'))).mode & 0o777, 0o755);
    assert.equal((await stat(path.join(to, 'b/rich/expected_files/out.bin'))).mode & 0o777, 0o600);
    assert.ok((await stat(path.join(to, 'b/rich/files/empty'))).isDirectory());
  });

  test('what was exported as folders comes back as it was', async () => {
    const to = path.join(root, 'dirs');
    await exportDirs(await target(), to);
    const { cases, refused } = await importCases(to, { target: await openTarget(root), follow });
    assert.deepEqual(refused, []);
    assert.deepEqual(cases.map(formatCase), [plain, rich].map(formatCase));
  });

  test('a file that is gone from a folder leaves no folder behind in the export', async () => {
    const at = 'd/sub/gone.txt';
    const gone: Case = {
      ...plain,
      input: {
        ...plain.input,
        files: [{ kind: 'file', path: at, mode: 0o644, content: bytesContent('x') }],
      },
      gold: { ...plain.gold!, outputs: [{ kind: 'absent', path: at }] },
    };
    const from = await openTarget(root);
    await from.store.write(gone);
    const to = path.join(root, 'dirs');
    await exportDirs(from, to);
    const { cases } = await importCases(to, await options());
    assert.deepEqual(cases.map(formatCase), [formatCase(gone)]);
  });

  test('what can not be read is refused by name in every format', async () => {
    const from = await target();
    await writeFile(path.join(root, 'cases', 'visible', 'torn.case'), 'case/1\nna');
    for (const { done, refused } of [
      await exportDirs(from, path.join(root, 'dirs')),
      await exportGold(from.store, path.join(root, 'rows.jsonl')),
    ]) {
      assert.ok(done.includes('a/plain'));
      assert.match(refused.find(({ name }) => name === 'torn')?.reason ?? '', /torn\.case:2/u);
    }
  });

  test('a disk that fails ends the export and is said once', async () => {
    const to = path.join(root, 'dirs');
    await mkdir(to);
    await writeFile(path.join(to, 'b'), 'in the way');
    await assert.rejects(exportDirs(await target(), to, { replace: true }), (error: unknown) => {
      assert.ok(error instanceof InfraError);
      assert.match(error.message, /^Exporting b\/rich to .* failed: /u);
      return true;
    });
  });

  test('gold rows carry what they can, and refuse the rest by name', async () => {
    const file = path.join(root, 'sed.jsonl');
    const { store } = await target();
    const { input, labels, duals } = plain;
    await store.write({ name: 'c/unrecorded', input, labels, duals });
    const { done, refused } = await exportGold(store, file);
    assert.deepEqual(done, ['a/plain']);
    assert.match(refused[0]?.reason ?? '', /can't carry b\/rich/u);
    assert.deepEqual(refused[1], { name: 'c/unrecorded', reason: 'it has no gold yet' });
    const back = await importCases(file, { target: await openTarget(root), follow });
    assert.deepEqual(back.cases.map(formatCase), [formatCase(plain)]);
  });

  test('a command line typed for a shell is split; what needs a shell is refused', async () => {
    const put = async (name: string, cmd: string) => {
      await mkdir(path.join(root, 'tree', name), { recursive: true });
      await writeFile(path.join(root, 'tree', name, 'cmd'), cmd);
      await writeFile(path.join(root, 'tree', name, 'expected_output'), 'x');
    };
    await put('words', `sed -e 's/a b/c/' "file name"\n`);
    await put('pipe', 'sed -n 1p | wc -l\n');
    await put('variable', 'sed $HOME\n');
    const { cases, refused } = await importCases(path.join(root, 'tree'), await options());
    assert.deepEqual(cases[0]?.input.args, ['-e', 's/a b/c/', 'file name']);
    assert.equal(cases[0].gold?.returncode, 0);
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['pipe', 'variable'],
    );
  });

  test('existing cases stay unless replacing was asked for', async () => {
    const { store } = await target();
    const changed = { ...plain, labels: ['edge'] };
    const kept = await copyCases([changed, { ...plain, name: 'c' }], store, { replace: false });
    assert.deepEqual(kept.done, ['c']);
    assert.match(kept.refused[0]?.reason ?? '', /already/u);
    assert.deepEqual((await store.read('a/plain')).labels, []);
    await copyCases([changed], store, { replace: true });
    assert.deepEqual((await store.read('a/plain')).labels, ['edge']);
  });

  test('exported folders replay outside: what sed answers is what they hold', async function () {
    if (spawnSync('/usr/bin/sed', ['--version']).status !== 0) {
      return this.skip();
    }
    const store = new FolderStore(path.join(root, 'cases'));
    const run = spawnSync('sed', ['--posix', 's/i/o/'], { input: 'in\r\nin' });
    await store.write({
      ...plain,
      name: 'real',
      input: { ...plain.input, args: ['s/i/o/'], stdin: bytesContent('in\r\nin') },
      gold: {
        stdout: bytesContent(run.stdout),
        stderr: bytesContent(run.stderr),
        returncode: 0,
        outputs: [],
      },
    });
    const to = path.join(root, 'dirs');
    await exportDirs(await openTarget(root), to);
    const [, ...args] = (await readFile(path.join(to, 'real/cmd'), 'utf8')).split('\0');
    const again = spawnSync('sed', args, { input: await readFile(path.join(to, 'real/stdin')) });
    assert.ok(again.stdout.equals(await readFile(path.join(to, 'real/expected_output'))));
    assert.equal(again.stdout.toString(), 'on\r\non');
  });

  test('names, modes and folders that are out of the ordinary come back too', async () => {
    const content = bytesContent('x');
    const odd: Case = {
      ...rich,
      name: 'a/plain/files',
      suppress: { duplicates: 'on purpose' },
      input: {
        ...rich.input,
        files: [
          { kind: 'dir', path: 'd', mode: 0o755 },
          { kind: 'file', path: 'd/\udcff\n', mode: 0o4750, content },
          { kind: 'dir', path: 'locked', mode: 0o500 },
          { kind: 'file', path: 'locked/x', mode: 0o400, content },
          { kind: 'file', path: 'plain/x', mode: 0o644, content },
          { kind: 'link', path: 'up', target: '../\udcfe' },
        ],
      },
    };
    const from = await target();
    await from.store.write(odd);
    const to = path.join(root, 'dirs');
    const umask = process.umask(0o077);
    try {
      await exportDirs(from, to);
    } finally {
      process.umask(umask);
    }
    const { cases, refused } = await importCases(to, { target: await openTarget(root), follow });
    assert.deepEqual(refused, []);
    assert.deepEqual(new Set(cases.map(formatCase)), new Set([plain, odd, rich].map(formatCase)));
  });

  test('an export does not mix with what is there, and replaces only an earlier one', async () => {
    const from = await target();
    const to = path.join(root, 'dirs');
    await exportDirs(from, to);
    await assert.rejects(exportDirs(from, to), /there is something in it/u);
    await writeFile(path.join(to, 'mine.txt'), 'kept');
    await mkdir(path.join(to, 'theirs', 'files'), { recursive: true });
    await writeFile(path.join(to, 'theirs', 'case.json'), '{}');
    await from.store.write({ ...rich, input: { ...rich.input, files: [] } }, { replace: true });
    await exportDirs(from, to, { replace: true });
    await assert.rejects(stat(path.join(to, 'b/rich/files')), { code: 'ENOENT' });
    assert.equal(await readFile(path.join(to, 'mine.txt'), 'utf8'), 'kept');
    await stat(path.join(to, 'theirs', 'files'));
  });

  test('what leads out of a folder, or is no file, is refused', async () => {
    const put = async (name: string) => {
      const folder = path.join(root, 'tree', name);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'cmd'), 'sed');
      await writeFile(path.join(folder, 'expected_output'), '');
      return folder;
    };
    await symlink('/etc', path.join(await put('linked-files'), 'files'));
    await symlink('/etc/passwd', path.join(await put('linked-stdin'), 'stdin'));
    const fifo = path.join(await put('fifo'), 'files');
    await mkdir(fifo);
    assert.equal(spawnSync('mkfifo', [path.join(fifo, 'pipe')]).status, 0);
    await writeFile(path.join(await put('code'), 'returncode'), 'zero');
    await writeFile(path.join(await put('json'), 'env.json'), '{');
    const { cases, refused } = await importCases(path.join(root, 'tree'), await options());
    assert.deepEqual(cases, []);
    assert.deepEqual(
      refused.map(({ name, reason }) => [name, reason.replace(/^\S*\//u, '').slice(0, 25)]),
      [
        ['code', 'the return code "zero" is'],
        ['fifo', 'pipe is neither a file, a'],
        ['json', 'env.json is not JSON: Exp'],
        ['linked-files', 'files is not a folder'],
        ['linked-stdin', 'stdin is not a file'],
      ],
    );
  });

  test('one case that exists does not turn away those that were new', async () => {
    const from = await target();
    const more = ['c/1', 'a/plain', 'c/2'].map((name) => ({ ...plain, name }));
    const { done, refused } = await copyCases(more, from.store, { replace: false });
    assert.deepEqual(done, ['c/1', 'c/2']);
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['a/plain'],
    );
  });
});

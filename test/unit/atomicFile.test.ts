import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeFileAtomically, writeFilesAtomically } from '../../src/core/atomicFile';
import { InfraError } from '../../src/core/errors';

suite('files written beside and renamed over', () => {
  let folder: string;
  setup(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-atomic-'))));
  teardown(() => rm(folder, { recursive: true }));

  test('a file keeps the permissions that it had', async () => {
    const file = path.join(folder, 'private');
    await writeFile(file, 'old');
    await chmod(file, 0o660);
    const umask = process.umask(0o077);
    try {
      await writeFileAtomically(file, 'new');
      await writeFileAtomically(path.join(folder, 'fresh'), 'x');
    } finally {
      process.umask(umask);
    }
    assert.equal((await stat(file)).mode & 0o777, 0o660);
    assert.equal((await stat(path.join(folder, 'fresh'))).mode & 0o777, 0o600);
    assert.equal(await readFile(file, 'utf8'), 'new');
  });

  test('a disk that fails is said in a sentence, and nothing is changed', async () => {
    const first = path.join(folder, 'first');
    await writeFile(first, 'old');
    const below = path.join(first, 'no-folder');
    await assert.rejects(
      writeFilesAtomically([
        { file: first, bytes: 'new' },
        { file: below, bytes: 'x' },
      ]),
      (error: unknown) => {
        assert.ok(error instanceof InfraError);
        assert.match(error.message, /^Writing .*no-folder failed: /u);
        assert.match(error.action ?? '', /untouched/u);
        return true;
      },
    );
    assert.equal(await readFile(first, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['first']);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readCandidate } from '../../../src/core/scoring/candidateSource';

suite('the files of a candidate', () => {
  let folder: string;
  setup(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-candidate-'))));
  teardown(() => rm(folder, { recursive: true }));

  test('come with names in any bytes; links stay links, and pipes stay away', async function () {
    await mkdir(path.join(folder, 'src'));
    const odd = Buffer.concat([Buffer.from(`${folder}/src/`), Buffer.from([0xff, 0x0a])]);
    try {
      await writeFile(odd, 'x');
    } catch {
      console.log('    Skipped: this file system takes only names in UTF-8');
      this.skip();
    }
    await symlink('/etc/passwd', path.join(folder, 'leak'));
    await symlink('..', path.join(folder, 'up'));
    assert.equal(spawnSync('mkfifo', [path.join(folder, 'pipe')]).status, 0);
    const { files } = await readCandidate(folder);
    assert.deepEqual(
      files.map((entry) => [entry.kind, entry.path, 'target' in entry ? entry.target : undefined]),
      [
        ['link', 'leak', '/etc/passwd'],
        ['dir', 'src', undefined],
        ['file', 'src/\udcff\n', undefined],
        ['link', 'up', '..'],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../support/host/paths';

suite('the program mirrorcode', () => {
  function run(...args: readonly string[]) {
    const main = path.join(repositoryRoot, 'src/cli/main.ts');
    return spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8' });
  }

  test('says its version, which is that of the package', () => {
    const manifest = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { readonly version: string };
    const { status, stdout, stderr } = run('--version');
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('names the command that a mistyped one may have meant', () => {
    const { status, stdout, stderr } = run('scor');
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(stderr, /unknown command 'scor'.*Did you mean score\?/su);
  });
});

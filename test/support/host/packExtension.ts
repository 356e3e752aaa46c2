import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './paths';

const run = promisify(execFile);

/** Packs what lies in the clone, built, into the `.vsix` file that a person would install. */
export async function packExtension(vsixPath: string): Promise<void> {
  const vsce = path.join(repositoryRoot, 'node_modules/@vscode/vsce/vsce');
  await run(
    process.execPath,
    [
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      // There is no address yet that the pictures of the README could be shown from.
      '--no-rewrite-relative-links',
      '--skip-license',
      ...['--out', vsixPath],
    ],
    { cwd: repositoryRoot, maxBuffer: 1 << 24 },
  );
}

/** Builds the bundles of `dist/`. */
export async function buildExtension(): Promise<void> {
  await run(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot, maxBuffer: 1 << 24 });
}

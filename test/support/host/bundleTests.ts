import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { repositoryRoot } from './paths';

const folder = 'out/integration';

/**
 * Bundles `test/integration`, every `*.test.ts` in it without being listed, for the extension host.
 * @param wanted Part of the names of the files to take; all of them when empty.
 * @returns the script with `run()`.
 */
export async function bundleTests(wanted = ''): Promise<string> {
  await mkdir(path.join(repositoryRoot, folder), { recursive: true });
  // The package is one of ES modules; the extension host requires its tests.
  await writeFile(path.join(repositoryRoot, folder, 'package.json'), '{"type":"commonjs"}\n');
  await esbuild.build({
    absWorkingDir: repositoryRoot,
    entryPoints: ['test/integration/entry.ts'],
    outfile: `${folder}/entry.js`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    // Mocha resolves the workers of its parallel mode, which is not used here.
    logOverride: { 'require-resolve-not-external': 'silent' },
    external: ['vscode'],
    plugins: [collectSuites(wanted)],
  });
  return path.join(repositoryRoot, folder, 'entry.js');
}

const collectSuites = (wanted: string): esbuild.Plugin => ({
  name: 'integration-suites',
  setup(build) {
    const namespace = 'integration-suites';
    build.onResolve({ filter: /^integration-suites$/ }, ({ path: name }) => ({
      path: name,
      namespace,
    }));
    build.onLoad({ filter: /.*/, namespace }, async () => {
      const files = (await suiteFiles()).filter((file) => file.includes(wanted));
      if (files.length === 0) {
        throw new Error('No *.test.ts was found below test/integration.');
      }
      const contents = files.map((file) => `import ${JSON.stringify(`./${file}`)};`).join('\n');
      return { contents, resolveDir: repositoryRoot };
    });
  },
});

async function suiteFiles(): Promise<string[]> {
  const tests = 'test/integration';
  const names = await readdir(path.join(repositoryRoot, tests), { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => path.posix.join(tests, name));
}

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { repositoryRoot } from './paths';

const folder = 'out/integration';

/**
 * Bundles a script with `run()` for the extension host: by default that of `test/integration`, with
 * every `*.test.ts` in it without being listed.
 * @param options.wanted Part of the names of the files to take; all of them when empty.
 * @returns the bundle.
 */
export async function bundleTests({
  source = 'test/integration/entry.ts',
  wanted = '',
} = {}): Promise<string> {
  const bundle = `${folder}/${path.basename(source, '.ts')}.js`;
  await mkdir(path.join(repositoryRoot, folder), { recursive: true });
  // The package is one of ES modules; the extension host requires its tests.
  await writeFile(path.join(repositoryRoot, folder, 'package.json'), '{"type":"commonjs"}\n');
  await esbuild.build({
    absWorkingDir: repositoryRoot,
    entryPoints: [source],
    outfile: bundle,
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
  return path.join(repositoryRoot, bundle);
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

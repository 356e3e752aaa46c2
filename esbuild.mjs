// Builds everything that ships, from one table of entries.
//   node esbuild.mjs [--watch] [--production]
// A production build is minified, has no source maps, and fails when anything outgrows its budget.
import { mkdir, writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { entries } from './scripts/entries.mjs';
import { checkBudgets } from './scripts/budgets.mjs';
import { dockerClientPlugin } from './scripts/dockerClient.mjs';
import { checkInstalledSize } from './scripts/installedSize.mjs';
import { removeStale } from './scripts/removeStale.mjs';
import { zodLocalesPlugin } from './scripts/zodLocales.mjs';
import { buildRunner } from './scripts/runner.mjs';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** Bundles that are being built. */
let building = 0;

/**
 * Lines that the problem matcher of `.vscode/tasks.json` reads. All bundles together are one build to
 * it: whoever waits for the end must not go on at the end of the first.
 */
const problemMatcher = {
  name: 'problem-matcher',
  setup(build) {
    build.onStart(() => {
      if (building++ === 0) console.log('[watch] build started');
    });
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
      }
      if (--building === 0) console.log('[watch] build finished');
    });
  },
};

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: watch ? 'silent' : 'warning',
  loader: { '.node': 'empty', '.ttf': 'file' },
  plugins: [dockerClientPlugin, zodLocalesPlugin, ...(watch ? [problemMatcher] : [])],
};

const forNode = { platform: 'node', target: 'node20', mainFields: ['module', 'main'] };

/** Modules that share what they have in common, which then lies beside them once. */
const shared = (platform, options) => {
  const ours = entries.filter((entry) => entry.platform === platform && entry.format !== 'cjs');
  const names = ours.map(({ input, output }) => [output.replace(/\.js$/, ''), input]);
  return {
    ...common,
    ...options,
    entryPoints: Object.fromEntries(names),
    outdir: 'dist',
    format: 'esm',
    splitting: true,
  };
};

/** What is no module, and can't be bundled as one. */
const alone = ({ input, output }) => ({
  ...common,
  ...forNode,
  entryPoints: [input],
  outfile: `dist/${output}`,
  format: 'cjs',
});

const builds = [
  shared('node', {
    ...forNode,
    external: ['vscode'],
    chunkNames: 'shared-[hash]',
    // Packages that are no modules themselves require what Node brings.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  }),
  shared('browser', {
    platform: 'browser',
    target: 'chrome130',
    chunkNames: 'media/shared-[hash]',
    assetNames: 'media/[name]',
  }),
  ...entries.filter(({ format }) => format === 'cjs').map(alone),
];

await mkdir('dist', { recursive: true });
// As the root has it, for whoever finds the bundles without it.
await writeFile('dist/package.json', '{"type":"module"}\n');
await buildRunner();

if (watch) {
  const contexts = await Promise.all(builds.map((build) => esbuild.context(build)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  const results = await Promise.all(builds.map((build) => esbuild.build(build)));
  if (production) {
    const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
    await removeStale(outputs);
    checkBudgets(entries, outputs);
    await checkInstalledSize();
  }
}

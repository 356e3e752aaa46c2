import { entries } from './scripts/entries.mjs';

const bundled = entries
  .map(({ input }) => input)
  .filter((file) => !file.startsWith('node_modules/'));

/** What nothing reaches from these files is not used; types that their own file uses may be told. */
export default {
  entry: [
    ...bundled,
    'scripts/*.{mjs,mts}',
    'scripts/{start,test}/main.ts',
    'test/**/*.test.ts',
    'test/**/*.{bench,fuzz}.ts',
    'test/integration/entry.ts',
    'test/bench/support/{curation,window}Entry.ts',
    'test/bench/support/benchModel.ts',
    'test/support/host/{fetchHosts,integration,screenshot}.ts',
    'test/support/browser/captureThemes.ts',
    'test/support/runs/runChild.ts',
    'test/support/runs/scriptedAgent.mjs',
    'test/support/report/reporter.cjs',
  ],
  project: ['{src,media,scripts,test}/**/*.{ts,mts,mjs,cjs}'],
  ignoreExportsUsedInFile: true,
  // A module that the bundling of the tests makes up.
  ignoreDependencies: ['integration-suites'],
  ignoreBinaries: ['cc', 'cmp', 'dpkg-query', 'gcc', 'mkfifo', 'mount', 'umount', 'xxd'],
};

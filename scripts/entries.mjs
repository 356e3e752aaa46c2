import { dockerClientEntry } from './dockerClient.mjs';

/**
 * A webview: `media/NAME/main.ts` becomes `dist/media/NAME.js`, and the style sheets that it imports
 * become `dist/media/NAME.css`. Fonts land beside them, shared.
 */
export const view = (name, budget) => ({
  input: `media/${name}/main.ts`,
  output: `media/${name}.js`,
  platform: 'browser',
  budget,
});

/**
 * Every bundle that ships: where it starts, where it lands below `dist/`, where it runs, and how
 * large it may grow when minified (bytes).
 */
export const entries = [
  {
    input: 'src/extension/extension.ts',
    output: 'extension.js',
    platform: 'node',
    budget: 250_000,
  },
  {
    input: 'src/extension/engine/worker.ts',
    output: 'engine.js',
    platform: 'node',
    budget: 720_000,
  },
  {
    input: 'src/core/transcripts/worker/transcriptWorker.ts',
    output: 'workers/transcripts.js',
    platform: 'node',
    budget: 240_000,
  },
  { input: 'src/cli/main.ts', output: 'cli.js', platform: 'node', budget: 1_200_000 },
  {
    input: 'src/core/bytes/view/bytesWorker.ts',
    output: 'workers/bytes.js',
    platform: 'node',
    budget: 70_000,
  },
  view('bytes', 90_000),
  view('curation', 60_000),
  view('bytesTerminal', 420_000),
  view('transcript', 110_000),
  {
    input: 'media/transcript/terminal/main.ts',
    output: 'media/transcriptTerminal.js',
    platform: 'browser',
    budget: 450_000,
  },
  dockerClientEntry,
];

/** A part of `npm test`, which can also be run alone. */
export interface Step {
  readonly name: string;
  /** What runs: a script of `node_modules` or of the clone, with its arguments. */
  readonly command: readonly string[];
  /** Where the tests of a suite lie: their files' ending below a folder. Without any it is left out. */
  readonly tests?: { readonly folder: string; readonly ending: string };
  /** A suite writes its results; any other step passes or fails as a whole. */
  readonly kind: 'suite' | 'check';
  readonly timeoutMs: number;
  /** Runs beside the others, one such step at a time; its output is shown once it is done. */
  readonly aside?: true;
  /** Waits for those that run beside it: it builds anew what they read. */
  readonly alone?: true;
}

const minutes = (count: number) => count * 60_000;
const mocha = 'node_modules/mocha/bin/mocha.js';

function mochaStep(name: string, timeoutMs: number): Step {
  return {
    name,
    command: [mocha, `test/${name}/**/*.test.ts`],
    tests: { folder: `test/${name}`, ending: '.test.ts' },
    kind: 'suite',
    timeoutMs,
  };
}

function npmScript(name: string): Step {
  return {
    name,
    command: ['npm', 'run', '--silent', name],
    kind: 'check',
    timeoutMs: minutes(8),
    aside: true,
  };
}

/** In the order in which they run: what others build on, and what is told fastest, comes first. */
export const steps: readonly Step[] = [
  { name: 'build', command: ['esbuild.mjs', '--production'], kind: 'check', timeoutMs: minutes(5) },
  {
    name: 'hosts',
    command: ['--import', 'tsx', 'test/support/host/fetchHosts.ts'],
    kind: 'check',
    timeoutMs: minutes(10),
    aside: true,
  },
  npmScript('check'),
  npmScript('lint:eslint'),
  npmScript('lint:format'),
  npmScript('lint:unused'),
  // Most of what it does is to wait for a browser.
  { ...mochaStep('browser', minutes(10)), aside: true },
  mochaStep('unit', minutes(6)),
  mochaStep('faults', minutes(8)),
  {
    ...npmScript('test:grammar'),
    tests: { folder: 'test/unit', ending: '.test.case' },
  },
  {
    name: 'integration',
    command: ['--import', 'tsx', 'test/support/host/integration.ts'],
    tests: { folder: 'test/integration', ending: '.test.ts' },
    kind: 'suite',
    timeoutMs: minutes(10),
  },
  { ...mochaStep('house', minutes(8)), alone: true },
];

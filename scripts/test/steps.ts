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
  /** Steps that it builds on, by name: it waits for their end. */
  readonly after?: readonly string[];
  /** Nothing runs beside it: it builds anew what the others read. */
  readonly alone?: true;
}

/** Several times what any of them takes on a slow machine: what is not done by then hangs. */
const hungMs = 15 * 60_000;
const mocha = 'node_modules/mocha/bin/mocha.js';

function mochaStep(folder: string): Step {
  return {
    name: folder,
    command: [mocha, `test/${folder}/**/*.test.ts`],
    tests: { folder: `test/${folder}`, ending: '.test.ts' },
    kind: 'suite',
    timeoutMs: hungMs,
  };
}

/**
 * In the order in which they begin, some at a time: what others build on and what is told fastest comes
 * first, then what takes long, so that none of it is left alone at the end.
 */
export const steps: readonly Step[] = [
  {
    name: 'build',
    command: ['esbuild.mjs', '--production'],
    kind: 'check',
    timeoutMs: hungMs,
    alone: true,
  },
  {
    name: 'hosts',
    command: ['--import', 'tsx', 'test/support/host/fetchHosts.ts'],
    kind: 'check',
    timeoutMs: hungMs,
  },
  mochaStep('unit'),
  mochaStep('faults/runs'),
  mochaStep('browser'),
  mochaStep('faults/engines'),
  {
    name: 'integration',
    command: ['--import', 'tsx', 'test/support/host/integration.ts'],
    tests: { folder: 'test/integration', ending: '.test.ts' },
    kind: 'suite',
    timeoutMs: hungMs,
    after: ['hosts'],
  },
  mochaStep('faults/recording'),
  { ...mochaStep('house'), after: ['hosts'] },
  {
    name: 'test:grammar',
    command: ['npm', 'run', '--silent', 'test:grammar'],
    tests: { folder: 'test/unit', ending: '.test.case' },
    kind: 'check',
    timeoutMs: hungMs,
  },
  { ...mochaStep('start'), after: ['hosts'], alone: true },
];

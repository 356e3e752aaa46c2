import type { Command } from 'commander';
import { copyCases } from '../core/cases/exchange/copyCases';
import { importCases } from '../core/cases/exchange/importCases';
import { suiteFormats } from '../core/cases/exchange/suites/readSuite';
import { SuiteFollower } from '../core/recording/suiteFollower';
import { selectEngine } from '../core/sandbox/selectEngine';
import type { Engine } from '../core/sandbox/sandbox';
import type { Target } from '../core/targets/target';
import { reportExchange } from './export';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { resolveTarget } from './targetArgument';

interface ImportOptions {
  readonly replace?: true;
  readonly engine: string;
  readonly json?: true;
}

/** `mirrorcode import SRC DIR`: cases of another format into a target. */
export function registerImportCommand(program: Command, io: CliIo): void {
  program
    .command('import')
    .description('Take over cases from another format into a target.')
    .argument('SRC', 'gold rows (.jsonl), folders with cmd and expected_output, or a test suite')
    .argument('DIR', 'the target; make one with: mirrorcode init')
    .option('--replace', 'overwrite cases of the same name')
    .option('--engine <NAME>', 'bubblewrap, docker or auto', 'auto')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  mirrorcode import data/gold_outputs/cal.jsonl targets/cal\n  mirrorcode import /tmp/sed-cases samples/sed --replace\n  mirrorcode import tests/options.t targets/sed\n\nTest suites that are understood: ' +
        suiteFormats +
        '.\nWhere a call may leave something to the next one, the reference is run once to see what.\nTheir cases come without golds: record them with mirrorcode record TARGET --from SRC --replace\n',
    )
    .action(async (from: string, to: string, options: ImportOptions) => {
      const target = await resolveTarget(io, to);
      const source = pathFrom(io, from);
      const { cases, refused } = await readCases(io, source, target, options.engine);
      const copied = await copyCases(cases, target.store, { replace: options.replace === true });
      const all = { done: copied.done, refused: [...refused, ...copied.refused] };
      reportExchange(io, all, `into ${target.store.path}`, options.json === true);
    });
}

async function readCases(io: CliIo, source: string, target: Target, engineName: string) {
  let engine: Engine | undefined;
  const follower = new SuiteFollower(
    target,
    async () => {
      engine = await selectEngine(engineName, { distDir: io.distDir, signal: io.signal });
      return engine;
    },
    io.signal,
  );
  try {
    return await importCases(source, { target, follow: follower.follow });
  } finally {
    await follower.dispose();
    await engine?.dispose();
  }
}

import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UserError } from '../core/errors';
import type { Target } from '../core/targets/target';
import type { Engine } from '../core/sandbox/sandbox';
import { selectEngine } from '../core/sandbox/selectEngine';
import { describeFlake } from '../core/recording/capture';
import type { CaseDraft } from '../core/recording/capture';
import { makeDraft, readAssignments, readFiles } from '../core/recording/draft';
import { readDrafts } from '../core/recording/drafts';
import { readInput } from '../core/recording/inputRow';
import { isSuite, suiteFormats } from '../core/cases/exchange/suites/readSuite';
import { readSuiteDrafts } from '../core/cases/exchange/suites/suiteDrafts';
import { recordIntoStore } from '../core/recording/recordIntoStore';
import type { StoredRecording } from '../core/recording/recordIntoStore';
import { SuiteFollower } from '../core/recording/suiteFollower';
import { defaultRuns } from '../core/recording/recorder';
import type { RecordOptions as CoreOptions } from '../core/recording/recorder';
import { readVariations } from '../core/recording/verify';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { collect, readCount } from './options';
import { recordDual } from './recordDual';
import { recordTerminal } from './recordTerminal';
import { resolveTarget, targetHelp } from './targetArgument';

interface RecordOptions {
  readonly name?: string;
  readonly stdin?: string;
  readonly file: readonly string[];
  readonly env: readonly string[];
  readonly label: readonly string[];
  readonly dualOf: readonly string[];
  readonly mutate?: string | true;
  readonly from?: string;
  readonly terminal?: true;
  readonly repeat: number;
  readonly vary: string;
  readonly replace?: boolean;
  readonly allowFlaky?: boolean;
  readonly pin: boolean;
  readonly engine: string;
  readonly json?: true;
}

export function registerRecordCommand(program: Command, io: CliIo): void {
  program
    .command('record')
    .description('record cases of the reference, in a sandbox, several times, with things varied')
    .argument('TARGET', targetHelp)
    .argument('[ARGS...]', 'the case’s arguments, after --')
    .option('--name <NAME>', 'the case, as group/name; made of the arguments when left out')
    .option('--stdin <FILE>', 'standard input: a file, or - for this command’s own')
    .option('--file <PATH=SOURCE>', 'a file that the case finds in its directory', collect, [])
    .option('--env <NAME=VALUE>', 'a variable of the case', collect, [])
    .option('--label <LABEL>', 'hidden, ablated, edge, or your own', collect, [])
    .option('--dual-of <CASE>', 'the visible case that this hidden one mirrors', collect, [])
    .option(
      '--mutate [RULE]',
      'make the dual of --dual-of by rule: numbers, words, dates, options, lines, everything',
    )
    .option('--terminal', 'a shell in which every call of the target is captured')
    .option(
      '--from <LIST>',
      'many: command lines, JSON lines, or a test suite (cram, trycmd, shelltest)',
    )
    .option(
      '--repeat <RUNS>',
      'runs a case, the first two with nothing varied',
      readCount,
      defaultRuns,
    )
    .option('--vary <LIST>', 'what is varied: all, or names joined by commas', 'all')
    .option('--replace', 'write over cases of the same name')
    .option('--allow-flaky', 'keep flaky cases too, labelled "flaky"')
    .option(
      '--no-pin',
      'refuse what depends on the time zone, locale, … instead of setting the variable in the case',
    )
    .option('--engine <NAME>', 'bubblewrap, docker or auto', 'auto')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  mirrorcode record samples/numfmt -- --to=si 1500
  mirrorcode record samples/sed --name files/in-place --file list.txt=./mine.txt -- -i 2d list.txt
  mirrorcode record samples/uuidparse --label hidden --dual-of types/time -- UUID
  mirrorcode record samples/numfmt --dual-of from/unit --mutate numbers
  mirrorcode record samples/numfmt --from inputs.jsonl
  mirrorcode record samples/sed --from tests/options.t --replace
  mirrorcode record samples/sed --terminal`,
    )
    .action((name: string, args: string[], options: RecordOptions) =>
      record(io, name, args, options),
    );
}

async function record(
  io: CliIo,
  targetName: string,
  args: readonly string[],
  options: RecordOptions,
): Promise<void> {
  const target = await resolveTarget(io, targetName);
  const recordAll = await recordingOf(io, target, args, options);
  const engine = await selectEngine(options.engine, { distDir: io.distDir, signal: io.signal });
  try {
    if (options.terminal === true) {
      await recordTerminal(io, target, engine, options.repeat);
      return;
    }
    const recordings = await recordAll(engine, {
      runs: options.repeat,
      vary: readVariations(options.vary),
      lanes: os.availableParallelism(),
      signal: io.signal,
      onProgress: (progress) => io.progress(progress),
    });
    io.progress(undefined);
    report(io, target, recordings, options.json === true);
  } finally {
    io.progress(undefined);
    await engine.dispose();
  }
}

type RecordAll = (engine: Engine, how: CoreOptions) => Promise<StoredRecording[]>;

/** What is to be recorded; what is wrong with it is said before an engine is looked for. */
async function recordingOf(
  io: CliIo,
  target: Target,
  args: readonly string[],
  options: RecordOptions,
): Promise<RecordAll> {
  const { mutate, dualOf: of, name } = options;
  if (mutate !== undefined) {
    const request = { of, mutate, ...(name !== undefined && { name }) };
    return (engine, how) => recordDual(io, target, engine, request, how);
  }
  const taken = new Set((await target.store.list()).cases.map((known) => known.name));
  const recordDrafts = (drafts: readonly CaseDraft[], engine: Engine, how: CoreOptions) =>
    recordIntoStore(target, engine, drafts, {
      ...how,
      replace: options.replace === true,
      allowFlaky: options.allowFlaky === true,
      pin: options.pin,
    });
  const list = pathFrom(io, options.from ?? '');
  if (options.from !== undefined && (await isSuite(list))) {
    return async (engine, how) =>
      recordDrafts(await suiteDrafts(io, list, options, target, engine), engine, how);
  }
  const strangers = of.filter((one) => !taken.has(one));
  if (strangers.length > 0) {
    throw new UserError(`${target.name} has no case ${strangers.join(', ')} to be a dual of.`, {
      action: 'Name a visible case of the target: mirrorcode cases TARGET lists them.',
    });
  }
  const drafts =
    options.from === undefined
      ? [await draftOf(io, args, options, taken)]
      : await readDrafts(list, target, {
          ...(await defaultsOf(io, options)),
          taken,
        });
  return (engine, how) => recordDrafts(drafts, engine, how);
}

async function draftOf(
  io: CliIo,
  args: readonly string[],
  { name, stdin, file, env, label, dualOf }: RecordOptions,
  taken: ReadonlySet<string>,
): Promise<CaseDraft> {
  const parts = {
    ...(name === undefined ? {} : { name }),
    args,
    stdin: await readStdin(io, stdin),
    files: file,
    env,
    labels: dualOf.length > 0 && !label.includes('hidden') ? [...label, 'hidden'] : label,
    duals: dualOf,
  };
  return makeDraft(parts, io.cwd, taken);
}

async function defaultsOf(io: CliIo, { label, env, file }: RecordOptions) {
  return { labels: label, env: readAssignments(env), files: await readFiles(file, io.cwd) };
}

/** The calls in another tool's suite; the reference is run where one leaves something to the next. */
async function suiteDrafts(
  io: CliIo,
  list: string,
  options: RecordOptions,
  target: Target,
  engine: Engine,
): Promise<readonly CaseDraft[]> {
  const follower = new SuiteFollower(target, () => Promise.resolve(engine), io.signal);
  try {
    const { follow } = follower;
    const suite = await readSuiteDrafts(list, { target, follow }, await defaultsOf(io, options));
    if (suite === undefined) {
      throw new UserError(`There is no test suite in ${list}.`, {
        action: `These are understood: ${suiteFormats}.`,
      });
    }
    suite.refused.forEach(({ name, reason }) =>
      io.note(`left out: ${name}: ${reason.replace(/\.$/u, '')}.`),
    );
    return suite.drafts;
  } finally {
    await follower.dispose();
  }
}

async function readStdin(io: CliIo, source: string | undefined): Promise<Uint8Array> {
  if (source === undefined) {
    return new Uint8Array(0);
  }
  return source === '-' ? buffer(io.stdin) : readInput(path.resolve(io.cwd, source));
}

function report(
  io: CliIo,
  target: Target,
  recordings: readonly StoredRecording[],
  asJson: boolean,
): void {
  const refused = recordings.filter(({ stored }) => !stored);
  if (refused.length > 0) {
    io.setExitCode(exitCodes.failed);
  }
  if (asJson) {
    io.json({
      target: target.name,
      recorded: recordings.length - refused.length,
      cases: recordings,
    });
    return;
  }
  for (const { name, stored, reason, flakes, pinned } of recordings) {
    io.out(
      `${stored ? 'recorded' : 'refused '}  ${name}${reason === undefined ? '' : `: ${reason}`}\n`,
    );
    flakes.forEach((flake) => io.out(`            ${describeFlake(flake)}\n`));
    if (pinned.length > 0) {
      io.out(`            pinned ${pinned.join(', ')}\n`);
    }
  }
  io.out(`${recordings.length - refused.length} recorded, ${refused.length} refused.\n`);
}

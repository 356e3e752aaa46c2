import os from 'node:os';
import type { Command } from 'commander';
import { pastCandidate } from '../core/agents/run/pastCandidate';
import type { PastCandidate } from '../core/agents/run/pastCandidate';
import { UserError } from '../core/errors';
import { selectEngine } from '../core/sandbox/selectEngine';
import { describeScore } from '../core/scoring/describeScore';
import type { Score } from '../core/scoring/score';
import { scoreCandidate } from '../core/scoring/scoreCandidate';
import { readHeader } from '../core/scoring/scoreFiles';
import { parseSelection } from '../core/scoring/selection';
import { languages } from '../core/targets/target';
import type { Language, Profile } from '../core/targets/target';
import { findWorkFolder } from '../core/workFolder';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { oneOf, readCount } from './options';
import { resolveTarget, targetHelp } from './targetArgument';

interface ScoreOptions {
  readonly candidate?: string;
  readonly run?: string;
  readonly step?: number;
  readonly language?: string;
  readonly cases: string;
  readonly engine: string;
  readonly jobs: number;
  readonly profile?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

export function registerScoreCommand(program: Command, io: CliIo): void {
  program
    .command('score')
    .description('build a candidate and run the cases against it, each in a sandbox of its own')
    .argument('TARGET', targetHelp)
    .option('--candidate <DIR>', 'the folder of its source code')
    .option('--run <RUN>', 'in its place: the candidate of a run')
    .option(
      '--step <N>',
      'as it stood after this step of the run; the last when left out',
      readCount,
    )
    .option('--language <LANGUAGE>', `${languages.join(', ')}; the run’s own when left out`)
    .option('--cases <WHICH>', 'all, visible, hidden, or a pattern of names', 'all')
    .option('--engine <NAME>', 'bubblewrap, docker or auto', 'auto')
    .option('--jobs <N>', 'programs at once', readCount, os.availableParallelism())
    .option('--profile <PROFILE>', 'exact or mirrorcode; the target’s own when left out')
    .option('--out <DIR>', 'where the score is kept; below .mirrorcode/scores when left out')
    .option(
      '--resume <DIR>',
      'go on with an interrupted score; one of a run needs --run and --step again',
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  mirrorcode score samples/numfmt --candidate samples/numfmt/candidates/python --language python
  mirrorcode score samples/sed --candidate my-sed --language c --cases 'substitute/*'
  mirrorcode score samples/sed --run .mirrorcode/runs/2026-11-21T10-00-00_sed_go_local-qwen --step 40
  mirrorcode score samples/sed --resume .mirrorcode/scores/2026-11-21T10-00-00_sed_python`,
    )
    .action((name: string, options: ScoreOptions) => score(io, name, options));
}

async function score(io: CliIo, name: string, given: ScoreOptions): Promise<void> {
  const target = await resolveTarget(io, name);
  const past = await pastOf(io, given);
  const options = await withResumed(io, given, past);
  const engine = await selectEngine(options.engine, { distDir: io.distDir, signal: io.signal });
  try {
    const {
      dir,
      score: finished,
      unreadable,
    } = await scoreCandidate({
      target,
      language: options.language,
      candidate: options.candidate,
      ...(past === undefined ? {} : { source: past.source }),
      engine,
      selection: parseSelection(options.cases),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      jobs: options.jobs,
      workFolder: await findWorkFolder(io.cwd),
      ...(options.out === undefined ? {} : { out: pathFrom(io, options.out) }),
      ...(options.resume === undefined ? {} : { resume: options.resume }),
      signal: io.signal,
      onProgress: (progress) => io.progress(progress),
    });
    io.progress(undefined);
    if (past !== undefined) {
      io.note(`The candidate is that of the run after step ${past.step}.`);
    }
    for (const { problem } of unreadable) {
      io.note(`warning: ${problem}`);
    }
    io.setExitCode(exitCodeOf(finished));
    if (options.json === true) {
      const step = past === undefined ? {} : { step: past.step };
      io.json({ ...finished, dir, unreadable, ...step });
    } else {
      io.out(await describeScore(target, finished, dir));
    }
  } finally {
    io.progress(undefined);
    await engine.dispose();
  }
}

/** A case that the harness failed on leaves the score open, whatever the others say. */
function exitCodeOf({ build, counts }: Score): number {
  if (counts.infra > 0) {
    return exitCodes.infra;
  }
  const failed = counts.fail + counts.timeout + counts.crash + counts.skipped;
  return build.ok && failed === 0 ? exitCodes.good : exitCodes.failed;
}

interface CompleteOptions extends Omit<ScoreOptions, 'candidate' | 'language' | 'profile'> {
  readonly candidate: string;
  readonly language: Language;
  readonly profile?: Profile;
}

/** The candidate of a run, where one is named. */
async function pastOf(
  io: CliIo,
  { run, step, candidate }: ScoreOptions,
): Promise<PastCandidate | undefined> {
  if (run !== undefined && candidate === undefined) {
    return pastCandidate(pathFrom(io, run), step);
  }
  if (run !== undefined || step !== undefined) {
    throw new UserError('A step is one of a run, and a run has a candidate of its own.', {
      action: 'Give --run RUN --step N, or --candidate DIR.',
    });
  }
  return undefined;
}

/** What a resumed score, or a run, was about need not be typed again. */
async function withResumed(
  io: CliIo,
  options: ScoreOptions,
  past: PastCandidate | undefined,
): Promise<CompleteOptions> {
  const { profile, ...others } = options;
  const { candidate = options.run, language = past?.language } = options;
  if (options.resume !== undefined) {
    const resume = pathFrom(io, options.resume);
    const header = await readHeader(resume);
    return {
      ...others,
      resume,
      candidate: header.candidate,
      language: header.language,
      profile: header.profile,
      cases: header.cases,
    };
  }
  if (candidate === undefined || language === undefined) {
    throw new UserError('Scoring needs a candidate and its language.', {
      action: 'Add --candidate DIR and --language L, or --run RUN.',
    });
  }
  const checked = profile === undefined ? {} : { profile: oneOf('profile', profile, profiles) };
  return {
    ...others,
    ...checked,
    candidate: pathFrom(io, candidate),
    language: oneOf('language', language, languages),
  };
}

const profiles = ['exact', 'mirrorcode'] as const;

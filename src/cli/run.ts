import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import type { Budget } from '../core/agents/budget';
import { openModel } from '../core/agents/models/openModel';
import { extendBudget } from '../core/agents/run/runControl';
import { readRunState } from '../core/agents/run/runFolder';
import { openRunProgram } from '../core/agents/program/chooseAgent';
import type { RunHost, RunOutcome, RunProgress } from '../core/agents/run/runOptions';
import type { RunState } from '../core/agents/run/runState';
import { resumeRun, startRun } from '../core/agents/run/startRun';
import { tierBudgets } from '../core/agents/run/tiers';
import { UserError } from '../core/errors';
import { selectEngine } from '../core/sandbox/selectEngine';
import type { NamedAgent } from '../core/targets/agentDefinition';
import { languages } from '../core/targets/target';
import type { Target, Tier } from '../core/targets/target';
import { findWorkFolder } from '../core/workFolder';
import { addAgentOptions, agentExamples, agentOf } from './agentOptions';
import type { AgentOptions } from './agentOptions';
import { exitCodes } from './io';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';
import { collectImages, oneOf, readCount, readDuration, readNumber, readPrices } from './options';
import type { LanguageImages, PriceList } from './options';
import { resolveTarget, targetHelp } from './targetArgument';

interface RunOptions extends AgentOptions {
  readonly language?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly tokenLimit?: number;
  readonly costLimit?: number;
  readonly timeLimit?: number;
  readonly workingLimit?: number;
  readonly prices?: PriceList;
  readonly tier?: string;
  readonly gate?: number;
  readonly compactAt?: number;
  readonly repetitions: number;
  readonly resume?: string;
  readonly engine: string;
  readonly image: LanguageImages;
  readonly jobs: number;
  readonly json?: true;
}

export function registerRunCommand(program: Command, io: CliIo): void {
  const command = program
    .command('run')
    .description('let an agent work on a task in a sandbox, then score what it wrote')
    .argument('[TARGET]', targetHelp)
    .option('--language <LANGUAGE>', languages.join(', '))
    .option('--model <MODEL>', 'provider/name, such as anthropic/claude-sonnet-4-5')
    .option('--base-url <URL>', 'where the model is served, if not at its usual place')
    .option('--token-limit <N>', 'tokens of the run', readNumber)
    .option('--cost-limit <DOLLARS>', 'US dollars of the run; needs --prices', readNumber)
    .option('--time-limit <TIME>', 'wall clock: seconds, or 30m, 12h, 7d', readDuration)
    .option('--working-limit <TIME>', 'the same, without waits for the model', readDuration)
    .option('--prices <LIST>', 'US dollars a million tokens: IN,OUT[,READ,WRITE]', readPrices)
    .option('--tier <TIER>', 'limits of MirrorCode for targets of size S, M or L')
    .option('--gate <SHARE>', 'visible cases that must pass to submit, 0 to 1', readNumber)
    .option('--compact-at <N>', 'tokens of context at which it is summarised', readCount)
    .option('--repetitions <N>', 'runs at once, which share the limits', readCount, 1)
    .option('--resume <RUN>', 'go on with a run that was paused or interrupted')
    .option('--engine <NAME>', 'bubblewrap, docker or auto', 'auto')
    .option(
      '--image <LANGUAGE=IMAGE>',
      'image of the docker engine for a language',
      collectImages,
      {},
    )
    .option('--jobs <N>', 'cases at once when scoring', readCount, os.availableParallelism())
    .option('--json', 'one JSON document on stdout');
  addAgentOptions(command)
    .addHelpText(
      'after',
      `
The model's key is read from the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, …).
Ctrl+C pauses a run; nothing of it is lost. Limits that are given with --resume take the place of
those that it had.

Examples:
  mirrorcode run samples/numfmt --language python --model anthropic/claude-sonnet-4-5 --tier S
  mirrorcode run samples/sed --language go --model local/qwen --base-url http://localhost:8000/v1 --token-limit 5000000
  mirrorcode run --resume .mirrorcode/runs/2026-11-21T10-00-00_sed_go_local-qwen
  mirrorcode run --resume .mirrorcode/runs/2026-11-21T10-00-00_sed_go_local-qwen --token-limit 9000000
${agentExamples}`,
    )
    .action((name: string | undefined, options: RunOptions) => run(io, name, options));
}

async function run(io: CliIo, name: string | undefined, options: RunOptions): Promise<void> {
  const outcomes =
    options.resume === undefined
      ? await startNew(io, name, options)
      : [await resume(io, pathFrom(io, options.resume), options)];
  io.progress(undefined);
  io.setExitCode(Math.max(...outcomes.map((outcome) => exitCodeOf(io, outcome))));
  if (options.json === true) {
    const runs = outcomes.map(({ dir, state }) => ({ dir, ...state }));
    io.json(options.repetitions > 1 ? { runs } : runs[0]);
  } else {
    outcomes.forEach((outcome) => io.out(describe(io, outcome)));
  }
}

async function startNew(
  io: CliIo,
  name: string | undefined,
  options: RunOptions,
): Promise<RunOutcome[]> {
  const { language, model } = options;
  if (name === undefined || language === undefined || model === undefined) {
    throw new UserError('A run needs a target, a language and a model.', {
      action: 'Say: mirrorcode run TARGET --language L --model M; or --resume RUN.',
    });
  }
  const target = await resolveTarget(io, name);
  const budget = budgetOf(options, target);
  const chosen = oneOf('language', language, languages);
  const group = options.repetitions > 1 ? { group: randomUUID() } : {};
  const agent = agentOf(options, target);
  const { baseUrl, engine, image, jobs } = options;
  const chosenHost = {
    ...{ model, engine, image, jobs },
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(agent === undefined ? {} : { agent }),
  };
  return withHost(io, chosenHost, (host) =>
    Promise.all(
      Array.from({ length: options.repetitions }, (_, i) =>
        startRun(
          {
            target,
            language: chosen,
            budget,
            repetition: i + 1,
            ...group,
            ...(options.prices === undefined ? {} : { prices: options.prices }),
            ...(options.gate === undefined
              ? {}
              : { submitGate: options.gate === 0 ? 'none' : options.gate }),
            ...(options.compactAt === undefined ? {} : { compactAt: options.compactAt }),
          },
          host,
        ),
      ),
    ),
  );
}

/** What a run was started with need not be typed again. */
async function resume(io: CliIo, dir: string, options: RunOptions): Promise<RunOutcome> {
  const { settings, budget } = await readRunState(dir);
  const limits = limitsOf(options);
  if (Object.keys(limits).length > 0) {
    await extendBudget(dir, { ...budget, ...limits });
  }
  const { model, baseUrl, engine, jobs, agent } = settings;
  const chosen = {
    ...(agent === undefined ? {} : { agent: withProgram(agent, options) }),
    model: options.model ?? model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    engine: options.engine === 'auto' ? engine : options.engine,
    image: options.image,
    jobs,
  };
  return withHost(io, chosen, (host) => resumeRun(dir, host));
}

/** A run is resumed with the agent that it was begun with, which may lie elsewhere now. */
function withProgram(agent: NamedAgent, { agentProgram }: RunOptions): NamedAgent {
  return agentProgram === undefined ? agent : { ...agent, program: agentProgram };
}

interface HostChoice extends Pick<RunOptions, 'engine' | 'image' | 'jobs'> {
  readonly model: string;
  readonly baseUrl?: string;
  readonly agent?: NamedAgent;
}

async function withHost<T>(
  io: CliIo,
  chosen: HostChoice,
  work: (host: RunHost) => Promise<T>,
): Promise<T> {
  const { model: name, baseUrl, agent } = chosen;
  const settings = { model: name, ...(baseUrl === undefined ? {} : { baseUrl }) };
  const program = agent === undefined ? undefined : await openRunProgram(agent, settings, io.env);
  const model = await openModel(settings, io.env);
  const said = new Set<string>();
  const engine = await selectEngine(chosen.engine, {
    distDir: io.distDir,
    dockerImages: chosen.image,
    signal: io.signal,
  });
  try {
    return await work({
      engine,
      model,
      ...(program === undefined ? {} : { program }),
      workFolder: await findWorkFolder(io.cwd),
      jobs: chosen.jobs,
      signal: io.signal,
      onProgress: (progress) => {
        for (const warning of (progress.state.warnings ?? []).filter((one) => !said.has(one))) {
          said.add(warning);
          io.note(`Warning: ${warning}`);
        }
        io.progress({ done: progress.state.steps, message: line(progress) });
      },
    });
  } finally {
    io.progress(undefined);
    await engine.dispose();
  }
}

function budgetOf(options: RunOptions, target: Target): Budget {
  const { tier } = options;
  const limits = limitsOf(options);
  const chosen: Tier | undefined =
    tier === undefined ? undefined : oneOf<Tier>('tier', tier.toUpperCase(), ['S', 'M', 'L']);
  const hasLimit = Object.keys(limits).length > 0;
  // A run without any limit is never meant.
  const preset = chosen ?? (hasLimit ? undefined : (target.tier ?? 'S'));
  return { ...(preset === undefined ? {} : tierBudgets[preset]), ...limits };
}

/** The limits that were typed. */
function limitsOf({ tokenLimit, costLimit, timeLimit, workingLimit }: RunOptions): Budget {
  return {
    ...(tokenLimit === undefined ? {} : { tokens: tokenLimit }),
    ...(costLimit === undefined ? {} : { costUsd: costLimit }),
    ...(timeLimit === undefined ? {} : { wallSeconds: timeLimit }),
    ...(workingLimit === undefined ? {} : { workingSeconds: workingLimit }),
  };
}

function line({ state, message }: RunProgress): string {
  const { spent, visible } = state;
  return [
    message,
    `${spent.tokens.toLocaleString('en')} tokens`,
    ...(spent.costUsd === undefined ? [] : [`$${spent.costUsd.toFixed(2)}`]),
    ...(visible === undefined ? [] : [`${visible.passed}/${visible.total} visible`]),
  ].join(' · ');
}

/** A run that stands still for a reason of the harness's or the model's has failed; one that was stopped has not. */
function exitCodeOf(io: CliIo, { state }: RunOutcome): number {
  if (state.status === 'done') {
    return state.solved === true ? exitCodes.good : exitCodes.failed;
  }
  return io.signal.aborted ? exitCodes.cancelled : exitCodes.infra;
}

function who({ agent, model }: RunState['settings']): string {
  return agent === undefined ? model : `${agent.name} with ${model}`;
}

function describe(io: CliIo, { dir, state }: RunOutcome): string {
  const { settings, steps, spent, score = {}, solved, reason = '' } = state;
  const lines = [
    `${settings.target} in ${settings.language} by ${who(settings)}: ${steps} ${steps === 1 ? 'step' : 'steps'}, ${spent.tokens.toLocaleString('en')} tokens`,
  ];
  if (state.status === 'done') {
    const how = state.end?.kind === 'limit' ? state.end.message : 'The agent submitted.';
    lines.push(how, solved === true ? 'Solved.' : 'Not solved.');
    for (const [group, rate] of Object.entries(score)) {
      lines.push(`  ${group.padEnd(24)}${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)} %`);
    }
    lines.push(`Kept in ${dir}`);
  } else {
    lines.push(
      `Paused: ${reason}`,
      `Go on with: mirrorcode run --resume ${path.relative(io.cwd, dir)}`,
    );
  }
  return lines.join('\n') + '\n';
}

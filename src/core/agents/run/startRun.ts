import { randomUUID } from 'node:crypto';
import { UserError } from '../../errors';
import { openTarget } from '../../targets/openTarget';
import type { Target } from '../../targets/target';
import { nothingSpent } from '../budget';
import { isReadableReference, readableReferenceAdvice } from '../oracle/oracleSpec';
import { removeHalfWritten } from './leftovers';
import { stoppedEnd } from './runControl';
import { claimRun, makeRunFolder, readRunState, thisProcess, writeRunState } from './runFolder';
import { defaultSubmitGate } from '../tools/taskTools';
import { defaultCompactAt } from './runOptions';
import type { RunHost, RunOptions, RunOutcome } from './runOptions';
import { spentOf } from './runRecord';
import { RunSession } from './runSession';
import type { RunState } from './runState';

/**
 * Starts a run and works on it until it is scored or paused. What the harness, the engine, the disk
 * or the model failed on pauses it, and so does `host.signal`; the outcome's state says why.
 * @throws UserError when the options or this machine are at fault.
 */
export async function startRun(options: RunOptions, host: RunHost): Promise<RunOutcome> {
  const warnings = (await isReadableReference(options.target)) ? [readableReferenceAdvice] : [];
  const state = { ...newState(options, host), ...(warnings.length > 0 ? { warnings } : {}) };
  const dir = await makeRunFolder(host.workFolder, state);
  await writeRunState(dir, state);
  const session = await RunSession.open(dir, state, options.target, host);
  return session.work();
}

/**
 * Goes on with a run that was paused or interrupted, from its last completed step and with the
 * workspace as it was then; one that has only to be scored is scored.
 * @param target Opened anew from the run's own settings when absent.
 * @throws UserError when another process is at it, or it is done.
 */
export async function resumeRun(dir: string, host: RunHost, target?: Target): Promise<RunOutcome> {
  const before = await readRunState(dir);
  if (before.status === 'done' && !canGoOn(before)) {
    throw new UserError(`The run ${dir} is done.`, {
      action: 'Start a new one; or give this one a larger limit with --resume, if it ended at one.',
    });
  }
  const claimed = reopened(await claimRun(dir));
  await removeHalfWritten(dir);
  const opened = target ?? (await openTarget(claimed.settings.targetPath));
  const session = await RunSession.open(dir, claimed, opened, host);
  return session.work();
}

/** Whether a run that ended at a limit has been given more since. */
function canGoOn({ end, budget, spent }: RunState): boolean {
  // What a person has stopped is not to begin again by itself.
  if (end?.kind !== 'limit' || end.type === stoppedEnd.type) {
    return false;
  }
  const limits = [
    [budget.tokens, spent.tokens],
    [budget.costUsd, spent.costUsd ?? 0],
    [budget.wallSeconds, spent.wallSeconds],
    [budget.workingSeconds, spent.workingSeconds],
  ] as const;
  return limits.every(([limit, used]) => limit === undefined || used < limit);
}

/** A run that ended at a limit, and has been given more, goes back to its agent. */
function reopened(state: RunState): RunState {
  const stale = ['end', 'score', 'counts', 'solved', 'finished'] as const;
  return without(state, canGoOn(state) ? ['reason', ...stale] : ['reason']);
}

type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

function without<T extends object>(value: T, keys: readonly Optional<T>[]): T {
  const dropped: readonly PropertyKey[] = keys;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !dropped.includes(key))) as T;
}

function newState(options: RunOptions, host: RunHost): RunState {
  const { target, language, budget, prices } = options;
  const { model, engine, jobs, program } = host;
  if (target.languages[language] === undefined) {
    throw new UserError(`${target.name} has no task in ${language}.`, {
      action: `Choose among ${Object.keys(target.languages).join(', ')}.`,
    });
  }
  if (budget.costUsd !== undefined && prices === undefined) {
    throw new UserError(`A limit in dollars needs the prices of ${model.name}.`, {
      action: 'Give the prices of a million tokens, or limit the tokens instead.',
    });
  }
  const started = new Date().toISOString();
  return {
    version: 1,
    settings: {
      target: target.name,
      targetPath: target.manifestPath ?? target.path,
      language,
      model: model.name,
      ...(model.baseUrl === undefined ? {} : { baseUrl: model.baseUrl }),
      ...(program === undefined ? {} : { agent: program.agent }),
      engine: engine.name,
      ...(prices === undefined ? {} : { prices }),
      submitGate: options.submitGate ?? defaultSubmitGate,
      compactAt: options.compactAt ?? defaultCompactAt,
      jobs,
      repetition: options.repetition ?? 1,
      ...(options.group === undefined ? {} : { group: options.group }),
    },
    budget,
    status: 'running',
    started,
    updated: started,
    steps: 0,
    spent: spentOf(nothingSpent),
    attempts: 0,
    process: thisProcess(),
    ids: { sample: randomUUID(), run: randomUUID(), eval: randomUUID(), task: randomUUID() },
  };
}

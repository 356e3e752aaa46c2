import { mkdir, readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeFileAtomically } from '../../atomicFile';
import { errorCode, errorText, InfraError, UserError } from '../../errors';
import { withFileLock } from '../../fileLock';
import { fromStored, toStored } from '../../workFolder';
import type { WorkFolder } from '../../workFolder';
import type { Shared } from '../budget';
import { processMark } from './processMark';
import { runStateSchema } from './runState';
import type { RunState } from './runState';

/** The files of a run's folder. */
export const runFileNames = {
  state: 'run.json',
  journal: 'journal.jsonl',
  log: 'log.eval',
  /** The session of an agent that is a program, as it wrote it. */
  session: 'session.jsonl',
  /** Folder: all that it keeps of its sessions. */
  sessions: 'sessions',
  /** What other windows ask of the run: a new budget, a pause. */
  control: 'control.json',
  /** Folders: the states of the candidate by content, archives of attempts, scores. */
  history: 'history',
  artifacts: 'artifacts',
  evaluations: 'evaluations',
  score: 'score',
} as const;

/** Milliseconds after which a state that nobody has written on counts as left. */
const staleMs = 60_000;

export interface StoredRun {
  /** The run's folder, absolute. */
  readonly dir: string;
  readonly state: RunState;
  /** Whether a process is at work on it, as far as this machine can tell. */
  readonly isLive: boolean;
}

export function runFile(dir: string, file: keyof typeof runFileNames): string {
  return path.join(dir, runFileNames[file]);
}

/** Makes the folder of a new run: `<time>_<task>_<model>`, numbered where that is taken. */
export async function makeRunFolder(
  workFolder: WorkFolder,
  { settings, started }: Pick<RunState, 'settings' | 'started'>,
): Promise<string> {
  const runs = await workFolder.make(workFolder.runs);
  const time = started.replace(/\.\d+Z$/u, '').replaceAll(':', '-');
  const model = settings.model.replace(/[^\w.-]+/gu, '-');
  const name = `${time}_${settings.target}_${settings.language}_${model}`;
  for (let n = 1; ; n++) {
    const dir = path.join(runs, n === 1 ? name : `${name}_${n}`);
    try {
      await mkdir(dir);
      return dir;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        throw new InfraError(`Making the run's folder ${dir} failed: ${errorText(error)}.`, {
          action: 'Free some space or fix the permissions, then try again.',
          cause: error,
        });
      }
    }
  }
}

/** @throws UserError when the folder holds no run that can be read. */
export async function readRunState(dir: string): Promise<RunState> {
  try {
    const text = await readFile(runFile(dir, 'state'), 'utf8');
    return withTargetPath(runStateSchema.parse(JSON.parse(text)), (kept) => fromStored(dir, kept));
  } catch (error) {
    throw new UserError(`Reading the run in ${dir} failed: ${errorText(error)}.`, {
      action: 'Name a folder below .mirrorcode/runs.',
      cause: error,
    });
  }
}

/** @throws InfraError when the disk fails. */
export async function writeRunState(dir: string, state: RunState): Promise<void> {
  try {
    const kept = withTargetPath(state, (file) => toStored(dir, file));
    await writeFileAtomically(runFile(dir, 'state'), JSON.stringify(kept, null, 2) + '\n');
  } catch (error) {
    throw new InfraError(`Writing the state of the run ${dir} failed: ${errorText(error)}.`, {
      action: 'Free some space or fix the permissions, then resume: nothing is lost.',
      cause: error,
    });
  }
}

function withTargetPath(state: RunState, change: (file: string) => string): RunState {
  const { settings } = state;
  return { ...state, settings: { ...settings, targetPath: change(settings.targetPath) } };
}

/** Every readable run of a work folder, newest first. */
export function listRuns(workFolder: WorkFolder): Promise<StoredRun[]> {
  return listRunsIn(workFolder.runs);
}

async function listRunsIn(folder: string): Promise<StoredRun[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  const runs = await Promise.all(
    names.map(async (name) => {
      const dir = path.join(folder, name);
      return readRunState(dir).then(
        (state) => [{ dir, state, isLive: isLive(state) }],
        () => [],
      );
    }),
  );
  return runs.flat().sort((a, b) => (a.state.started < b.state.started ? 1 : -1));
}

/** What the other runs of a group have spent so far; nothing for a run that stands alone. */
export async function spentByOthers(
  dir: string,
  { settings: { group } }: Pick<RunState, 'settings'>,
): Promise<Shared | undefined> {
  if (group === undefined) {
    return undefined;
  }
  const runs = await listRunsIn(path.dirname(dir));
  const others = runs.filter((run) => run.dir !== dir && run.state.settings.group === group);
  const sum = (of: (spent: RunState['spent']) => number) =>
    others.reduce((total, { state }) => total + of(state.spent), 0);
  return { tokens: sum(({ tokens }) => tokens), costUsd: sum(({ costUsd = 0 }) => costUsd) };
}

/** Whether a process is at work on a run, as far as this machine can tell. */
export function isLive({ status, process: owner, updated }: RunState, now = Date.now()): boolean {
  if (status !== 'running' && status !== 'scoring') {
    return false;
  }
  if (owner.host !== os.hostname()) {
    return now - Date.parse(updated) < staleMs;
  }
  try {
    process.kill(owner.pid, 0);
    return owner.mark === undefined || owner.mark === processMark(owner.pid);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Makes this process the one at work on a run.
 * @throws UserError when another one is.
 */
export async function claimRun(dir: string): Promise<RunState> {
  return withFileLock(path.join(dir, 'claim.lock'), async () => {
    const state = await readRunState(dir);
    if (isLive(state) && state.process.pid !== process.pid) {
      throw new UserError(`Resuming ${dir} failed: process ${state.process.pid} is still at it.`, {
        action: 'Wait until it is done, or pause it first.',
      });
    }
    const claimed: RunState = { ...state, process: thisProcess() };
    await writeRunState(dir, claimed);
    return claimed;
  });
}

export function thisProcess(): RunState['process'] {
  const mark = processMark(process.pid);
  return { pid: process.pid, host: os.hostname(), ...(mark === undefined ? {} : { mark }) };
}

import { readFile, rm } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../../atomicFile';
import { errorCode } from '../../errors';
import type { Budget } from '../budget';
import { readRunState, runFile, writeRunState, isLive } from './runFolder';

const control = z.object({
  budget: z
    .object({
      tokens: z.number().exactOptional(),
      costUsd: z.number().exactOptional(),
      wallSeconds: z.number().exactOptional(),
      workingSeconds: z.number().exactOptional(),
    })
    .exactOptional(),
  pause: z.literal(true).exactOptional(),
  stop: z.literal(true).exactOptional(),
});

/** What someone else asks of the process at work on a run. */
export type RunControl = z.infer<typeof control>;

/** What is asked of a run now; nothing where nobody asks. */
export async function readControl(dir: string): Promise<RunControl> {
  try {
    return control.parse(JSON.parse(await readFile(runFile(dir, 'control'), 'utf8')));
  } catch (error) {
    if (
      errorCode(error) === 'ENOENT' ||
      error instanceof SyntaxError ||
      error instanceof z.ZodError
    ) {
      return {};
    }
    throw error;
  }
}

/** What was asked has been done. */
export async function clearControl(dir: string): Promise<void> {
  await rm(runFile(dir, 'control'), { force: true });
}

/** Asks the process at work on a run, whichever it is, to pause after its present step. */
export async function pauseRun(dir: string): Promise<void> {
  await ask(dir, { pause: true });
}

/** How a run ends that a person stops; the name of the limit is Inspect's. */
export const stoppedEnd = {
  kind: 'limit',
  type: 'operator',
  limit: 1,
  message: 'It was stopped.',
} as const;

/**
 * Ends the agent's work on a run: what it has written is then scored, at once where a process is at
 * work on it, else when it is resumed.
 */
export async function stopRun(dir: string): Promise<void> {
  const state = await readRunState(dir);
  if (isLive(state)) {
    await ask(dir, { stop: true });
  } else {
    await writeRunState(dir, { ...state, status: 'paused', end: stoppedEnd });
  }
}

/**
 * Gives a run another budget: at once where it is at work, else for when it is resumed. One that has
 * ended at a limit can then be resumed.
 */
export async function extendBudget(dir: string, budget: Budget): Promise<void> {
  const state = await readRunState(dir);
  if (isLive(state)) {
    await ask(dir, { budget });
  } else {
    await writeRunState(dir, { ...state, budget });
  }
}

async function ask(dir: string, wanted: RunControl): Promise<void> {
  const earlier = await readControl(dir);
  await writeFileAtomically(runFile(dir, 'control'), JSON.stringify({ ...earlier, ...wanted }));
}

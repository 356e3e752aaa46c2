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

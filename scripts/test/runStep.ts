import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../../test/support/host/paths';
import { failedRun, noResults } from '../../test/support/report/addResults';
import { resultsVariable, type SuiteResults } from '../../test/support/report/results';
import type { Step } from './steps';

export interface StepOutcome {
  readonly step: Step;
  readonly results: SuiteResults;
  readonly durationMs: number;
  /** What the tests said they used, and what they were skipped for want of. */
  readonly notes: readonly string[];
  /** Why the step was left out, where it was. */
  readonly leftOut?: string;
}

export interface StepOptions {
  /** Given what the step prints, as it comes. */
  readonly print: (chunk: Uint8Array) => void;
  /** Ends the step, and all that it has started. */
  readonly signal?: AbortSignal;
}

/** Runs one step to its end. */
export async function runStep(step: Step, options: StepOptions): Promise<StepOutcome> {
  if (step.tests !== undefined && !(await hasTests(step.tests))) {
    const leftOut = `there is no *${step.tests.ending} below ${step.tests.folder}`;
    return { step, results: noResults, durationMs: 0, notes: [], leftOut };
  }
  const resultsFile = path.join(repositoryRoot, 'out/results', `${step.name}.json`);
  await mkdir(path.dirname(resultsFile), { recursive: true });
  await rm(resultsFile, { force: true });
  const notes: string[] = [];
  const began = performance.now();
  const end = await runCommand(step, {
    ...options,
    environment: { [resultsVariable]: resultsFile },
    onLine: (line) => {
      const note = /^\s*((?:skipped|uses): .+)$/i.exec(line)?.[1];
      if (note !== undefined) {
        notes.push(note);
      }
    },
  });
  const durationMs = performance.now() - began;
  return { step, results: await judge(step, end, resultsFile), durationMs, notes };
}

async function judge(step: Step, end: string | 0, resultsFile: string): Promise<SuiteResults> {
  if (step.kind === 'check') {
    return end === 0 ? noResults : failedRun(step.name, `It ${end}.`);
  }
  const text = await readFile(resultsFile, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const how = end === 0 ? 'ended well' : end;
    return failedRun(step.name, `It gave no results, and ${how}.`);
  }
  const results = JSON.parse(text) as SuiteResults;
  if (end === 0 || results.failed > 0) {
    return results;
  }
  const failure = { title: step.name, message: `Its tests pass, but it ${end}.` };
  return { ...results, failed: 1, failures: [failure] };
}

interface Running extends StepOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** @returns 0, or how it failed: `ended with 1`, `was ended after 5 min`. */
function runCommand(
  step: Step,
  { environment, print, signal, onLine }: Running,
): Promise<string | 0> {
  const [first = '', ...rest] = step.command;
  const isNpm = first === 'npm';
  const child = spawn(isNpm ? first : process.execPath, isNpm ? rest : step.command, {
    cwd: repositoryRoot,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const killAll = () => {
    if (child.pid !== undefined) {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    }
  };
  signal?.addEventListener('abort', killAll, { once: true });
  child.stdout.on('data', print);
  child.stderr.on('data', print);
  createInterface({ input: child.stdout }).on('line', onLine);
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killAll();
    }, step.timeoutMs);
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', killAll);
      const late = `was ended after ${step.timeoutMs / 60_000} min`;
      const how = code === null ? `was ended by ${killedBy ?? 'a signal'}` : `ended with ${code}`;
      resolve(code === 0 ? 0 : isLate ? late : how);
    });
  });
}

async function hasTests({ folder, ending }: NonNullable<Step['tests']>): Promise<boolean> {
  const absolute = path.join(repositoryRoot, folder);
  const names = await readdir(absolute, { recursive: true }).catch(() => []);
  return names.some((name) => name.endsWith(ending));
}

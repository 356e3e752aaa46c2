import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findExecutable } from '../host/findExecutable';
import { unmountBelow } from './hostTools';
import { waitForEngine, type TestEngine, type TestEngineResult } from './testEngine';

export interface DaemonPlan {
  readonly kind: TestEngine['kind'];
  readonly description: string;
  /** The command that serves on `socketPath` and keeps everything else below `folder`. */
  readonly command: (folder: string, socketPath: string) => readonly string[];
  /** Runs once before the process is told to end. */
  readonly beforeEnd?: (folder: string) => void;
}

/**
 * Starts an engine of its own below a new temporary folder. It ends with the test process, however
 * that ends, and leaves neither mounts nor files when disposed.
 */
export async function startDaemon(plan: DaemonPlan): Promise<TestEngineResult> {
  const folder = mkdtempSync(path.join(tmpdir(), `mirrorcode-${plan.kind}-`));
  const socketPath = path.join(folder, 'engine.sock');
  const logFile = path.join(folder, 'engine.log');
  const setpriv = findExecutable(['setpriv']);
  const dieWithTest = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM'];
  const [program = '', ...args] = [...dieWithTest, ...plan.command(folder, socketPath)];
  // Its helpers leave files (`oom`) in the folder that they were started in.
  const cwd = path.dirname(logFile);
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let ended: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      ended = error.message;
      resolve();
    });
    child.on('exit', (code, signal) => {
      ended ??= `it ended with ${String(signal ?? code)}`;
      resolve();
    });
  });
  const dispose = async () => {
    if (ended === undefined) {
      plan.beforeEnd?.(folder);
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await end;
      clearTimeout(late);
    }
    log.end();
    unmountBelow(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await waitForEngine(socketPath, () => ended);
  } catch (error) {
    const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' | ');
    await dispose();
    return { missing: `${plan.description} does not start: ${String(error)} ${tail}` };
  }
  return { engine: { kind: plan.kind, socketPath, description: plan.description, dispose } };
}

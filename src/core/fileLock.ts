import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, errorCode, errorText, UserError } from './errors';

/** Milliseconds between two looks at a lock that someone else holds. */
const retryMs = 10;
/** Milliseconds after which waiting for a lock is given up, unless said else. */
const usualPatienceMs = 15_000;
/** A lock that is older belongs to a program that died; its holder renews it well before. */
const staleMs = 10_000;
const renewMs = 2_000;

export interface LockOptions {
  /** Milliseconds after which waiting for someone else is given up. */
  readonly patienceMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Does some work while nobody else who asks for the same lock does, in this process or another one.
 * The lock is a file that exists for as long, and makes its folder when it is missing.
 * @throws UserError when someone else holds it for too long, or the file can't be made;
 * CancelledError when the signal fired before it was had.
 */
export async function withFileLock<T>(
  lock: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await acquire(lock, options);
  const renewal = setInterval(() => void renew(lock), renewMs);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await rm(lock, { force: true });
  }
}

async function acquire(
  lock: string,
  { patienceMs = usualPatienceMs, signal }: LockOptions,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await tryAcquire(lock))) {
    if (signal?.aborted === true) {
      throw new CancelledError();
    }
    if (await isStale(lock)) {
      await rm(lock, { force: true });
    } else if (Date.now() > deadline) {
      throw new UserError(`Someone else has been writing for too long: ${lock} is still there.`, {
        action: 'Close the other program, or remove that file if there is none.',
      });
    } else {
      await sleep(retryMs);
    }
  }
}

async function tryAcquire(lock: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(lock), { recursive: true });
    const handle = await open(lock, 'wx');
    try {
      await handle.writeFile(`${process.pid}\n`);
    } catch (error) {
      // On a full disk: left there, it would hold everyone up.
      await rm(lock, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    // ENOENT: the folder was removed as empty between the two steps; it is made again.
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') {
      return false;
    }
    throw new UserError(`Writing to ${path.dirname(lock)} failed: ${errorText(error)}.`, {
      action: 'Check the permissions and the free space of the folder.',
      cause: error,
    });
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

async function renew(lock: string): Promise<void> {
  try {
    const handle = await open(lock, 'r+');
    const now = new Date();
    await handle.utimes(now, now);
    await handle.close();
  } catch {
    // Released in the meantime.
  }
}

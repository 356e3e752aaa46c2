import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../errors';

/**
 * Removes what a killed process had half-written in a run's folder: each file is written beside its
 * place and renamed over. Only for who has claimed the run.
 */
export async function removeHalfWritten(dir: string): Promise<void> {
  const names = await readdir(dir, { recursive: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  // `control.json` is others' to write.
  const left = names.filter((name) => name.endsWith('.tmp') && !name.startsWith('control.json'));
  await Promise.all(left.map((name) => rm(path.join(dir, name), { force: true })));
}

import { chmod, copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isExecutableFile } from './multiCall';
import type { Mount } from './sandbox';

/** What everyone may do with a program that is to be run and not read. */
export const executeOnlyMode = 0o111;

/** Whether a file is a program of the system's own format: a script has to be read to be run. */
export function canBeExecuteOnly(file: string): Promise<boolean> {
  return isExecutableFile(file);
}

/**
 * Puts copies that can be run and not read in the place of the mounts that are to be so. Where the
 * sandbox's user is their owner, too, it cannot change that: mounts are read-only.
 * @param folder For the copies; made when it is needed.
 * @throws the file system's error for a source that is not there.
 */
export async function withExecuteOnlyCopies(
  mounts: readonly Mount[],
  folder: string,
): Promise<readonly Mount[]> {
  const shown: Mount[] = [];
  for (const mount of mounts) {
    if (mount.unreadable !== true) {
      shown.push(mount);
      continue;
    }
    await mkdir(folder, { recursive: true });
    // Whoever runs it has to pass.
    await chmod(folder, 0o711);
    const copy = path.join(folder, String(shown.length));
    await copyFile(mount.source, copy);
    await chmod(copy, executeOnlyMode);
    shown.push({ ...mount, source: copy });
  }
  return shown;
}

import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Where system programs lie that are not on everyone's `PATH`. */
const systemFolders = ['/usr/sbin', '/sbin'];

/**
 * The full path of the first of `names` that is on `PATH` or where system programs lie; names in order
 * of preference.
 */
export function findExecutable(names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...systemFolders];
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => isExecutable(file));
}

/** Whether there is a file at this absolute path that may be run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file);
  } catch {
    return false;
  }
}

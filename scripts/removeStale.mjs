import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Removes from `dist/` what no entry makes any longer, since all of it ships. */
export async function removeStale(outputs) {
  const made = new Set(Object.keys(outputs));
  for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
    const name = path.posix.join(entry.parentPath, entry.name);
    const isOurs = name === 'dist/package.json' || name.startsWith('dist/runner');
    if (entry.isFile() && !isOurs && !made.has(name)) await rm(name);
  }
}

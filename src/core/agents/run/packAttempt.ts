import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { FileEntry } from '../../cases/case';
import { readContent } from '../../cases/content';
import { errorText, InfraError } from '../../errors';

/** The number of the last archive that was kept; 0 when there is none. */
export async function lastAttempt(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  return Math.max(0, ...names.map((name) => Number(/^attempt-(\d+)\.tar$/u.exec(name)?.[1] ?? 0)));
}

/**
 * Keeps a state of the candidate as `attempt-00001.tar` and so on.
 * @throws InfraError when the disk fails.
 */
export async function packAttempt(
  folder: string,
  attempt: number,
  files: readonly FileEntry[],
): Promise<string> {
  const file = path.join(folder, `attempt-${String(attempt).padStart(5, '0')}.tar`);
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    const archive = pack();
    for (const entry of files) {
      if (entry.kind === 'file') {
        const bytes = await readContent(entry.content);
        archive.entry(
          { name: entry.path, mode: entry.mode, mtime: new Date(0) },
          Buffer.from(bytes),
        );
      } else if (entry.kind === 'dir') {
        archive.entry({
          name: entry.path,
          mode: entry.mode,
          type: 'directory',
          mtime: new Date(0),
        });
      } else if (entry.kind === 'link') {
        const type = 'symlink' as const;
        archive.entry({ name: entry.path, linkname: entry.target, type, mtime: new Date(0) });
      }
    }
    archive.finalize();
    await pipeline(archive, createWriteStream(beside));
    await rename(beside, file);
    return file;
  } catch (error) {
    await rm(beside, { force: true });
    throw new InfraError(`Keeping an attempt as ${file} failed: ${errorText(error)}.`, {
      action: 'Free some space, then resume the run: nothing is lost.',
      cause: error,
    });
  }
}

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorText, InfraError, UserError } from './errors';

export type FileBytes =
  Uint8Array | string | Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

export interface AtomicWriteOptions {
  /** Before the umask; what the file has had, or 0666, when absent. */
  readonly mode?: number;
  /** Called as late as can be; nothing is written when it throws. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Writes a file beside its place and renames it over, so that a reader finds the old bytes or the
 * new ones and a crash or a full disk loses neither. Makes the folder when it is missing. A file that
 * is written over keeps its permissions.
 * @throws InfraError when the disk fails; what `beforeRename` or the source of the bytes throws.
 */
export async function writeFileAtomically(
  file: string,
  bytes: FileBytes,
  options: AtomicWriteOptions = {},
): Promise<void> {
  await writeFilesAtomically([{ file, bytes }], options);
}

/**
 * Several files that belong together: all are written beside their places before the first is
 * renamed over, so that a full disk or a source that can't be read changes none of them.
 */
export async function writeFilesAtomically(
  files: readonly { readonly file: string; readonly bytes: FileBytes }[],
  options: AtomicWriteOptions = {},
): Promise<void> {
  const staged: { readonly file: string; readonly beside: string }[] = [];
  try {
    for (const { file, bytes } of files) {
      await mkdir(path.dirname(file), { recursive: true });
      const beside = `${file}.${randomBytes(4).toString('hex')}.tmp`;
      staged.push({ file, beside });
      await writeBeside({ file, beside }, bytes, options.mode);
    }
    await options.beforeRename?.();
    for (const { file, beside } of staged) {
      await rename(beside, file);
    }
  } catch (error) {
    await Promise.allSettled(staged.map(({ beside }) => rm(beside, { force: true })));
    throw error instanceof UserError ? error : diskError(files, error);
  }
}

function diskError(files: readonly { readonly file: string }[], error: unknown): InfraError {
  const written = files.at(-1)?.file ?? '';
  return new InfraError(`Writing ${written} failed: ${errorText(error)}.`, {
    action: 'Free some space or fix the permissions, then try again: what was there is untouched.',
    cause: error,
  });
}

/** Permission bits of the file that is written over, which the new one keeps. */
async function modeOf(file: string): Promise<number | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() === true ? stats.mode & 0o777 : undefined;
}

async function writeBeside(
  { file, beside }: { readonly file: string; readonly beside: string },
  bytes: FileBytes,
  mode: number | undefined,
): Promise<void> {
  const kept = mode ?? (await modeOf(file));
  const handle = await open(beside, 'wx', kept ?? 0o666);
  try {
    if (mode === undefined && kept !== undefined) {
      await handle.chmod(kept);
    }
    await writeFile(handle, bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

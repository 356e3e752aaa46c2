import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../cases/case';
import { bytesContent, readContent } from '../cases/content';
import { decodeOsString, encodeOsString } from '../cases/osString';
import { errorText, UserError } from '../errors';

/** A candidate's folder as it is built: every file of it, whatever else happens to the folder. */
export interface CandidateSource {
  /** Sorted by path. */
  readonly files: readonly FileEntry[];
  /** SHA-256 over paths, modes and contents, hexadecimal. */
  readonly hash: string;
}

/** Folders that no build reads: version control, our own, and what interpreters leave behind. */
export const leftOutFolders: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  '.mirrorcode',
  '__pycache__',
];

/** Bytes; a candidate is source code, and a folder larger than this was chosen by mistake. */
const largestSource = 512 << 20;

/**
 * Reads a candidate's folder. Links are kept as links and never followed, so nothing outside the
 * folder comes along.
 * @throws UserError when the folder is missing, empty, unreadable or far too large.
 */
export async function readCandidate(folder: string): Promise<CandidateSource> {
  const files: FileEntry[] = [];
  let size = 0;
  const walk = async (dir: string): Promise<void> => {
    for (const name of await namesIn(folder, dir)) {
      const inside = path.posix.join(dir, name);
      const entry = leftOutFolders.includes(name) ? undefined : await readEntry(folder, inside);
      if (entry !== undefined) {
        files.push(entry);
        size +=
          entry.kind === 'file' && entry.content.kind === 'bytes' ? entry.content.bytes.length : 0;
      }
      if (size > largestSource) {
        throw new UserError(`Reading the candidate in ${folder} failed: it holds over 512 MiB.`, {
          action: 'Name the folder of the source code alone.',
        });
      }
      if (entry?.kind === 'dir') {
        await walk(inside);
      }
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`Reading the candidate in ${folder} failed: ${errorText(error)}.`, {
          action: 'Name a folder of source code.',
          cause: error,
        });
  }
  if (!files.some(({ kind }) => kind === 'file')) {
    throw new UserError(`Reading the candidate in ${folder} failed: it holds no files.`, {
      action: 'Name a folder of source code.',
    });
  }
  return { files, hash: hashFiles(files) };
}

/** Sorted; the name of a file need not be UTF-8. */
async function namesIn(folder: string, dir: string): Promise<string[]> {
  const at = encodeOsString(path.join(folder, dir));
  return (await readdir(at, { encoding: 'buffer' })).map(decodeOsString).sort();
}

async function readEntry(folder: string, inside: string): Promise<FileEntry | undefined> {
  const file = encodeOsString(path.join(folder, inside));
  const stats = await lstat(file);
  if (stats.isSymbolicLink()) {
    const target = decodeOsString(await readlink(file, { encoding: 'buffer' }));
    return { kind: 'link', path: inside, target };
  }
  if (stats.isDirectory()) {
    return { kind: 'dir', path: inside, mode: 0o755 };
  }
  // Sockets, devices and the like are no source code.
  return stats.isFile()
    ? {
        kind: 'file',
        path: inside,
        mode: (stats.mode & 0o111) === 0 ? 0o644 : 0o755,
        content: { kind: 'bytes', bytes: await readFile(file) },
      }
    : undefined;
}

/**
 * A candidate from a snapshot of its folder instead of the folder itself.
 * @throws UserError when it holds no file.
 */
export async function candidateOf(entries: readonly FileEntry[]): Promise<CandidateSource> {
  const files: FileEntry[] = [];
  for (const entry of entries) {
    if (entry.kind === 'file') {
      const mode = (entry.mode & 0o111) === 0 ? 0o644 : 0o755;
      files.push({ ...entry, mode, content: bytesContent(await readContent(entry.content)) });
    } else if (entry.kind === 'dir') {
      files.push({ ...entry, mode: 0o755 });
    } else if (entry.kind === 'link') {
      files.push(entry);
    }
  }
  if (!files.some(({ kind }) => kind === 'file')) {
    throw new UserError('The candidate holds no files.', {
      action: 'Write its source code first.',
    });
  }
  return { files, hash: hashFiles(files) };
}

function hashFiles(files: readonly FileEntry[]): string {
  const hash = createHash('sha256');
  for (const entry of files) {
    const bytes =
      entry.kind === 'file' && entry.content.kind === 'bytes' ? entry.content.bytes : undefined;
    const target = entry.kind === 'link' ? entry.target : '';
    const mode = 'mode' in entry ? entry.mode : 0;
    hash.update(JSON.stringify([entry.kind, entry.path, mode, target, bytes?.length ?? 0]));
    hash.update(bytes ?? '');
  }
  return hash.digest('hex');
}

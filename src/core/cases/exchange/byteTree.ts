import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { errorCode, UserError } from '../../errors';
import type { Content, FileEntry } from '../case';
import { defaultDirMode, defaultFileMode } from '../caseLayout';
import { bytesContent, streamContent } from '../content';
import { decodeOsString, encodeOsString } from '../osString';
import { byText } from '../paths';

/** What of a folder's modes is meant: each as it is, or only who may run a file, as git keeps it. */
export type Modes = 'exact' | 'executable';

const slash = Buffer.from('/');

/** A path in bytes, since the name of a file need not be UTF-8. */
export function joinBytes(folder: Buffer, name: string): Buffer {
  return Buffer.concat([folder, slash, encodeOsString(name)]);
}

/** Writes files, links and folders, with their modes, whatever the umask. */
export async function writeTree(folder: string, entries: readonly FileEntry[]): Promise<void> {
  const root = Buffer.from(folder);
  const folders = new Map<string, number>();
  // What is absent needs no folder: one made for it would be read back as an entry.
  for (const { path } of entries.filter(({ kind }) => kind !== 'absent')) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      folders.set(path.slice(0, end), defaultDirMode);
    }
  }
  for (const entry of entries) {
    if (entry.kind === 'dir') {
      folders.set(entry.path, entry.mode);
    }
  }
  for (const path of folders.keys()) {
    await mkdir(joinBytes(root, path), { recursive: true });
  }
  for (const entry of entries) {
    const at = joinBytes(root, entry.path);
    if (entry.kind === 'file') {
      await mkdir(root, { recursive: true });
      await writeContent(at, entry.content);
      await chmod(at, entry.mode);
    } else if (entry.kind === 'link') {
      await mkdir(root, { recursive: true });
      await symlink(encodeOsString(entry.target), at);
    }
  }
  // Last and from below, so that a folder which may not be written to can still be filled.
  for (const [path, mode] of [...folders].reverse()) {
    await chmod(joinBytes(root, path), mode);
  }
}

/** Writes the bytes of a content, a large one in pieces. */
export async function writeContent(file: string | Buffer, content: Content): Promise<void> {
  await writeFile(file, content.kind === 'bytes' ? content.bytes : streamContent(content));
}

export interface ReadTreeOptions {
  readonly modes: Modes;
  /** Folders that are entries although there is something in them and their mode is usual. */
  readonly folders?: ReadonlySet<string>;
}

/**
 * The entries below a folder, by path; none where there is no such folder. Links are entries and are
 * not followed. A folder with something in it goes without saying, unless its mode is unusual.
 * @throws UserError for a device, a socket or a pipe, and when the folder itself is a link.
 */
export async function readTree(folder: string, options: ReadTreeOptions): Promise<FileEntry[]> {
  const stats = await lstat(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
  if (stats === undefined) {
    return [];
  }
  if (!stats.isDirectory()) {
    throw new UserError(`${folder} is not a folder`);
  }
  const entries = await readFolder(Buffer.from(folder), '', options);
  return entries.sort((a, b) => byText(a.path, b.path));
}

async function readFolder(
  root: Buffer,
  below: string,
  options: ReadTreeOptions,
): Promise<FileEntry[]> {
  const folder = below === '' ? root : joinBytes(root, below);
  const entries: FileEntry[] = [];
  for (const name of await readdir(folder, { encoding: 'buffer' })) {
    const path = `${below === '' ? '' : `${below}/`}${decodeOsString(name)}`;
    entries.push(...(await readEntry(root, path, options)));
  }
  return entries;
}

/** The entry of a path, and those below it. */
async function readEntry(
  root: Buffer,
  path: string,
  options: ReadTreeOptions,
): Promise<FileEntry[]> {
  const at = joinBytes(root, path);
  const stats = await lstat(at);
  const bits = stats.mode & 0o7777;
  const isExact = options.modes === 'exact';
  if (stats.isSymbolicLink()) {
    const target = decodeOsString(await readlink(at, { encoding: 'buffer' }));
    return [{ kind: 'link', path, target }];
  }
  if (stats.isFile()) {
    const usual = (bits & 0o100) === 0 ? defaultFileMode : 0o755;
    const content = bytesContent(await readFile(at));
    return [{ kind: 'file', path, mode: isExact ? bits : usual, content }];
  }
  if (!stats.isDirectory()) {
    throw new UserError(`${at.toString()} is neither a file, a folder nor a link`);
  }
  const mode = isExact ? bits : defaultDirMode;
  const inside = await readFolder(root, path, options);
  const isSaid =
    inside.length === 0 || mode !== defaultDirMode || options.folders?.has(path) === true;
  return isSaid ? [{ kind: 'dir', path, mode }, ...inside] : inside;
}

import { chmod, lstat, mkdir, rm, rmdir, symlink, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { FileEntry } from '../../cases/case';
import { joinBytes, writeContent } from '../../cases/exchange/byteTree';
import { encodeOsString } from '../../cases/osString';
import { isInsidePath } from '../../cases/paths';
import { errorCode } from '../../errors';

/**
 * Does in a folder what a program did in its sandbox: created, changed and removed entries. Nothing
 * is written through a link, so nothing outside of the folder changes.
 */
export async function writeBack(cwd: string, outputs: readonly FileEntry[]): Promise<void> {
  const root = encodeOsString(cwd);
  const inside = outputs.filter(({ path }) => isInsidePath(path));
  // The deepest first, so that a folder is empty when its turn comes.
  for (const { kind, path } of [...inside].reverse()) {
    if (kind === 'absent' && (await hasOwnParents(root, path))) {
      await removeEntry(joinBytes(root, path));
    }
  }
  for (const entry of inside) {
    if (entry.kind !== 'absent' && (await hasOwnParents(root, entry.path))) {
      await writeEntry(joinBytes(root, entry.path), entry);
    }
  }
}

async function writeEntry(
  at: Buffer,
  entry: Exclude<FileEntry, { kind: 'absent' }>,
): Promise<void> {
  const there = await look(at);
  if (entry.kind === 'dir') {
    if (there?.isDirectory() !== true) {
      await rm(at, { force: true });
      await mkdir(at);
    }
    await chmod(at, entry.mode & 0o777);
    return;
  }
  if (there?.isDirectory() === true) {
    return; // a person's folder is not removed for a file
  }
  if (there?.isFile() !== true || entry.kind === 'link') {
    await rm(at, { force: true });
  }
  if (entry.kind === 'link') {
    await symlink(encodeOsString(entry.target), at);
  } else {
    await writeContent(at, entry.content);
    await chmod(at, entry.mode & 0o777);
  }
}

async function removeEntry(at: Buffer): Promise<void> {
  const there = await look(at);
  try {
    if (there?.isDirectory() === true) {
      await rmdir(at);
    } else if (there !== undefined) {
      await unlink(at);
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY') {
      throw error;
    }
  }
}

/** Whether every folder above a path is one, and no link to another place; makes what is missing. */
async function hasOwnParents(root: Buffer, inside: string): Promise<boolean> {
  for (let end = inside.indexOf('/'); end >= 0; end = inside.indexOf('/', end + 1)) {
    const folder = joinBytes(root, inside.slice(0, end));
    const there = await look(folder);
    if (there === undefined) {
      await mkdir(folder);
    } else if (!there.isDirectory()) {
      return false;
    }
  }
  return true;
}

async function look(at: Buffer): Promise<Stats | undefined> {
  return lstat(at).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  });
}

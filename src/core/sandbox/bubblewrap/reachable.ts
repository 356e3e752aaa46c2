import { chmod, cp, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Mount } from '../sandbox';

/**
 * What an unprivileged user can be shown of files that root shows it.
 *
 * The sandbox's user must be able to pass every folder above a mount and to read what is in it.
 * Folders above that only root may pass (`/root`) are stepped around by a mount elsewhere, made by the
 * launcher; what only root can read is copied.
 */
export interface ReachableMounts {
  readonly mounts: readonly Mount[];
  /** To be shown as `<stage>/0`, `<stage>/1`, …, in this order. */
  readonly staged: readonly string[];
}

const others = { read: 0o4, pass: 0o1 } as const;

/** @throws the file system's error for a source that is not there. */
export async function makeReachable(
  mounts: readonly Mount[],
  folders: { readonly stage: string; readonly copies: string },
): Promise<ReachableMounts> {
  const passable = new Map<string, Promise<boolean>>();
  const staged: string[] = [];
  const reachable: Mount[] = [];
  for (const mount of mounts) {
    const asItIs = mount.toolchain === true || mount.unreadable === true;
    if (!asItIs && !(await isReadable(mount.source))) {
      const copy = path.join(folders.copies, String(reachable.length));
      await copyReadable(mount.source, copy);
      reachable.push({ ...mount, source: copy });
    } else if (await canPass(path.dirname(mount.source), passable)) {
      reachable.push(mount);
    } else {
      reachable.push({ ...mount, source: path.join(folders.stage, String(staged.length)) });
      staged.push(mount.source);
    }
  }
  return { mounts: reachable, staged };
}

/** Whether every user can pass a folder and all above it. */
export function isPassable(folder: string): Promise<boolean> {
  return canPass(folder, new Map());
}

function canPass(folder: string, known: Map<string, Promise<boolean>>): Promise<boolean> {
  let answer = known.get(folder);
  if (answer === undefined) {
    answer = stat(folder).then(async ({ mode }) => {
      const above = path.dirname(folder);
      return (mode & others.pass) !== 0 && (above === folder || (await canPass(above, known)));
    });
    known.set(folder, answer);
  }
  return answer;
}

async function isReadable(file: string): Promise<boolean> {
  const info = await stat(file);
  if (!info.isDirectory()) {
    return (info.mode & others.read) !== 0;
  }
  if ((info.mode & 0o5) !== 0o5) {
    return false;
  }
  const entries = await readdir(file, { withFileTypes: true });
  const answers = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map((entry) => isReadable(path.join(file, entry.name))),
  );
  return answers.every(Boolean);
}

async function copyReadable(source: string, copy: string): Promise<void> {
  await mkdir(path.dirname(copy), { recursive: true });
  await cp(source, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await openForAll(copy);
}

async function openForAll(file: string): Promise<void> {
  const info = await stat(file);
  // Who may execute stays as it is: whoever may read what root may execute, may execute it too.
  const run = (info.mode & 0o111) === 0 ? 0 : 0o111;
  if (!info.isDirectory()) {
    await chmod(file, (info.mode & 0o700) | 0o444 | run);
    return;
  }
  await chmod(file, 0o755);
  for (const entry of await readdir(file, { withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile()) {
      await openForAll(path.join(file, entry.name));
    }
  }
}

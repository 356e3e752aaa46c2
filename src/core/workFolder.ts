import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, InfraError } from './errors';

/** The folder's name at a workspace's root. */
export const workFolderName = '.mirrorcode';

/**
 * What is made while working: captured cases, scores, runs, and caches that can be thrown away.
 * Shared by the extension and the command line, several of which may work in it at once.
 */
export class WorkFolder {
  /** @param root The workspace's root, absolute; the folder itself is made when first written to. */
  constructor(readonly root: string) {}

  get path(): string {
    return path.join(this.root, workFolderName);
  }

  /** Captured cases that nobody has accepted yet, a folder a target. */
  get pending(): string {
    return path.join(this.path, 'pending');
  }

  /** One folder a score. */
  get scores(): string {
    return path.join(this.path, 'scores');
  }

  /** One folder a run. */
  get runs(): string {
    return path.join(this.path, 'runs');
  }

  /** Where a recording terminal begins: a person's own files, a folder a target, never pruned. */
  get scratch(): string {
    return path.join(this.path, 'scratch');
  }

  /** Built candidates by the hash of what they were built from; safe to remove. */
  get builds(): string {
    return path.join(this.path, 'cache', 'builds');
  }

  /** What toolchains have made once for all candidates; safe to remove. */
  get libraries(): string {
    return path.join(this.path, 'cache', 'libraries');
  }

  /**
   * Makes a folder below this one, and sees to it that git ignores all of it.
   * @throws InfraError when the disk does not let it.
   */
  async make(folder: string): Promise<string> {
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(this.path, '.gitignore'), '*\n', { flag: 'wx' });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        throw new InfraError(`Making the folder ${folder} failed: ${String(error)}.`, {
          action: 'Free some space or fix the permissions, then try again.',
          cause: error,
        });
      }
    }
    return folder;
  }
}

/** The workspace's root, for a folder below its work folder. */
function rootAbove(dir: string): string | undefined {
  const parts = path.resolve(dir).split(path.sep);
  const at = parts.lastIndexOf(workFolderName);
  return at <= 0 ? undefined : parts.slice(0, at).join(path.sep) || path.sep;
}

/**
 * A path as a file in `dir`, below a work folder, keeps it: relative to the workspace's root where it
 * lies within, with `/`, so that a workspace can be moved; else as it is.
 * @param file Absolute.
 */
export function toStored(dir: string, file: string): string {
  const root = rootAbove(dir);
  if (root === undefined) {
    return file;
  }
  const relative = path.relative(root, file);
  const isInside = relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
  return isInside ? relative.split(path.sep).join('/') || '.' : file;
}

/** The absolute path that `toStored` made. */
export function fromStored(dir: string, stored: string): string {
  return path.isAbsolute(stored) ? stored : path.resolve(rootAbove(dir) ?? dir, stored);
}

/**
 * The work folder for someone who stands in `from`: the nearest folder upwards that has one or is
 * the root of a git checkout, otherwise `from` itself.
 */
export async function findWorkFolder(from: string): Promise<WorkFolder> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (
      (await exists(path.join(folder, workFolderName))) ||
      (await exists(path.join(folder, '.git')))
    ) {
      return new WorkFolder(folder);
    }
    if (folder === path.dirname(folder)) {
      return new WorkFolder(path.resolve(from));
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

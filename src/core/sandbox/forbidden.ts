import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fingerprintFile, hashFile } from './fingerprint';
import type { Fingerprint } from './fingerprint';
import { isMultiCallWith, largestMultiCall } from './multiCall';
import type { Forbidden, Mount } from './sandbox';

interface FoundFile {
  /** Absolute, inside. */
  readonly target: string;
  /** Absolute, on the host. */
  readonly source: string;
  readonly size: number;
  readonly canRun: boolean;
  readonly toolchain: boolean;
}

/** Programs that are many commands in one file. */
const multiCallNames = /^(busybox|toybox|coreutils|uutils|sbase|ubase)/i;
/** File system calls under way at once. */
const calls = 64;

/**
 * Finds, in what a sandbox is to show of this machine, the files that are the reference: by content
 * (and so also hard links), programs of its name in toolchains, and multi-call programs that contain
 * it. A candidate may of course have a program of the reference's name.
 */
export class ForbiddenFinder {
  /** Toolchains do not change while a process lives; walking one takes a while. */
  private readonly toolchains = new Map<string, Promise<readonly FoundFile[]>>();
  private readonly hashes = new Map<string, Promise<string>>();

  /**
   * @returns absolute paths inside, sorted.
   * @throws UserError when a reference or a mount can't be read.
   */
  async find(
    mounts: readonly Mount[],
    forbidden: readonly Forbidden[],
  ): Promise<readonly string[]> {
    if (forbidden.length === 0) {
      return [];
    }
    const wanted = await Promise.all(forbidden.map(fingerprint));
    const files = (await Promise.all(mounts.map((mount) => this.filesOf(mount)))).flat();
    const found = new Set<string>();
    await forEachAtOnce(files, async (file) => {
      if (await this.isForbidden(file, wanted)) {
        found.add(file.target);
      }
    });
    return [...found].sort();
  }

  private filesOf(mount: Mount): Promise<readonly FoundFile[]> {
    if (mount.toolchain !== true) {
      return listFiles(mount);
    }
    const key = `${mount.source}\0${mount.target}`;
    let files = this.toolchains.get(key);
    if (files === undefined) {
      files = listFiles(mount);
      this.toolchains.set(key, files);
    }
    return files;
  }

  private async isForbidden(file: FoundFile, wanted: readonly Fingerprint[]): Promise<boolean> {
    const name = path.posix.basename(file.target);
    if (file.toolchain && file.canRun && wanted.some(({ command }) => command === name)) {
      return true;
    }
    const sameSize = wanted.filter(({ size }) => size === file.size);
    if (sameSize.length > 0) {
      const sha256 = file.toolchain ? await this.hash(file.source) : await hashFile(file.source);
      if (sameSize.some((one) => one.sha256 === sha256)) {
        return true;
      }
    }
    return this.isMultiCall(file, name, wanted);
  }

  /** What can be read can be copied and made executable, so modes matter in toolchains only. */
  private async isMultiCall(
    file: FoundFile,
    name: string,
    wanted: readonly Fingerprint[],
  ): Promise<boolean> {
    if (file.size > largestMultiCall || (file.toolchain && !multiCallNames.test(name))) {
      return false;
    }
    const bytes = await readFile(file.source).catch(() => Buffer.alloc(0));
    return wanted.some(({ command }) => isMultiCallWith(bytes, command));
  }

  private hash(file: string): Promise<string> {
    let hash = this.hashes.get(file);
    if (hash === undefined) {
      hash = hashFile(file);
      this.hashes.set(file, hash);
    }
    return hash;
  }
}

/** Of what only an image holds this machine knows the name. */
async function fingerprint({ path: file, command, image }: Forbidden): Promise<Fingerprint> {
  return image === undefined
    ? fingerprintFile({ path: file, command })
    : { command, size: -1, sha256: '' };
}

async function forEachAtOnce<T>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const work = async () => {
    for (const item of rest) {
      await action(item);
    }
  };
  await Promise.all(Array.from({ length: calls }, work));
}

/** Every regular file that a mount shows. Links are followed inside, where their targets count. */
async function listFiles({ source, target, toolchain = false }: Mount): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  let level: { source: string; target: string }[] = [{ source: await realpath(source), target }];
  while (level.length > 0) {
    const next: typeof level = [];
    await forEachAtOnce(level, async (entry) => {
      const info = await lstat(entry.source);
      if (info.isDirectory()) {
        for (const child of await readdir(entry.source, { withFileTypes: true })) {
          if (child.isDirectory() || child.isFile()) {
            next.push({
              source: path.join(entry.source, child.name),
              target: path.posix.join(entry.target, child.name),
            });
          }
        }
      } else if (info.isFile()) {
        found.push({ ...entry, size: info.size, canRun: (info.mode & 0o111) !== 0, toolchain });
      }
    });
    level = next;
  }
  return found;
}

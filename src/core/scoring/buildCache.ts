import { randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../cases/case';
import { readContent } from '../cases/content';
import { errorCode, errorText, InfraError } from '../errors';

const dayMs = 24 * 60 * 60 * 1000;
/** How the name of a build ends that is being written, or whose writer was killed. */
const unfinished = '.tmp';

export interface CachedBuild {
  /** Absolute. */
  readonly folder: string;
  readonly log: string;
  readonly durationMs: number;
}

export interface BuildCacheOptions {
  /** What a build's files lie in, below the build's own folder. */
  readonly folder: string;
  /** Builds that are kept; older ones than a day make room. */
  readonly kept: number;
  /** The time that files get; that of their writing when absent. */
  readonly fileTime?: Date;
}

/** What builds have made, on disk, each whole or not there; several processes may use it at once. */
export class BuildCache {
  constructor(
    private readonly dir: string,
    private readonly options: BuildCacheOptions,
  ) {}

  async find(key: string): Promise<CachedBuild | undefined> {
    const place = path.join(this.dir, key);
    try {
      const { log, durationMs } = JSON.parse(
        await readFile(path.join(place, 'build.json'), 'utf8'),
      ) as Omit<CachedBuild, 'folder'>;
      // Used just now: not to be pruned.
      const now = new Date();
      await utimes(place, now, now);
      return { folder: path.join(place, this.options.folder), log, durationMs };
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Adds a build; returns its folder. Where another process was faster, that one's.
   * @throws InfraError when the disk fails.
   */
  async add(
    key: string,
    files: readonly FileEntry[],
    note: Omit<CachedBuild, 'folder'>,
  ): Promise<string> {
    const place = path.join(this.dir, key);
    const beside = this.besideOf(place);
    try {
      await writeEntries(path.join(beside, this.options.folder), files, this.options.fileTime);
      await writeFile(path.join(beside, 'build.json'), JSON.stringify(note));
      await rename(beside, place).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') {
          throw error;
        }
      });
      await this.prune();
    } catch (error) {
      throw new InfraError(`Keeping what a build has made failed: ${errorText(error)}.`, {
        action: 'Free some space or fix the permissions, then try again.',
        cause: error,
      });
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
    return path.join(place, this.options.folder);
  }

  /** First out of the way, so that who is killed meanwhile leaves nothing that looks whole. */
  private async remove(place: string): Promise<void> {
    const beside = this.besideOf(place);
    await rename(place, beside).catch(() => undefined);
    await rm(beside, { recursive: true, force: true });
  }

  private besideOf(place: string): string {
    return `${place}.${randomBytes(4).toString('hex')}${unfinished}`;
  }

  private async prune(): Promise<void> {
    const builds = await Promise.all(
      (await readdir(this.dir)).map(async (name) => {
        const place = path.join(this.dir, name);
        const stats = await stat(place).catch(() => undefined);
        return { place, usedMs: stats?.mtimeMs ?? Date.now() };
      }),
    );
    const old = builds.filter(({ usedMs }) => Date.now() - usedMs > dayMs);
    const whole = builds
      .filter(({ place }) => !place.endsWith(unfinished))
      .sort((a, b) => b.usedMs - a.usedMs);
    const kept = new Set(whole.slice(0, this.options.kept));
    await Promise.all(
      old.filter((build) => !kept.has(build)).map(({ place }) => this.remove(place)),
    );
  }
}

/**
 * Writes entries below a new folder. Links come last, so that nothing is written through one, and
 * everything is readable for the unprivileged user of a sandbox, whatever the umask is here.
 */
async function writeEntries(
  folder: string,
  entries: readonly FileEntry[],
  fileTime: Date | undefined,
): Promise<void> {
  const inside = (entry: FileEntry) => path.join(folder, entry.path);
  await makeFolder(folder);
  for (const entry of entries.filter(({ kind }) => kind === 'dir')) {
    await makeFolder(inside(entry));
  }
  for (const entry of entries) {
    if (entry.kind === 'file') {
      await makeFolder(path.dirname(inside(entry)));
      await writeFile(inside(entry), await readContent(entry.content));
      await chmod(inside(entry), entry.mode | readable);
      if (fileTime !== undefined) {
        await utimes(inside(entry), fileTime, fileTime);
      }
    }
  }
  for (const entry of entries) {
    if (entry.kind === 'link') {
      await makeFolder(path.dirname(inside(entry)));
      await symlink(entry.target, inside(entry));
    }
  }
}

const readable = 0o444;

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first !== undefined) {
    await chmod(folder, 0o755);
  }
}

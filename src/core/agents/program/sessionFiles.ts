import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, InfraError } from '../../errors';
import { byText } from '../../cases/paths';
import { WorkspaceError } from '../workspace';
import type { ProgramFiles } from '../workspace/programFiles';

export interface SessionFilesParts {
  readonly files: ProgramFiles;
  /** The folder inside below which the agent keeps its sessions, absolute. */
  readonly inside: string;
  /** The name of the session's file, with `*`. */
  readonly main: string;
  /** Where they are kept: the run's `sessions` folder, and its `session.jsonl`. */
  readonly folder: string;
  readonly session: string;
  /** Bytes of each file that go with the workspace as the run goes on. */
  readonly marked: Readonly<Record<string, number>>;
}

/** Bytes of all sessions of a run; an agent that writes more writes no session. */
const most = 2 * 2 ** 30;
/** Bytes that are put back at once. */
const piece = 4 * 2 ** 20;

/**
 * The files that an agent's program keeps of its session: brought into the run's folder byte for byte
 * as they grow, and put back into the sandbox when the run goes on.
 */
export class SessionFiles {
  /** Bytes of each file that are kept, by its path. */
  private readonly sizes = new Map<string, number>();
  private readonly main: RegExp;
  private work: Promise<void> = Promise.resolve();
  private hasSession = false;
  private marked: Readonly<Record<string, number>>;

  constructor(private readonly parts: SessionFilesParts) {
    this.main = globPattern(parts.main);
    this.marked = parts.marked;
  }

  /** What is kept now goes with the workspace as it is now: a run goes on from both. */
  mark(): Readonly<Record<string, number>> {
    this.marked = Object.fromEntries(this.sizes);
    return this.marked;
  }

  /** Whether a session's file is kept, so that there is something to go on from. */
  get isThere(): boolean {
    return this.hasSession;
  }

  /** Brings what is new; one call waits for the other. @throws InfraError when the disk fails. */
  pull(): Promise<void> {
    this.work = this.work
      .catch(() => undefined)
      .then(() => this.pullAll())
      .catch((error: unknown) => {
        // The agent has removed or locked its own files, or the workspace was made anew.
        if (!(error instanceof WorkspaceError)) {
          throw error;
        }
      });
    return this.work;
  }

  /**
   * Puts the session into a sandbox that has nothing of it, as it was when it was marked last: what came
   * after is about a workspace that is gone.
   */
  async restore(): Promise<void> {
    const { folder, files, inside } = this.parts;
    await this.work.catch(() => undefined);
    this.sizes.clear();
    this.hasSession = false;
    for (const file of await keptFiles(folder)) {
      const size = this.marked[file] ?? 0;
      const kept = path.join(folder, file);
      await truncate(kept, Math.min(size, (await stat(kept)).size));
      for await (const bytes of createReadStream(kept, { highWaterMark: piece })) {
        await files.append(`${inside}/${file}`, bytes as Buffer);
      }
      if (size > 0) {
        this.sizes.set(file, size);
        await this.showMain(file, kept);
      }
    }
  }

  private async pullAll(): Promise<void> {
    const { files, inside } = this.parts;
    const listed = [...(await files.list(inside))].sort((a, b) => byText(a.path, b.path));
    let total = 0;
    for (const { path: file, size } of listed) {
      total += size;
      const kept = this.sizes.get(file) ?? 0;
      if (size !== kept && total <= most) {
        // One that has become shorter was written anew.
        await this.pullFile(file, size < kept ? 0 : kept);
      }
    }
  }

  private async pullFile(file: string, from: number): Promise<void> {
    const { files, inside, folder } = this.parts;
    const target = path.join(folder, file);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      const handle = await open(target, from === 0 ? 'w' : 'a');
      try {
        for (let at = from; ;) {
          const bytes = await files.readOn(`${inside}/${file}`, at);
          await handle.appendFile(bytes);
          at += bytes.length;
          this.sizes.set(file, at);
          if (bytes.length === 0 || at > most) {
            break;
          }
        }
      } finally {
        await handle.close();
      }
      await this.showMain(file, target);
    } catch (error) {
      throw sessionError(file, error);
    }
  }

  /** The first file of that name is the session; later ones are those of its helpers. */
  private async showMain(file: string, target: string): Promise<void> {
    if (this.hasSession || !this.isMain(file)) {
      return;
    }
    const { session } = this.parts;
    this.hasSession = true;
    await rm(session, { force: true });
    await link(target, session);
  }

  private isMain(file: string): boolean {
    return this.main.test(path.posix.basename(file));
  }
}

/** Files below a folder, sorted; none where there is no folder. */
async function keptFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  const files: string[] = [];
  for (const entry of entries) {
    if ((await stat(path.join(folder, entry))).isFile()) {
      files.push(entry.split(path.sep).join('/'));
    }
  }
  return files.sort(byText);
}

function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
}

function sessionError(file: string, error: unknown): unknown {
  return errorCode(error) === undefined
    ? error
    : new InfraError(`Keeping the agent's session ${file} failed: ${errorText(error)}.`, {
        action: 'Free some disk space, then resume the run: nothing that it had done is lost.',
        cause: error,
      });
}

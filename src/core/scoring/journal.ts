import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileEntry } from '../cases/case';
import { readContent } from '../cases/content';
import { errorCode, errorText, InfraError, UserError } from '../errors';
import { LineLog } from '../lineLog';
import type { CaseResult } from './score';
import {
  actualPath,
  isRunning,
  readHeader,
  readVerdicts,
  scoreFileNames,
  writeHeader,
} from './scoreFiles';
import type { ScoreHeader } from './scoreFiles';

/** What is known of a score before it begins. */
export type NewScore = Omit<ScoreHeader, 'version' | 'state' | 'process'>;

/**
 * The folder of one score while it is being made: verdicts are appended as they fall, so that
 * whatever ends the process, what was judged stays judged.
 */
export class ScoreJournal {
  /** Hashes that are on disk or on their way. */
  private readonly kept = new Map<string, Promise<void>>();

  private constructor(
    readonly dir: string,
    private content: ScoreHeader,
    private readonly lines: LineLog,
    /** What a resumed score had judged already. */
    readonly earlier: readonly CaseResult[],
  ) {}

  get header(): ScoreHeader {
    return this.content;
  }

  get buildLog(): string {
    return path.join(this.dir, scoreFileNames.buildLog);
  }

  /**
   * Begins a score in a new folder below `scoresDir`, or in `dir` where that is given.
   * @throws UserError when `dir` holds a score already; InfraError when the disk fails.
   */
  static async begin(
    place: { readonly scoresDir: string } | { readonly dir: string },
    header: NewScore,
  ): Promise<ScoreJournal> {
    const content: ScoreHeader = {
      ...header,
      version: 1,
      state: 'running',
      process: thisProcess(),
    };
    try {
      const dir =
        'dir' in place ? await givenFolder(place.dir) : await newFolder(place.scoresDir, content);
      await mkdir(path.join(dir, scoreFileNames.actual), { recursive: true });
      await writeHeader(dir, content);
      const lines = await LineLog.open(path.join(dir, scoreFileNames.verdicts));
      return new ScoreJournal(dir, content, lines, []);
    } catch (error) {
      throw error instanceof UserError ? error : diskError('Beginning the score', error);
    }
  }

  /**
   * Goes on with a score that was interrupted. Verdicts that the harness failed on are not among
   * the earlier ones, so those cases are judged anew.
   * @throws UserError when it is a score of something else, or another process is at it.
   */
  static async resume(dir: string, expected: NewScore): Promise<ScoreJournal> {
    const header = await readHeader(dir);
    refuseOther(dir, header, expected);
    const earlier = (await readVerdicts(dir)).filter(
      ({ verdict }) => verdict !== 'infra' && verdict !== 'skipped',
    );
    const lines = await LineLog.open(path.join(dir, scoreFileNames.verdicts));
    const journal = new ScoreJournal(dir, header, lines, earlier);
    await journal.update({ state: 'running', process: thisProcess(), engine: expected.engine });
    return journal;
  }

  /** @throws InfraError when an earlier verdict could not be written. */
  add(result: CaseResult): void {
    this.lines.add(result);
  }

  async update(changes: Partial<ScoreHeader>): Promise<void> {
    this.content = { ...this.content, ...changes };
    try {
      await writeHeader(this.dir, this.content);
    } catch (error) {
      throw diskError('Writing the score', error);
    }
  }

  /** Keeps an actual output once, however many cases gave it. Returns its SHA-256. */
  async keep(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let writing = this.kept.get(sha256);
    if (writing === undefined) {
      writing = this.write(actualPath(this.dir, sha256), bytes);
      this.kept.set(sha256, writing);
    }
    await writing;
    return sha256;
  }

  /**
   * Keeps the output files of a failing case: a JSON list of their entries, in which the content of
   * each file is the SHA-256 that it is kept under. Returns the list's own SHA-256.
   */
  async keepOutputs(entries: readonly FileEntry[]): Promise<string> {
    const listed = await Promise.all(
      entries.map(async (entry) => {
        if (entry.kind !== 'file') {
          return entry;
        }
        const bytes = await readContent(entry.content);
        return { ...entry, content: { sha256: await this.keep(bytes), size: bytes.length } };
      }),
    );
    return this.keep(Buffer.from(JSON.stringify(listed)));
  }

  flush(): Promise<void> {
    return this.lines.flush();
  }

  /** Writes what waits, then the header's last word. Safe on a full disk: throws nothing. */
  async close(changes: Partial<ScoreHeader>): Promise<void> {
    await Promise.allSettled(this.kept.values());
    await this.lines.close().catch(() => undefined);
    await this.update(changes).catch(() => undefined);
  }

  /** Removes the folder of a score that has hardly begun. */
  async discard(): Promise<void> {
    await this.close({});
    await rm(this.dir, { recursive: true, force: true });
  }

  private async write(file: string, bytes: Uint8Array): Promise<void> {
    try {
      await access(file).catch(async () => {
        const beside = `${file}.${process.pid}.tmp`;
        await writeFile(beside, bytes);
        await rename(beside, file);
      });
    } catch (error) {
      throw diskError('Keeping what a failing case gave', error);
    }
  }
}

async function givenFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const taken = await readHeader(dir).then(
    () => true,
    () => false,
  );
  if (taken) {
    throw new UserError(`Beginning a score in ${dir} failed: it holds one already.`, {
      action: 'Resume that one, or name another folder.',
    });
  }
  return dir;
}

function refuseOther(dir: string, header: ScoreHeader, expected: NewScore): void {
  if (isRunning(header) && header.process.pid !== process.pid) {
    throw new UserError(`Resuming ${dir} failed: process ${header.process.pid} is still at it.`, {
      action: 'Wait until it is done, or end it first.',
    });
  }
  const keys = ['targetPath', 'language', 'profile', 'cases', 'candidateHash'] as const;
  const other = keys.find((key) => header[key] !== expected[key]);
  if (other !== undefined) {
    const what = {
      targetPath: 'it is a score of another target',
      language: 'it is a score in another language',
      profile: 'it was made under the other comparison profile',
      cases: 'it is about other cases',
      candidateHash: 'the candidate has changed since',
    }[other];
    throw new UserError(`Resuming ${dir} failed: ${what}.`, { action: 'Begin a new score.' });
  }
}

function thisProcess(): ScoreHeader['process'] {
  return { pid: process.pid, host: os.hostname() };
}

/** `<time>_<target>_<language>`; a number is added where two scores begin in one second. */
async function newFolder(scoresDir: string, header: ScoreHeader): Promise<string> {
  const time = header.started.replace(/\.\d+Z$/u, '').replaceAll(':', '-');
  const name = `${time}_${header.target}_${header.language}`;
  for (let n = 1; ; n++) {
    const dir = path.join(scoresDir, n === 1 ? name : `${name}_${n}`);
    try {
      await mkdir(dir);
      return dir;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        throw error;
      }
    }
  }
}

function diskError(doing: string, error: unknown): InfraError {
  return new InfraError(`${doing} failed: ${errorText(error)}.`, {
    action: 'Free some space or fix the permissions, then resume: what was judged is kept.',
    cause: error,
  });
}

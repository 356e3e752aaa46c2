import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import type { Case } from '../cases/case';
import { formatCase } from '../cases/caseLayout';
import type { CaseStore } from '../cases/caseStore';
import { errorCode } from '../errors';
import { withFileLock } from '../fileLock';
import { parseLines } from '../lineLog';
import type { RemovedFile } from './removedFile';

/** What was decided about one capture, with what it takes to undo it. */
export interface Decision<Note> {
  /** Decisions that were made at once have the same one, and are undone at once. */
  readonly group: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The capture's name in its queue. */
  readonly name: string;
  readonly note: Note;
  /** Where the captured case is kept. */
  readonly kept: string;
  /** Instead of a kept case: the file of one that could not be read. */
  readonly unreadable?: RemovedFile;
  /** Absent when it was rejected. */
  readonly accepted?: {
    readonly name: string;
    /** Of the case as it was written: what was changed since is not undone unseen. */
    readonly hash: string;
    /** Where the case that it replaced is kept. */
    readonly before?: string;
  };
}

/** Decisions that can be undone; of older ones nothing is kept. */
const most = 200;

/** What was decided about the captures of one target, the latest last; survives a reload. */
export class DecisionLog<Note> {
  private readonly file: string;

  /** @param kept Where the cases lie that a decision took away. */
  constructor(
    dir: string,
    private readonly kept: CaseStore,
  ) {
    this.file = path.join(dir, 'decisions.jsonl');
  }

  /** Keeps a case that is about to go, under a name of its own. */
  async keep(one: Case): Promise<string> {
    const unique = createHash('sha256').update(`${one.name}\n${process.hrtime.bigint()}`);
    const name = unique.digest('hex').slice(0, 24);
    await this.kept.write({ ...one, name });
    return name;
  }

  /** A case that was kept, under the name that it had. */
  async read(kept: string, name: string): Promise<Case> {
    return { ...(await this.kept.read(kept)), name };
  }

  async add(decision: Decision<Note>): Promise<void> {
    const old = await this.change((all) => [...all, decision].slice(-most));
    await this.forget(old);
  }

  /** The decisions that were made last, at once. */
  async last(): Promise<Decision<Note>[]> {
    const decisions = await this.all();
    return decisions.filter(({ group }) => group === decisions.at(-1)?.group);
  }

  /** Removes what has been undone. */
  async remove(undone: readonly Decision<Note>[]): Promise<void> {
    const gone = new Set(undone.map(({ kept }) => kept));
    await this.change((all) => all.filter(({ kept }) => !gone.has(kept)));
    await this.forget(undone);
  }

  private async forget(decisions: readonly Decision<Note>[]): Promise<void> {
    const names = decisions.flatMap(({ kept, accepted }) => [kept, accepted?.before ?? []].flat());
    const there = new Set((await this.kept.list()).cases.map(({ name }) => name));
    await this.kept.remove(names.filter((name) => there.has(name)));
  }

  /** @returns what is in the log no more. */
  private change(
    to: (all: readonly Decision<Note>[]) => readonly Decision<Note>[],
  ): Promise<Decision<Note>[]> {
    // Other windows decide too.
    return withFileLock(`${this.file}.lock`, async () => {
      const before = await this.all();
      const after = to(before);
      const lines = after.map((decision) => `${JSON.stringify(decision)}\n`);
      await writeFileAtomically(this.file, lines.join(''));
      return before.filter((decision) => !after.includes(decision));
    });
  }

  private async all(): Promise<Decision<Note>[]> {
    try {
      return parseLines(await readFile(this.file, 'utf8')) as Decision<Note>[];
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return [];
      }
      throw error;
    }
  }
}

/** Tells a case from what it is after any change. */
export function hashCase(one: Case): string {
  return createHash('sha256').update(formatCase(one)).digest('hex');
}

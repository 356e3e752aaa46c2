import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../cases/case';
import type { CaseStore, CaseSummary } from '../cases/caseStore';
import { withDual } from '../cases/duals';
import { errorCode, UserError } from '../errors';
import type { WorkFolder } from '../workFolder';
import type { Capture, Flake } from './capture';
import { uniqueName } from './names';

/** A captured case that nobody has accepted yet. */
export interface PendingCase {
  readonly summary: CaseSummary;
  readonly flakes: readonly Flake[];
  readonly durationMs: number;
  /** The accepted case that it would replace: a re-recording. */
  readonly replaces?: string;
  /** The hidden case that mirrors it from when it is accepted. */
  readonly mirroredBy?: string;
}

/** How a capture stands to the cases of the target. */
export type CaptureLinks = Pick<PendingCase, 'replaces' | 'mirroredBy'>;

export interface AcceptOptions {
  /** Another name than it was captured under. */
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly duals?: readonly string[];
}

/** What is known of a capture beside the case itself. */
interface Note extends CaptureLinks {
  readonly flakes: readonly Flake[];
  readonly durationMs: number;
}

/**
 * The review queue of one target: captured cases, each a `.case` file as in the target itself, and
 * a note beside it. Accepting writes to the target first and removes from the queue after, so that
 * a crash in between leaves the case in both places and never in none.
 */
export class PendingQueue {
  private constructor(
    private readonly dir: string,
    /** The captured cases. */
    readonly store: CaseStore,
  ) {}

  /** @param openStore Opens a folder of cases as a store. */
  static async open(
    workFolder: WorkFolder,
    targetName: string,
    openStore: (folder: string) => CaseStore,
  ): Promise<PendingQueue> {
    const dir = await workFolder.make(path.join(workFolder.pending, targetName));
    const cases = path.join(dir, 'cases');
    await mkdir(cases, { recursive: true });
    await mkdir(path.join(dir, 'notes'), { recursive: true });
    return new PendingQueue(dir, openStore(cases));
  }

  /** Adds a capture under its own name, or the next free one. Returns the name. */
  async add(capture: Capture, links: CaptureLinks = {}): Promise<string> {
    const { cases } = await this.store.list();
    const name = uniqueName(capture.case.name, new Set(cases.map((summary) => summary.name)));
    const { flakes, durationMs } = capture;
    await this.writeNote(name, { flakes, durationMs, ...links });
    await this.store.write({ ...capture.case, name });
    return name;
  }

  /**
   * Puts what further runs showed in the place of a capture.
   * @returns whether it was still there and as it was added.
   */
  async update(name: string, capture: Capture): Promise<boolean> {
    const { cases } = await this.store.list();
    if (!cases.some((summary) => summary.name === name)) {
      return false;
    }
    const { flakes, durationMs } = capture;
    try {
      await this.store.write({ ...capture.case, name }, { replace: true });
    } catch (error) {
      if (error instanceof UserError) {
        return false; // edited meanwhile: what a person wrote stays
      }
      throw error;
    }
    await this.writeNote(name, { ...(await this.readNote(name)), flakes, durationMs });
    return true;
  }

  async list(): Promise<PendingCase[]> {
    const { cases } = await this.store.list();
    return Promise.all(
      cases.map(async (summary) => ({ summary, ...(await this.readNote(summary.name)) })),
    );
  }

  /**
   * Moves a case into the target.
   * @throws UserError when the target has a case of that name which it is not a re-recording of.
   */
  async accept(name: string, into: CaseStore, options: AcceptOptions = {}): Promise<string> {
    const { replaces, mirroredBy } = await this.readNote(name);
    const captured = await this.store.read(name);
    const accepted: Case = {
      ...captured,
      name: options.name ?? replaces ?? captured.name,
      labels: options.labels ?? captured.labels,
      duals: options.duals ?? captured.duals,
    };
    if (replaces !== undefined && replaces !== accepted.name) {
      throw new UserError(
        `Accepting ${name} as ${accepted.name} failed: it is a re-recording of ${replaces}.`,
        { action: 'Accept it under that name, and rename the case afterwards.' },
      );
    }
    const hidden = mirroredBy === undefined ? undefined : await into.read(mirroredBy);
    await into.write(accepted, { replace: replaces !== undefined });
    if (hidden !== undefined) {
      await into.write(withDual(hidden, accepted.name), { replace: true });
    }
    await this.reject([name]);
    return accepted.name;
  }

  /** Removes captures that are not wanted. */
  async reject(names: readonly string[]): Promise<void> {
    await this.store.remove(names);
    await Promise.all(names.map((name) => rm(this.noteFile(name), { force: true })));
  }

  private async writeNote(name: string, note: Note): Promise<void> {
    const file = this.noteFile(name);
    const beside = `${file}.${process.pid}.tmp`;
    await writeFile(beside, JSON.stringify(note) + '\n');
    await rename(beside, file);
  }

  /** A note that is gone or torn loses its case nothing but the note. */
  private async readNote(name: string): Promise<Note> {
    try {
      return JSON.parse(await readFile(this.noteFile(name), 'utf8')) as Note;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) {
        return { flakes: [], durationMs: 0 };
      }
      throw error;
    }
  }

  private noteFile(name: string): string {
    return path.join(this.dir, 'notes', `${encodeURIComponent(name)}.json`);
  }
}

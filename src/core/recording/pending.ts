import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../cases/case';
import type { CaseStore, CaseSummary, UnreadableCase } from '../cases/caseStore';
import { withDual } from '../cases/duals';
import { UserError } from '../errors';
import type { WorkFolder } from '../workFolder';
import type { Capture } from './capture';
import { CaptureNotes } from './captureNotes';
import type { CaptureLinks, CaptureNote } from './captureNotes';
import { DecisionLog, hashCase } from './decisions';
import type { Decision } from './decisions';
import { uniqueName } from './names';
import { keepFile, putBack } from './removedFile';

/** A captured case that nobody has accepted yet. */
export interface PendingCase extends CaptureNote {
  readonly summary: CaseSummary;
}

export interface PendingListing {
  readonly waiting: PendingCase[];
  readonly unreadable: readonly UnreadableCase[];
}

export interface AcceptOptions {
  /** Another name than it was captured under. */
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly duals?: readonly string[];
  /** What is accepted in one go is undone in one go: the same text for all of it. */
  readonly group?: string;
}

/** What undoing a decision brought back. */
export interface Undone {
  /** In the queue again, under these names. */
  readonly names: readonly string[];
  /** Whether they had been accepted. */
  readonly accepted: boolean;
}

/**
 * The review queue of one target: captured cases, each a `.case` file as in the target itself, and
 * a note beside it. Accepting writes to the target first and removes from the queue after, so that
 * a crash in between leaves the case in both places and never in none.
 */
export class PendingQueue {
  private constructor(
    /** The captured cases. */
    readonly store: CaseStore,
    private readonly notes: CaptureNotes,
    private readonly decisions: DecisionLog<CaptureNote>,
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
    const decisions = new DecisionLog<CaptureNote>(dir, openStore(path.join(dir, 'decided')));
    return new PendingQueue(openStore(cases), new CaptureNotes(path.join(dir, 'notes')), decisions);
  }

  /** Adds a capture under its own name, or the next free one. Returns the name. */
  async add(capture: Capture, links: CaptureLinks = {}): Promise<string> {
    const { cases, unreadable } = await this.store.list();
    const taken = [...cases, ...unreadable].map((one) => one.name);
    const name = uniqueName(capture.case.name, new Set(taken));
    const { flakes, durationMs } = capture;
    await this.notes.write(name, { flakes, durationMs, ...links });
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
    await this.notes.write(name, { ...(await this.notes.read(name)), flakes, durationMs });
    return true;
  }

  async list(): Promise<PendingCase[]> {
    return (await this.listing()).waiting;
  }

  /** All that waits, also what can't be read any more, since someone has changed its text. */
  async listing(): Promise<PendingListing> {
    const { cases, unreadable } = await this.store.list();
    const readable = new Set(cases.map(({ name }) => name));
    const waiting = await Promise.all(
      cases.map(async (summary) => ({ summary, ...(await this.notes.read(summary.name)) })),
    );
    return { waiting, unreadable: unreadable.filter(({ name }) => !readable.has(name)) };
  }

  /**
   * Moves a case into the target.
   * @throws UserError when the target has a case of that name which it is not a re-recording of.
   */
  async accept(name: string, into: CaseStore, options: AcceptOptions = {}): Promise<string> {
    const note = await this.notes.read(name);
    const { replaces, mirroredBy } = note;
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
    const before = replaces === undefined ? undefined : await into.read(replaces);
    await into.write(accepted, { replace: replaces !== undefined });
    if (hidden !== undefined) {
      await into.write(withDual(hidden, accepted.name), { replace: true });
    }
    const written = hashCase(await into.read(accepted.name));
    await this.decide(captured, note, options.group, {
      name: accepted.name,
      hash: written,
      ...(before !== undefined && { before: await this.decisions.keep(before) }),
    });
    await this.drop([name]);
    return accepted.name;
  }

  /** Removes captures that are not wanted; `undo` brings them back. */
  async reject(names: readonly string[], group: string = randomUUID()): Promise<void> {
    for (const name of names) {
      const waiting = await this.readOrFile(name);
      const note = await this.notes.read(name);
      await ('path' in waiting
        ? this.decideUnreadable(name, waiting.path, note, group)
        : this.decide(waiting, note, group));
    }
    await this.drop(names);
  }

  /** Removes captures for good. */
  async drop(names: readonly string[]): Promise<void> {
    await this.store.remove(names);
    await Promise.all(names.map((name) => this.notes.remove(name)));
  }

  /**
   * Gives a capture another name or other labels. Returns its name.
   * @throws UserError when the name is taken, or a re-recording is to have another one.
   */
  async change(name: string, to: { name?: string; labels?: readonly string[] }): Promise<string> {
    const note = await this.notes.read(name);
    const renamed = to.name ?? name;
    if (note.replaces !== undefined && renamed !== name) {
      throw new UserError(`Renaming ${name} failed: it is a re-recording of ${note.replaces}.`, {
        action: 'Accept it, and rename the case afterwards.',
      });
    }
    if (to.labels !== undefined) {
      await this.store.write(
        { ...(await this.store.read(name)), labels: to.labels },
        { replace: true },
      );
    }
    if (renamed !== name) {
      await this.store.rename(name, renamed);
      await this.notes.write(renamed, note);
      await this.notes.remove(name);
    }
    return renamed;
  }

  /** When the last decision was made that can be undone, milliseconds since the epoch. */
  async lastDecision(): Promise<number | undefined> {
    return (await this.decisions.last()).at(-1)?.at;
  }

  /**
   * Takes back what was decided last: what was accepted or rejected in one go waits again, and the
   * target has what it had before.
   * @throws UserError when an accepted case was changed since; nothing is undone then.
   */
  async undo(from: CaseStore): Promise<Undone> {
    const last = await this.decisions.last();
    if (last.length === 0) {
      throw new UserError('There is nothing to undo in this queue.');
    }
    for (const { accepted } of last) {
      await refuseChanged(from, accepted);
    }
    const names: string[] = [];
    for (const decision of last) {
      const { note, accepted } = decision;
      // First back into the queue, so that a crash leaves it in both places and never in none.
      names.push(await this.bringBack(decision));
      if (accepted?.before !== undefined) {
        const before = await this.decisions.read(accepted.before, accepted.name);
        await from.write(before, { replace: true });
      } else if (accepted !== undefined) {
        await this.unlink(from, note, accepted.name);
        await from.remove([accepted.name]);
      }
    }
    await this.decisions.remove(last);
    return { names, accepted: last.some(({ accepted }) => accepted !== undefined) };
  }

  /** Returns the name under which it waits again. */
  private async bringBack({
    kept,
    name,
    note,
    unreadable,
  }: Decision<CaptureNote>): Promise<string> {
    if (unreadable !== undefined) {
      await putBack(this.store.path, unreadable);
      await this.notes.write(name, note);
      return name;
    }
    const captured = await this.decisions.read(kept, name);
    const { flakes, durationMs, ...links } = note;
    return this.add({ case: captured, flakes, durationMs }, links);
  }

  /** A captured case, or where the file lies of one that can't be read. */
  private async readOrFile(name: string): Promise<Case | { readonly path: string }> {
    try {
      return await this.store.read(name);
    } catch (error) {
      const broken = (await this.listing()).unreadable.find((one) => one.name === name);
      if (broken === undefined) {
        throw error;
      }
      return broken.location;
    }
  }

  private async decideUnreadable(
    name: string,
    file: string,
    note: CaptureNote,
    group: string,
  ): Promise<void> {
    const unreadable = await keepFile(this.store.path, file);
    await this.decisions.add({ group, at: Date.now(), name, note, kept: randomUUID(), unreadable });
  }

  private async unlink(from: CaseStore, { mirroredBy }: CaptureNote, name: string): Promise<void> {
    if (mirroredBy !== undefined) {
      const hidden = await from.read(mirroredBy);
      const duals = hidden.duals.filter((dual) => dual !== name);
      await from.write({ ...hidden, duals }, { replace: true });
    }
  }

  private async decide(
    captured: Case,
    note: CaptureNote,
    group: string = randomUUID(),
    accepted?: Decision<CaptureNote>['accepted'],
  ): Promise<void> {
    await this.decisions.add({
      group,
      at: Date.now(),
      name: captured.name,
      note,
      kept: await this.decisions.keep(captured),
      ...(accepted !== undefined && { accepted }),
    });
  }
}

/** What someone has made of an accepted case since is not thrown away. */
async function refuseChanged(
  from: CaseStore,
  accepted: Decision<CaptureNote>['accepted'],
): Promise<void> {
  if (accepted !== undefined && hashCase(await from.read(accepted.name)) !== accepted.hash) {
    throw new UserError(`Undoing failed: ${accepted.name} was changed since it was accepted.`, {
      action: 'Nothing was undone. Change the case back by hand, or remove it.',
    });
  }
}

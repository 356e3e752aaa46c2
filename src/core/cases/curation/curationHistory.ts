import { createHash } from 'node:crypto';
import { readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { writeFileAtomically } from '../../atomicFile';
import { errorCode, UserError } from '../../errors';
import type { WorkFolder } from '../../workFolder';
import { findCaseFile, linkAbove, ownBlobs } from '../caseFiles';
import type { CaseStore } from '../caseStore';
import { renameCase } from '../duals';
import { carryOut } from './carryOut';
import { CurationSteps } from './curationSteps';
import type { CurationStep } from './curationSteps';
import { planCuration } from './planCuration';
import type { Curation, CurationPlan } from './planCuration';

/** Files written side by side. */
const writers = 16;

/** Carries out curations and takes the last of them back, byte by byte, after a reload too. */
export class CurationHistory {
  private readonly steps: CurationSteps;

  constructor(workFolder: WorkFolder) {
    this.steps = new CurationSteps(workFolder);
  }

  /** When the last curation was carried out, milliseconds since the epoch. */
  newest(): Promise<number | undefined> {
    return this.steps.newest();
  }

  /** @throws UserError when it can't be carried out; what was written until then is put back. */
  async curate(store: CaseStore, curation: Curation, title: string): Promise<CurationPlan> {
    const plan = planCuration((await store.list()).cases, curation);
    const touched = [...plan.changes.keys(), ...plan.removed];
    const news = [...plan.changes.values()].map(({ name }) => name);
    await this.carryOut({ store, title, touched, news }, () => carryOut(store, plan));
    return plan;
  }

  /**
   * Gives a case another name, here and in the duals of those that mirror it.
   * @returns the cases whose duals were changed.
   * @throws UserError when the name is taken or can't be one; nothing is changed then.
   */
  async rename(store: CaseStore, from: string, to: string): Promise<string[]> {
    const mirrors = (await store.list()).cases.filter(({ duals }) => duals.includes(from));
    const touched = [from, ...mirrors.map(({ name }) => name)];
    const change = { store, title: `Renamed ${from} to ${to}`, touched, news: [to] };
    return this.carryOut(change, () => renameCase(store, from, to));
  }

  /** Does some work on cases, and keeps what undoes it. */
  private async carryOut<T>(
    { store, title, touched, news }: Change,
    work: () => Promise<T>,
  ): Promise<T> {
    const before = await readFiles(await filesOf(store, touched));
    const addNewFiles = async () => {
      for (const file of await filesOf(store, news)) {
        before.set(file, before.get(file));
      }
    };
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await addNewFiles();
      await putBack({ store, before });
      throw error;
    }
    await addNewFiles();
    const after = new Map<string, string | undefined>();
    for (const file of before.keys()) {
      after.set(file, hashOf(await readIfThere(file)));
    }
    if (touched.length > 0) {
      await this.steps.push({ store, title, before, after });
    }
    return result;
  }

  /**
   * Takes the last curation back.
   * @param storeOf The store of a known target that lies there.
   * @returns what it was called; undefined when there is none.
   * @throws UserError when a file of it was changed since, or its target is gone; nothing is changed
   * then.
   */
  async undo(
    storeOf: (known: Pick<CaseStore, 'kind' | 'path'>) => CaseStore | undefined,
  ): Promise<string | undefined> {
    const last = await this.steps.last();
    if (last === undefined) {
      return undefined;
    }
    const { step, drop } = last;
    const store = storeOf(step.store);
    if (store === undefined) {
      await drop();
      throw new UserError(`Undoing “${step.title}” failed: its target is not here any more.`, {
        action: 'Nothing was changed. Undo again for what was done before.',
      });
    }
    for (const [file, hash] of step.after) {
      const link = await linkAbove(file, store.path);
      if (link !== undefined) {
        await drop();
        throw new UserError(`Undoing “${step.title}” failed: ${link} leads elsewhere.`, {
          action:
            'Nothing was changed. Make it a folder of its own, and move the cases back by hand.',
        });
      }
      if (hashOf(await readIfThere(file)) !== hash) {
        await drop();
        throw new UserError(`Undoing “${step.title}” failed: ${file} was changed since.`, {
          action: 'Nothing was changed. Move the cases back by hand.',
        });
      }
    }
    await putBack({ store, before: step.before });
    await drop();
    return step.title;
  }
}

interface Change {
  readonly store: CaseStore;
  readonly title: string;
  /** Cases by their names of now. */
  readonly touched: readonly string[];
  /** Names that cases have after it. */
  readonly news: readonly string[];
}

interface Restored {
  readonly store: CaseStore;
  readonly before: CurationStep['before'];
}

async function putBack({ store, before }: Restored): Promise<void> {
  // Files come back before others go: no folder vanishes under one that is being written.
  const queue = new PQueue({ concurrency: writers });
  await queue.addAll(
    [...before].map(([file, bytes]) => async () => {
      if (bytes !== undefined && hashOf(await readIfThere(file)) !== hashOf(bytes)) {
        await writeFileAtomically(file, bytes);
      }
    }),
  );
  const gone = [...before].flatMap(([file, bytes]) => (bytes === undefined ? [file] : []));
  await queue.addAll(
    gone.map((file) => async () => {
      await rm(file, { force: true });
      await removeEmpty(path.dirname(file), store.path);
    }),
  );
  store.forget();
}

/** The files in which these cases lie. */
async function filesOf(store: CaseStore, names: Iterable<string>): Promise<string[]> {
  if (store.kind === 'gold') {
    return [store.path];
  }
  const files: string[] = [];
  for (const name of names) {
    const found = await findCaseFile(store.path, name);
    if (found !== undefined) {
      files.push(found.path, ...ownBlobs(found));
    }
  }
  return files;
}

async function readFiles(files: readonly string[]): Promise<Map<string, Buffer | undefined>> {
  const held = new Map<string, Buffer | undefined>();
  for (const file of files) {
    held.set(file, await readIfThere(file));
  }
  return held;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function hashOf(bytes: Buffer | undefined): string | undefined {
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}

async function removeEmpty(from: string, root: string): Promise<void> {
  for (let folder = from; folder.startsWith(root + path.sep); folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return; // something is in it still
    }
  }
}

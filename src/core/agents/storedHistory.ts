import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { byText, isInsidePath } from '../cases/paths';
import { errorCode, errorText, UserError } from '../errors';

/** One entry of a recorded state; `sha256` of a file's bytes. */
export type HistoryEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      readonly sha256: string;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'dir'; readonly path: string; readonly mode: number };

/** What makes a state differ from another. */
export interface StateChange {
  readonly from: string;
  /** States that have to be read besides this one. */
  readonly depth: number;
  readonly set: readonly HistoryEntry[];
  readonly gone: readonly string[];
}

/** A stored state: all of its entries, or what makes it differ from another. */
export type StoredState = readonly HistoryEntry[] | StateChange;

/** Changes upon changes that are stored; what stands on more is no history of ours. */
export const deepest = 30;
/** Bytes of a stored state, and its entries: a candidate has 20,000 at most. */
const largestState = 64 * 2 ** 20;
const mostEntries = 200_000;

const hashPattern = /^[0-9a-f]{64}$/u;

/** Whether a text can be the hash of a state or of a file's bytes. */
export function isHistoryHash(text: unknown): text is string {
  return typeof text === 'string' && hashPattern.test(text);
}

export function objectPath(sha256: string): string {
  return path.join('objects', sha256.slice(0, 2), sha256.slice(2));
}

export function statePath(hash: string): string {
  return path.join('states', `${hash}.json`);
}

/**
 * Reads what a run's history holds. The folder may have come from anywhere together with its log: no
 * link in it is followed, what it holds is checked, and nothing is read that is larger than a
 * candidate can be.
 */
export class StoredHistory {
  constructor(readonly folder: string) {}

  /** Whether there is a folder to read from. */
  isThere(): Promise<boolean> {
    return stat(this.folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
  }

  /**
   * A state as it is stored; `undefined` where there is none of that hash.
   * @throws UserError when what is stored is damaged.
   */
  async state(hash: string): Promise<StoredState | undefined> {
    const bytes = isHistoryHash(hash) ? await this.read(statePath(hash), largestState) : undefined;
    if (bytes === undefined) {
      return undefined;
    }
    const state = parseState(bytes);
    const isWhole = state !== undefined && !('from' in state);
    if (state === undefined || (isWhole && sha256Of(bytes) !== hash)) {
      throw new UserError(`The run's history holds state ${hash} damaged.`);
    }
    return state;
  }

  /** The entries of a state. @throws UserError when it is missing or damaged. */
  async entries(hash: string): Promise<readonly HistoryEntry[]> {
    const changes: StateChange[] = [];
    for (let at = hash; ;) {
      const stored = await this.state(at);
      if (stored === undefined) {
        throw new UserError(`The run's history holds no state ${at}.`);
      }
      if (!('from' in stored)) {
        return changes.length === 0 ? stored : changed(stored, changes.reverse());
      }
      if (changes.length >= deepest) {
        throw new UserError(`The run's history holds state ${hash} damaged: it has no beginning.`);
      }
      changes.push(stored);
      at = stored.from;
    }
  }

  /** The bytes of a file. @throws UserError when they are missing or damaged. */
  async bytes({ sha256, size }: Extract<HistoryEntry, { kind: 'file' }>): Promise<Buffer> {
    const bytes = await this.read(objectPath(sha256), size);
    if (bytes === undefined) {
      throw new UserError(`The run's history holds no file ${sha256}.`);
    }
    if (bytes.length !== size || sha256Of(bytes) !== sha256) {
      throw new UserError(`The run's history holds file ${sha256} damaged.`);
    }
    return bytes;
  }

  private async read(relative: string, most: number): Promise<Buffer | undefined> {
    const file = path.join(this.folder, relative);
    try {
      const run = await realpath(path.dirname(this.folder));
      const real = await realpath(file);
      if (real !== path.join(run, path.basename(this.folder), relative)) {
        throw new Error('it is a link that leads elsewhere');
      }
      const found = await stat(real);
      if (!found.isFile() || found.size > most) {
        throw new Error(found.isFile() ? `it has ${found.size} bytes` : 'it is no file');
      }
      return await readFile(real);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return undefined;
      }
      throw new UserError(`Reading ${file} failed: ${errorText(error)}.`, { cause: error });
    }
  }
}

function changed(
  entries: readonly HistoryEntry[],
  changes: readonly StateChange[],
): readonly HistoryEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { gone, set } of changes) {
    gone.forEach((one) => byPath.delete(one));
    set.forEach((entry) => byPath.set(entry.path, entry));
  }
  return [...byPath.values()].sort((a, b) => byText(a.path, b.path));
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @returns nothing where it is no state. */
function parseState(bytes: Buffer): StoredState | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  return isEntries(parsed) || isChange(parsed) ? parsed : undefined;
}

function isChange(value: unknown): value is StateChange {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { from, depth, set, gone } = value as Record<string, unknown>;
  return (
    isHistoryHash(from) &&
    isCount(depth) &&
    isEntries(set) &&
    Array.isArray(gone) &&
    gone.every((one) => typeof one === 'string')
  );
}

function isEntries(value: unknown): value is readonly HistoryEntry[] {
  return Array.isArray(value) && value.length <= mostEntries && value.every(isEntry);
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const entry = value as Record<string, unknown>;
  if (typeof entry['path'] !== 'string' || !isInsidePath(entry['path'])) {
    return false;
  }
  switch (entry['kind']) {
    case 'file':
      return isCount(entry['mode']) && isCount(entry['size']) && isHistoryHash(entry['sha256']);
    case 'link':
      return typeof entry['target'] === 'string';
    default:
      return entry['kind'] === 'dir' && isCount(entry['mode']);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

import { createHash } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import type { Content, FileEntry } from '../cases/case';
import { readContent } from '../cases/content';
import { errorCode } from '../errors';
import { byText } from '../cases/paths';

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

/** A stored state: all of its entries, or what makes it differ from another. */
type StoredState =
  | readonly HistoryEntry[]
  | {
      readonly from: string;
      /** States that have to be read besides this one. */
      readonly depth: number;
      readonly set: readonly HistoryEntry[];
      readonly gone: readonly string[];
    };

/** The state that was recorded last. */
interface Last {
  readonly hash: string;
  readonly entries: ReadonlyMap<string, HistoryEntry>;
  /** As it is stored. */
  readonly depth: number;
}

const deepest = 30;

/**
 * The candidate's folder after every step, by content: a file that did not change is stored once, and
 * so is a state that did not change. `objects/<2>/<62>` holds files, `states/<hash>.json` lists of
 * entries, most of them as what has changed since another state; the hash is that of the whole list.
 */
export class WorkspaceHistory {
  private readonly known = new Set<string>();
  /** Contents that were recorded before: what did not change is neither read nor hashed again. */
  private readonly recorded = new WeakMap<Content, { sha256: string; size: number }>();
  private last: Last | undefined;

  constructor(readonly folder: string) {}

  /** Keeps a state and returns its hash, hexadecimal. */
  async record(files: readonly FileEntry[]): Promise<string> {
    const entries: HistoryEntry[] = [];
    for (const file of [...files].sort((a, b) => byText(a.path, b.path))) {
      if (file.kind === 'file') {
        const { size, sha256 } = await this.keep(file.content);
        entries.push({ kind: 'file', path: file.path, mode: file.mode, size, sha256 });
      } else if (file.kind !== 'absent') {
        entries.push(file);
      }
    }
    const text = JSON.stringify(entries);
    const hash = createHash('sha256').update(text).digest('hex');
    if (hash !== this.last?.hash) {
      await this.storeState(hash, entries, text);
    }
    return hash;
  }

  /** The entries of a state. @throws when there is none of that hash. */
  async entries(state: string): Promise<readonly HistoryEntry[]> {
    const stored = await this.stored(state);
    if (stored === undefined) {
      throw new Error(`The run's history holds no state ${state}.`);
    }
    if (!('from' in stored)) {
      return stored;
    }
    const before = await this.entries(stored.from);
    const byPath = new Map(before.map((entry) => [entry.path, entry]));
    stored.gone.forEach((gone) => byPath.delete(gone));
    stored.set.forEach((entry) => byPath.set(entry.path, entry));
    return [...byPath.values()].sort((a, b) => byText(a.path, b.path));
  }

  /** A state as files that can be put into a sandbox again. */
  async files(state: string): Promise<readonly FileEntry[]> {
    return (await this.entries(state)).map((entry): FileEntry =>
      entry.kind === 'file'
        ? {
            kind: 'file',
            path: entry.path,
            mode: entry.mode,
            content: {
              kind: 'blob',
              path: path.join(this.folder, objectPath(entry.sha256)),
              size: entry.size,
              sha256: entry.sha256,
            },
          }
        : entry,
    );
  }

  private async storeState(
    hash: string,
    entries: readonly HistoryEntry[],
    whole: string,
  ): Promise<void> {
    const { last } = this;
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    const earlier = await this.stored(hash);
    let depth = earlier === undefined ? 0 : depthOf(earlier);
    if (earlier === undefined) {
      const change = last === undefined || last.depth >= deepest ? '' : changeOf(last, byPath);
      const isShorter = change !== '' && change.length < whole.length;
      depth = isShorter && last !== undefined ? last.depth + 1 : 0;
      await this.store(statePath(hash), Buffer.from(isShorter ? change : whole));
    }
    this.last = { hash, entries: byPath, depth };
  }

  private async stored(state: string): Promise<StoredState | undefined> {
    try {
      const text = await readFile(path.join(this.folder, statePath(state)), 'utf8');
      return JSON.parse(text) as StoredState;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
  }

  private async keep(content: Content): Promise<{ sha256: string; size: number }> {
    const earlier = this.recorded.get(content);
    if (earlier !== undefined) {
      return earlier;
    }
    const bytes = await readContent(content);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.store(objectPath(sha256), bytes);
    const kept = { sha256, size: bytes.length };
    this.recorded.set(content, kept);
    return kept;
  }

  private async store(relative: string, bytes: Uint8Array): Promise<void> {
    if (this.known.has(relative)) {
      return;
    }
    const file = path.join(this.folder, relative);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFileAtomically(file, bytes);
    }
    this.known.add(relative);
  }
}

function depthOf(state: StoredState): number {
  return 'from' in state ? state.depth : 0;
}

/** What makes a state differ from the last one, as it is stored. */
function changeOf(last: Last, byPath: ReadonlyMap<string, HistoryEntry>): string {
  const isSame = (entry: HistoryEntry) =>
    JSON.stringify(entry) === JSON.stringify(last.entries.get(entry.path));
  return JSON.stringify({
    from: last.hash,
    depth: last.depth + 1,
    set: [...byPath.values()].filter((entry) => !isSame(entry)),
    gone: [...last.entries.keys()].filter((one) => !byPath.has(one)),
  } satisfies StoredState);
}

function objectPath(sha256: string): string {
  return path.join('objects', sha256.slice(0, 2), sha256.slice(2));
}

function statePath(hash: string): string {
  return path.join('states', `${hash}.json`);
}

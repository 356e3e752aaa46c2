import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import type { Content, FileEntry } from '../cases/case';
import { readContent } from '../cases/content';
import { byText } from '../cases/paths';
import { deepest, objectPath, statePath, StoredHistory } from './storedHistory';
import type { HistoryEntry, StateChange, StoredState } from './storedHistory';

/** The state that was recorded last. */
interface Last {
  readonly hash: string;
  readonly entries: ReadonlyMap<string, HistoryEntry>;
  /** As it is stored. */
  readonly depth: number;
}

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
  private readonly stored: StoredHistory;

  constructor(readonly folder: string) {
    this.stored = new StoredHistory(folder);
  }

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

  /** The entries of a state. @throws UserError when it is missing or damaged. */
  entries(state: string): Promise<readonly HistoryEntry[]> {
    return this.stored.entries(state);
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
    const earlier = await this.stored.state(hash);
    let depth = earlier === undefined ? 0 : depthOf(earlier);
    if (earlier === undefined) {
      const change = last === undefined || last.depth >= deepest ? '' : changeOf(last, byPath);
      const isShorter = change !== '' && change.length < whole.length;
      depth = isShorter && last !== undefined ? last.depth + 1 : 0;
      await this.store(statePath(hash), Buffer.from(isShorter ? change : whole));
    }
    this.last = { hash, entries: byPath, depth };
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
  } satisfies StateChange);
}

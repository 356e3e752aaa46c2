import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { StoredHistory } from '../../agents/storedHistory';
import type { HistoryEntry, StateChange, StoredState } from '../../agents/storedHistory';
import { candidatePath } from '../../agents/workspacePaths';
import { errorText } from '../../errors';
import { leftOutFolders } from '../../scoring/candidateSource';
import type { StateMark } from './stateMarks';

/** A file of a recorded state; a link is one too. */
export type RecordedFile = Exclude<HistoryEntry, { kind: 'dir' }>;

/** What became of a file from an event on; `file` is absent where it is gone. */
export interface RecordedChange {
  readonly ordinal: number;
  readonly file?: RecordedFile;
}

/** A recorded file's content: as text, with its bytes where those are none. */
export interface RecordedContent {
  readonly text: string;
  readonly bytes?: Uint8Array;
}

type Change = Pick<StateChange, 'set' | 'gone'>;

/** Bytes of a file that is shown; of larger ones only that they are there. */
const largestShown = 32 * 2 ** 20;
/** Changes of files that are held; no run has as many, and a hostile one must not fill memory. */
const mostChanges = 2_000_000;
/** States of which it is told why they cannot be read. */
const mostTold = 3;
/** States that are read at a time. */
const readAhead = 16;

/**
 * The states that a run of ours has kept beside its log (`history/`), in the order of its events. What
 * cannot be read is told of and passed over.
 */
export class RecordedStates {
  /** By the path that the agent would use, each list in the order of events. */
  readonly changes = new Map<string, RecordedChange[]>();
  /** Events from which on the state is one that was read, ascending. */
  readonly settled: number[] = [];
  private isMissing = false;
  /** Why a state could not be read. */
  private readonly failed = new Map<string, string>();
  private readonly history: StoredHistory;
  private readonly marks: StateMark[] = [];
  private readonly current = new Map<string, RecordedFile>();
  private currentState = '';
  private count = 0;

  constructor(log: string) {
    this.history = new StoredHistory(path.join(path.dirname(log), 'history'));
  }

  /** Whether states say of a path what it holds: it lies in the candidate's folder. */
  static covers(file: string): boolean {
    return (
      file.startsWith(`${candidatePath}/`) &&
      !file.split('/').some((part) => leftOutFolders.includes(part))
    );
  }

  /** Whether these marks only go on where those that were read end. */
  isPrefixOf(marks: readonly StateMark[]): boolean {
    return this.marks.every(
      ({ ordinal, state }, index) =>
        marks[index]?.ordinal === ordinal && marks[index].state === state,
    );
  }

  /** What could not be read, as sentences. */
  problems(): readonly string[] {
    if (this.isMissing) {
      return [
        'The log tells of recorded states, and there is no folder "history" beside it: the files are put together from the edits in the log.',
      ];
    }
    const told = [...this.failed.values()].slice(0, mostTold);
    const more = this.failed.size - told.length;
    return more === 0 ? told : [...told, `${more} more states cannot be read.`];
  }

  /** Reads the states that were not read before. */
  async read(marks: readonly StateMark[], signal?: AbortSignal): Promise<void> {
    this.isMissing = marks.length > 0 && !(await this.history.isThere());
    if (this.isMissing) {
      return;
    }
    for (let at = this.marks.length; at < marks.length; at += readAhead) {
      signal?.throwIfAborted();
      const ahead = marks.slice(at, at + readAhead);
      const hashes = [...new Set(ahead.map(({ state }) => state))];
      const stored = new Map(
        await Promise.all(hashes.map(async (hash) => [hash, await this.stored(hash)] as const)),
      );
      for (const mark of ahead) {
        await this.take(mark, stored.get(mark.state));
        this.marks.push(mark);
      }
    }
  }

  /** @throws UserError when what was kept is missing or damaged. */
  async content(file: RecordedFile): Promise<RecordedContent> {
    if (file.kind === 'link') {
      return { text: `⋯ (a link to ${JSON.stringify(file.target)})\n` };
    }
    if (file.size > largestShown) {
      return { text: `⋯ (${file.size} bytes, SHA-256 ${file.sha256}: too many to be shown)\n` };
    }
    const bytes = await this.history.bytes(file);
    return isUtf8(bytes)
      ? { text: bytes.toString('utf8') }
      : { text: `⋯ (${file.size} bytes that are no text, SHA-256 ${file.sha256})\n`, bytes };
  }

  private stored(hash: string): Promise<StoredState | undefined> {
    // It is read again, and told of, when its turn comes.
    return this.history.state(hash).catch(() => undefined);
  }

  private async take({ ordinal, state }: StateMark, stored: StoredState | undefined) {
    if (this.failed.has(state)) {
      return;
    }
    if (state !== this.currentState) {
      try {
        this.apply(ordinal, await this.changeTo(state, stored));
      } catch (error) {
        this.failed.set(state, `From event ${ordinal} on: ${errorText(error)}`);
        return;
      }
      this.currentState = state;
    }
    this.settled.push(ordinal);
  }

  /** What makes a state differ from the current one. */
  private async changeTo(state: string, stored: StoredState | undefined): Promise<Change> {
    if (stored !== undefined && 'from' in stored && stored.from === this.currentState) {
      return stored;
    }
    const set = await this.history.entries(state);
    const there = new Set(set.map((entry) => entry.path));
    return { set, gone: [...this.current.keys()].filter((name) => !there.has(name)) };
  }

  private apply(ordinal: number, { set, gone }: Change): void {
    this.count += set.length + gone.length;
    if (this.count > mostChanges) {
      throw new Error('the run changed more files than can be followed.');
    }
    const folders = set.filter(({ kind }) => kind === 'dir').map((entry) => entry.path);
    for (const name of [...gone, ...folders]) {
      if (this.current.delete(name)) {
        this.add(name, { ordinal });
      }
    }
    for (const file of set) {
      if (file.kind !== 'dir' && !isSame(file, this.current.get(file.path))) {
        this.current.set(file.path, file);
        this.add(file.path, { ordinal, file });
      }
    }
  }

  private add(name: string, change: RecordedChange): void {
    const file = `${candidatePath}/${name}`;
    const changes = this.changes.get(file);
    if (changes === undefined) {
      this.changes.set(file, [change]);
    } else {
      changes.push(change);
    }
  }
}

/** Whether nothing that is shown of a file has changed. */
function isSame(a: RecordedFile, b: RecordedFile | undefined): boolean {
  return a.kind === 'file'
    ? b?.kind === 'file' && a.sha256 === b.sha256 && a.size === b.size
    : b?.kind === 'link' && a.target === b.target;
}

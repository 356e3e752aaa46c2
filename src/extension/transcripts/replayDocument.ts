import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { CancelledError } from '../../core/errors';
import { Notes } from '../../core/transcripts/notes/notes';
import type { Transcript } from '../../core/transcripts/openTranscript';
import type { LoadState } from '../../protocol/transcript';

export interface ReplayFiles {
  /** The worker's bundle. */
  readonly workerPath: string;
  readonly cacheFolder: string;
}

/** Milliseconds that a file must rest before what was appended to it is read. */
const restMs = 300;

/** One transcript file while any editor shows it; it is read once, on a thread of its own. */
export class ReplayDocument implements vscode.CustomDocument {
  readonly notes: Notes;
  private readonly progress = new vscode.EventEmitter<LoadState>();
  private readonly notesChange = new vscode.EventEmitter<void>();
  readonly onProgress = this.progress.event;
  readonly onNotesChange = this.notesChange.event;
  private readonly reopening = new vscode.EventEmitter<void>();
  /** The file was written anew and is open as it is now; all that was told of it is to be asked again. */
  readonly onReopen = this.reopening.event;
  private readonly watchers: vscode.Disposable[] = [];
  private opening: Promise<Transcript> | undefined;
  private abort = new AbortController();
  private readonly loads = new Map<number, Promise<void>>();
  private readonly states = new Map<number, LoadState>();
  private readonly onDispose = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.onDispose.event;
  private resting: NodeJS.Timeout | undefined;
  /** Size and time of the file as it was opened, or as it was last followed. */
  private stamp = '';

  constructor(
    readonly uri: vscode.Uri,
    private readonly files: ReplayFiles,
  ) {
    this.notes = new Notes(uri.fsPath);
    this.watch(uri.fsPath, () => this.changed());
    this.watch(this.notes.file, () => this.notesChange.fire());
  }

  /** Opens the file; what failed or was cancelled is tried again when asked again. */
  transcript(): Promise<Transcript> {
    if (this.opening === undefined) {
      const abort = new AbortController();
      this.abort = abort;
      this.opening = this.open(abort.signal);
      this.opening.catch(() => this.forget());
    }
    return this.opening;
  }

  private async open(signal: AbortSignal): Promise<Transcript> {
    this.stamp = await fileStamp(this.uri.fsPath);
    // Loaded with the first transcript: activation has nothing to do with readers.
    const { openTranscript } = await import('../../core/transcripts/openTranscript');
    return openTranscript(this.uri.fsPath, {
      ...this.files,
      signal,
      onProgress: ({ sample, done, total, count }) =>
        this.tell({ sample, done, total, count, complete: false }),
    });
  }

  /** Starts to index a sample. @returns what can be shown of it by now. */
  async load(sample: number): Promise<LoadState> {
    const transcript = await this.transcript();
    if (!this.loads.has(sample)) {
      const loading = transcript.load(sample).then(async () => {
        const count = await transcript.count(sample);
        const { total = 0 } = this.states.get(sample) ?? {};
        this.tell({ sample, done: total, total, count, complete: true });
      });
      this.loads.set(sample, loading);
      loading.catch(() => this.loads.delete(sample));
    }
    const loading = this.loads.get(sample);
    const count = await transcript.count(sample);
    // The first events are there; all of them when the load has ended.
    const state = this.states.get(sample);
    if (state?.complete === true) {
      return state;
    }
    loading?.catch(() => undefined);
    return { done: 0, total: 0, ...state, sample, count, complete: false };
  }

  /** Resolves when all of a sample is indexed. */
  async loaded(sample: number): Promise<void> {
    await this.load(sample);
    await this.loads.get(sample);
  }

  cancel(): void {
    this.abort.abort(new CancelledError());
    this.forget();
  }

  dispose(): void {
    clearTimeout(this.resting);
    this.abort.abort(new CancelledError());
    this.forget();
    vscode.Disposable.from(...this.watchers).dispose();
    this.onDispose.fire();
    this.progress.dispose();
    this.notesChange.dispose();
    this.reopening.dispose();
    this.onDispose.dispose();
  }

  private forget(): void {
    const { opening } = this;
    this.opening = undefined;
    this.loads.clear();
    this.states.clear();
    void opening?.then(
      (transcript) => transcript.dispose(),
      () => undefined,
    );
  }

  private tell(state: LoadState): void {
    if (this.states.get(state.sample)?.complete !== true || state.complete) {
      this.states.set(state.sample, state);
      this.progress.fire(state);
    }
  }

  private watch(file: string, onChange: () => void): void {
    const uri = vscode.Uri.file(file);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), globOf(uri)),
    );
    this.watchers.push(
      watcher,
      watcher.onDidChange(onChange),
      watcher.onDidCreate(onChange),
      watcher.onDidDelete(onChange),
    );
  }

  private changed(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => void this.follow().catch(() => undefined), restMs);
  }

  /** A running agent appends to its log, or writes it anew: what came is shown without losing the place. */
  private async follow(): Promise<void> {
    const { opening } = this;
    if (opening === undefined) {
      // It could not be opened as it was.
      this.reopening.fire();
      return;
    }
    const transcript = await opening;
    let appended = false;
    for (const [sample, state] of this.states) {
      if (state.complete && (await transcript.refresh(sample))) {
        appended = true;
        this.tell({ ...state, count: await transcript.count(sample) });
      }
    }
    const stamp = await fileStamp(this.uri.fsPath);
    if (appended) {
      this.stamp = stamp;
    } else if (stamp !== this.stamp && stamp !== '') {
      await this.reopen(transcript);
    }
  }

  /** Reads a file that was written anew; while it cannot be read, what it was before stays open. */
  private async reopen(before: Transcript): Promise<void> {
    const next = await this.open(this.abort.signal);
    const current = await this.opening?.catch(() => undefined);
    if (current !== before) {
      next.dispose();
      return;
    }
    this.opening = Promise.resolve(next);
    this.loads.clear();
    this.states.clear();
    before.dispose();
    this.reopening.fire();
  }
}

/** Changes whenever the file is written; empty where there is none. */
async function fileStamp(file: string): Promise<string> {
  return stat(file).then(
    ({ size, mtimeMs, ino }) => `${size}:${mtimeMs}:${ino}`,
    () => '',
  );
}

/** A file's name as a glob that matches nothing else. */
function globOf(uri: vscode.Uri): string {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return name.replace(/[*?[\]{}]/g, '[$&]');
}

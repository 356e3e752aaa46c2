import { breathe } from '../bytes/byteStore';
import type { LoadedSample } from '../loadedSample';
import type { EventKind } from '../normalForm';
import { eventOf } from '../summaries';
import { asNumber, asObject, asText } from '../values';
import type { JsonObject } from '../values';
import type { ArchivedFile } from './archivedFiles';
import { toolUses, useOperations } from './eventOperations';
import type { FileOperation } from './operations';
import { sweState } from './sweOperations';
import { TrackedFile } from './trackedFile';
import type { FilePart } from './trackedFile';

/** A file that the run is known to have touched. */
export interface WorkspaceFile {
  readonly path: string;
  readonly exists: boolean;
  /** The last event that changed it. */
  readonly ordinal: number;
  /** How often it was changed so far. */
  readonly changes: number;
}

/** One file as it stood at an event. */
export interface FileVersion {
  readonly path: string;
  /** The last event that changed it. */
  readonly ordinal: number;
  readonly exists: boolean;
  /** Stretches that nothing is known of have a line of their own that says so. */
  readonly text: string;
  /** Whether all of it is in the record. */
  readonly complete: boolean;
  /** Where each line comes from, and how sure it is. */
  readonly parts: readonly FilePart[];
}

const callKinds: ReadonlySet<EventKind> = new Set([
  'tool',
  'toolCall',
  'edit',
  'model',
  'message',
  'submit',
]);
/** Milliseconds of work between two looks at cancellation. */
const sliceMs = 25;
/** Copies of copies deeper than this are left unknown. */
const deepest = 32;

/** What one event did to one file, by its number in the event. */
interface Touch {
  readonly ordinal: number;
  readonly operation: FileOperation;
}

/**
 * The files of a run through time, put together from its edits, patches, shell commands and what it
 * saw. Nothing is run: what the record does not show stays marked as inferred or unknown.
 */
export class WorkspaceHistory {
  private readonly touches = new Map<string, Touch[]>();

  private constructor(private readonly sample: LoadedSample) {}

  /** Reads all events of a sample that may touch files. */
  static async read(sample: LoadedSample, signal?: AbortSignal): Promise<WorkspaceHistory> {
    const history = new WorkspaceHistory(sample);
    const { events, facts } = sample.index;
    let folder = asText(facts['cwd']);
    let rested = performance.now();
    for (let ordinal = 0; ordinal < events.length; ordinal++) {
      folder = history.readEvent(ordinal, folder);
      if (performance.now() - rested > sliceMs) {
        await breathe();
        signal?.throwIfAborted();
        rested = performance.now();
      }
    }
    return history;
  }

  /** Takes files as archives hold them, which the scoring of an event was made on. */
  addArchived(files: readonly ArchivedFile[]): void {
    const root = this.rootOf(files.map(({ name }) => name));
    for (const { name, ordinal, text } of files) {
      const path = this.touches.has(root + name) ? root + name : this.knownPath(root + name);
      const operation = { type: 'observe', path, text, firstLine: 1, whole: true } as const;
      const touches = this.touches.get(path) ?? [];
      const after = touches.findIndex((touch) => touch.ordinal > ordinal);
      touches.splice(after < 0 ? touches.length : after, 0, { ordinal, operation });
      this.touches.set(path, touches);
    }
  }

  /** The folder that was archived: what stands before the name of a file that is known by its path. */
  private rootOf(names: readonly string[]): string {
    for (const name of names) {
      const path = this.knownPath(name);
      if (path !== name) {
        return path.slice(0, path.length - name.length);
      }
    }
    return '';
  }

  /** The files touched up to and with an event, by path. */
  filesAt(ordinal: number): WorkspaceFile[] {
    const files: WorkspaceFile[] = [];
    for (const [path, touches] of this.touches) {
      const past = touches.filter((touch) => touch.ordinal <= ordinal);
      const changes = past.filter(({ operation }) => operation.type !== 'observe');
      const last = past.at(-1);
      if (last !== undefined) {
        files.push({
          path,
          exists: last.operation.type !== 'delete',
          ordinal: changes.at(-1)?.ordinal ?? last.ordinal,
          changes: changes.length,
        });
      }
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** One file as it stood after an event; `undefined` if nothing is known of it by then. */
  fileAt(path: string, ordinal: number): FileVersion | undefined {
    const built = this.build(path, ordinal, 0);
    return built === undefined ? undefined : version(path, built.file, built.ordinal);
  }

  /** Every version of a file, in order. */
  versions(path: string): FileVersion[] {
    const found: FileVersion[] = [];
    const file = new TrackedFile();
    for (const { ordinal, operation } of this.touches.get(path) ?? []) {
      this.applyTo(file, operation, ordinal, 0);
      if (operation.type !== 'observe' || found.length === 0) {
        if (found.at(-1)?.ordinal === ordinal) {
          found.pop();
        }
        found.push(version(path, file, ordinal));
      }
    }
    return found;
  }

  private build(
    path: string,
    until: number,
    depth: number,
  ): { file: TrackedFile; ordinal: number } | undefined {
    const touches = (this.touches.get(path) ?? []).filter(({ ordinal }) => ordinal <= until);
    if (touches.length === 0 || depth > deepest) {
      return undefined;
    }
    const file = new TrackedFile();
    let changed = touches[0]?.ordinal ?? 0;
    for (const { ordinal, operation } of touches) {
      this.applyTo(file, operation, ordinal, depth);
      changed = operation.type === 'observe' ? changed : ordinal;
    }
    return { file, ordinal: changed };
  }

  private applyTo(
    file: TrackedFile,
    operation: FileOperation,
    ordinal: number,
    depth: number,
  ): void {
    const other =
      operation.type === 'take' && operation.from !== operation.path
        ? this.build(operation.from, ordinal - 1, depth + 1)?.file
        : undefined;
    file.apply(operation, ordinal, other);
  }

  /** Notes what an event did; returns the folder in which the next command runs. */
  private readEvent(ordinal: number, folder: string): string {
    const { events } = this.sample.index;
    if (
      events.aside(ordinal) ||
      !callKinds.has(events.kind(ordinal)) ||
      !mayCall(this.sample, ordinal)
    ) {
      return folder;
    }
    const { parts } = eventOf(this.sample, ordinal);
    const pair = events.pair(ordinal);
    // A call that is answered later in a record of its own; Inspect's tool events hold both.
    const answered = pair > ordinal;
    const answers = answered ? eventOf(this.sample, pair).parts : [];
    const isStep = events.type(ordinal) === 'step';
    const detail = answered ? this.detail(pair) : isStep ? this.detail(ordinal) : {};
    let at = isStep ? stepFolder(detail) : folder;
    for (const use of toolUses(parts, answers, detail)) {
      const done = useOperations(use, at);
      // A shell of its own for each call starts where the run started; only sessions stay where they went.
      at = use.name === 'bash_session' || use.name === 'terminal' ? done.folder : at;
      for (const operation of done.operations) {
        this.touch(operation, ordinal);
      }
    }
    return at;
  }

  private detail(ordinal: number): JsonObject {
    try {
      return asObject(this.sample.reader.resolved(ordinal));
    } catch {
      // A damaged record says nothing more than its neighbours do.
      return {};
    }
  }

  private touch(operation: FileOperation, ordinal: number): void {
    const path = this.knownPath(operation.path);
    const placed = { ...operation, path };
    const touches = this.touches.get(path);
    if (operation.type === 'delete' && touches === undefined) {
      this.deleteBelow(path, ordinal);
      return;
    }
    if (touches === undefined) {
      this.touches.set(path, [{ ordinal, operation: placed }]);
    } else {
      touches.push({ ordinal, operation: placed });
    }
    if (operation.type === 'take' && operation.move) {
      this.touch({ type: 'delete', path: this.knownPath(operation.from) }, ordinal);
    }
  }

  /** Removing a folder removes what lies in it. */
  private deleteBelow(folder: string, ordinal: number): void {
    for (const [path, touches] of this.touches) {
      if (path.startsWith(`${folder}/`)) {
        touches.push({ ordinal, operation: { type: 'delete', path } });
      }
    }
  }

  /** A relative path whose folder is not known stands for the one absolute path that ends in it. */
  private knownPath(path: string): string {
    if (path.startsWith('/') || this.touches.has(path)) {
      return path;
    }
    const ending = [...this.touches.keys()].filter((known) => known.endsWith(`/${path}`));
    return ending.length === 1 ? (ending[0] ?? path) : path;
  }
}

/** SWE-agent records with each step where its shell stands. */
function stepFolder(step: JsonObject): string {
  return asText(sweState(step)['working_dir']);
}

/** Model events of logs with tool events repeat the calls that those carry out. */
function mayCall({ index }: LoadedSample, ordinal: number): boolean {
  const { events } = index;
  if (events.kind(ordinal) !== 'model') {
    return true;
  }
  const pair = events.pair(ordinal);
  return pair < 0 || events.type(pair) !== 'tool';
}

function version(path: string, file: TrackedFile, ordinal: number): FileVersion {
  return {
    path,
    ordinal: asNumber(ordinal) ?? 0,
    exists: file.exists,
    text: file.text,
    complete: file.isComplete,
    parts: file.parts(),
  };
}

import { candidatePath } from '../../agents/workspacePaths';
import { breathe } from '../bytes/byteStore';
import type { LoadedSample } from '../loadedSample';
import type { EventKind } from '../normalForm';
import { eventOf } from '../summaries';
import { asObject, asText } from '../values';
import type { JsonObject } from '../values';
import type { ArchivedFile } from './archivedFiles';
import { toolUses, useOperations } from './eventOperations';
import type { FileOperation } from './operations';
import { PastVersions } from './pastVersions';
import type { FileVersion } from './pastVersions';
import type { RecordedStates } from './recordedStates';
import { StateMarks } from './stateMarks';
import type { StateMark } from './stateMarks';
import { sweState } from './sweOperations';
import { isChange, settleTouches } from './touches';
import type { Touches } from './touches';

/** A file that the run is known to have touched. */
export interface WorkspaceFile {
  readonly path: string;
  readonly exists: boolean;
  /** The last event that changed it. */
  readonly ordinal: number;
  /** How often it was changed so far. */
  readonly changes: number;
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

/**
 * The files of a run through time, put together from its edits, patches, shell commands and what it
 * saw. Nothing is run: what the record does not show stays marked as inferred or unknown.
 */
export class WorkspaceHistory {
  private readonly touches: Touches = new Map();
  private readonly marks = new StateMarks();
  private files = new PastVersions(this.touches);

  private constructor(private readonly sample: LoadedSample) {}

  /** The states that the log tells of; they lie beside it, if they were kept. */
  get stateMarks(): readonly StateMark[] {
    return this.marks.marks;
  }

  /** Reads all events of a sample that may touch files. */
  static async read(sample: LoadedSample, signal?: AbortSignal): Promise<WorkspaceHistory> {
    const history = new WorkspaceHistory(sample);
    const { events, facts } = sample.index;
    let folder = asText(facts['cwd']);
    let rested = performance.now();
    for (let ordinal = 0; ordinal < events.length; ordinal++) {
      folder = history.readEvent(ordinal, folder);
      history.marks.read(sample, ordinal);
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

  /** Takes the states that were recorded: what was worked out gives way to them. */
  settle(states: RecordedStates): void {
    settleTouches(this.touches, states);
    this.files = new PastVersions(this.touches, states);
  }

  /** The folder that was archived: what stands before the name of a file that is known by its path. */
  private rootOf(names: readonly string[]): string {
    if (this.stateMarks.length > 0) {
      return `${candidatePath}/`;
    }
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
      const changes = past.filter(isChange);
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
  fileAt(path: string, ordinal: number): Promise<FileVersion | undefined> {
    return this.files.at(path, ordinal);
  }

  /** Every version of a file, in order; of a recorded one the last that are not too many to hold. */
  versions(path: string): Promise<FileVersion[]> {
    return this.files.versions(path);
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

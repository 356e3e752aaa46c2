import { errorText } from '../../errors';
import type { RecordedFile, RecordedStates } from './recordedStates';
import { isChange, lastTouches } from './touches';
import type { Touch, Touches } from './touches';
import { TrackedFile } from './trackedFile';
import type { FilePart } from './trackedFile';

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
  /** What it holds, where that was recorded and is no text. */
  readonly bytes?: Uint8Array;
  /** Why what was recorded of it cannot be shown, as a sentence. */
  readonly problem?: string;
}

/** What a touch brought besides lines. */
type Applied = Pick<FileVersion, 'bytes' | 'problem'>;

interface Built extends Applied {
  readonly file: TrackedFile;
  /** The last event that changed it. */
  readonly ordinal: number;
}

/** Copies of copies deeper than this are left unknown. */
const deepest = 32;

/** Puts single files together from what touched them. */
export class PastVersions {
  constructor(
    private readonly touches: Touches,
    private readonly states?: RecordedStates,
  ) {}

  /** One file as it stood after an event; `undefined` if nothing is known of it by then. */
  async at(path: string, ordinal: number): Promise<FileVersion | undefined> {
    const built = await this.build(path, ordinal, 0);
    return built === undefined ? undefined : version(path, built);
  }

  /** Every version of a file, in order; of a recorded one the last that are not too many to hold. */
  async versions(path: string): Promise<FileVersion[]> {
    const found: FileVersion[] = [];
    const file = new TrackedFile();
    let applied: Applied = {};
    for (const touch of lastTouches(this.touches.get(path) ?? [])) {
      applied = await this.apply(file, touch, applied, 0);
      if (isChange(touch) || touch.isResult === true || found.length === 0) {
        const last = found.at(-1)?.ordinal;
        const ordinal = touch.isResult === true ? (last ?? touch.ordinal) : touch.ordinal;
        if (last === ordinal) {
          found.pop();
        }
        found.push(version(path, { file, ordinal, ...applied }));
      }
    }
    return found;
  }

  private async build(path: string, until: number, depth: number): Promise<Built | undefined> {
    const touches = (this.touches.get(path) ?? []).filter(({ ordinal }) => ordinal <= until);
    if (touches.length === 0 || depth > deepest) {
      return undefined;
    }
    const file = new TrackedFile();
    let ordinal = touches[0]?.ordinal ?? 0;
    let applied: Applied = {};
    for (const touch of lastTouches(touches)) {
      applied = await this.apply(file, touch, applied, depth);
      ordinal = isChange(touch) ? touch.ordinal : ordinal;
    }
    return { file, ordinal, ...applied };
  }

  private async apply(
    file: TrackedFile,
    { operation, ordinal }: Touch,
    { problem }: Applied,
    depth: number,
  ): Promise<Applied> {
    if (operation.type === 'recorded') {
      return this.record(file, operation.file, ordinal);
    }
    const other =
      operation.type === 'take' && operation.from !== operation.path
        ? (await this.build(operation.from, ordinal - 1, depth + 1))?.file
        : undefined;
    file.apply(operation, ordinal, other);
    return problem === undefined ? {} : { problem };
  }

  private async record(
    file: TrackedFile,
    recorded: RecordedFile,
    ordinal: number,
  ): Promise<Applied> {
    try {
      const content = await this.states?.content(recorded);
      if (content === undefined) {
        return {};
      }
      file.record(content.text, ordinal);
      return content.bytes === undefined ? {} : { bytes: content.bytes };
    } catch (error) {
      file.lose();
      const why = errorText(error);
      return { problem: `From event ${ordinal} on it is put together from edits: ${why}` };
    }
  }
}

function version(path: string, { file, ordinal, ...applied }: Built): FileVersion {
  return {
    path,
    ordinal,
    exists: file.exists,
    text: file.text,
    complete: file.isComplete,
    parts: file.parts(),
    ...applied,
  };
}

import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import { errorCode } from '../errors';
import type { Flake } from './capture';

/** How a capture stands to the cases of the target. */
export interface CaptureLinks {
  /** The accepted case that it would replace: a re-recording. */
  readonly replaces?: string;
  /** The hidden case that mirrors it from when it is accepted. */
  readonly mirroredBy?: string;
}

/** What is known of a capture beside the case itself. */
export interface CaptureNote extends CaptureLinks {
  readonly flakes: readonly Flake[];
  readonly durationMs: number;
}

/** The notes of a queue, a file a capture. */
export class CaptureNotes {
  /** @param folder Absolute; made when it is missing. */
  constructor(private readonly folder: string) {}

  async write(name: string, note: CaptureNote): Promise<void> {
    await writeFileAtomically(this.fileOf(name), JSON.stringify(note) + '\n');
  }

  /** A note that is gone or torn loses its case nothing but the note. */
  async read(name: string): Promise<CaptureNote> {
    try {
      return JSON.parse(await readFile(this.fileOf(name), 'utf8')) as CaptureNote;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) {
        return { flakes: [], durationMs: 0 };
      }
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.fileOf(name), { force: true });
  }

  private fileOf(name: string): string {
    return path.join(this.folder, `${encodeURIComponent(name)}.json`);
  }
}

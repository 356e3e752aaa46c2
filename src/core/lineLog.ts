import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorText, InfraError } from './errors';

/** Longest time a line waits in memory, milliseconds. */
const flushAfterMs = 100;
/** Characters that are not kept waiting for more. */
const flushAtSize = 1 << 18;

/**
 * A file of JSON lines that is only ever appended to, many lines a write. A line that a crash tore
 * in half has no line feed after it; `open` cuts it off, so every later line stands on its own.
 */
export class LineLog {
  private waiting: string[] = [];
  private waitingSize = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failure: InfraError | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** @throws InfraError when the file cannot be opened for appending. */
  static async open(path: string): Promise<LineLog> {
    try {
      const file = await open(path, 'a+');
      await cutTornLine(file);
      return new LineLog(file, path);
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /**
   * Adds one line; it is on disk within a tenth of a second.
   * @throws InfraError when an earlier line could not be written (a full disk, say).
   */
  add(line: unknown): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const text = JSON.stringify(line) + '\n';
    this.waiting.push(text);
    this.waitingSize += text.length;
    if (this.waitingSize >= flushAtSize) {
      this.startWriting();
    } else {
      this.timer ??= setTimeout(() => this.startWriting(), flushAfterMs);
    }
  }

  /** @throws InfraError when a line could not be written. */
  async flush(): Promise<void> {
    this.startWriting();
    await this.writing;
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }

  /** Writes what waits and lets go of the file. Throws nothing: `flush` first to know. */
  async close(): Promise<void> {
    this.startWriting();
    await this.writing;
    await this.file.close();
  }

  private startWriting(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.waiting.join('');
    this.waiting = [];
    this.waitingSize = 0;
    if (text !== '' && this.failure === undefined) {
      this.writing = this.writing
        .then(() => this.file.appendFile(text))
        .catch((error: unknown) => {
          this.failure ??= writeError(this.path, error);
        });
    }
  }
}

/**
 * The lines of such a file, parsed; what does not parse (a torn last line) is left out.
 * @returns an empty list when there is no such file.
 */
export function parseLines(text: string): unknown[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const step = 1 << 16;
  for (let end = size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const lineFeed = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (lineFeed >= 0) {
      return start + lineFeed + 1 < size ? file.truncate(start + lineFeed + 1) : undefined;
    }
  }
  return size > 0 ? file.truncate(0) : undefined;
}

function writeError(path: string, error: unknown): InfraError {
  return new InfraError(`Writing ${path} failed: ${errorText(error)}.`, {
    action: 'Free some space or fix the permissions, then resume: what was written is kept.',
    cause: error,
  });
}

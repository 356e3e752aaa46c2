import { CancelledError, errorText, InfraError, UserError } from '../core/errors';
import type { Progress } from '../core/progress';

/** What a command ends with; the contract with continuous integration. */
export const exitCodes = { good: 0, failed: 1, badInput: 2, infra: 3, cancelled: 130 } as const;

/** What a command needs of the process it runs in: results on stdout, progress on stderr. */
export interface CliIo {
  readonly cwd: string;
  /** The folder of the built files: the runner and the workers lie in it. */
  readonly distDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  /** Fires on Ctrl+C. */
  readonly signal: AbortSignal;
  /** Results; nothing else goes to stdout. */
  out(text: string | Uint8Array): void;
  /** One JSON document, and nothing else on stdout. */
  json(document: unknown): void;
  /** A line for the person, on stderr. */
  note(line: string): void;
  /** A bar where stderr is a terminal, otherwise nothing. Call with `undefined` to clear it. */
  progress(progress: Progress | undefined): void;
  /** What the process will exit with, if nothing throws. */
  setExitCode(code: number): void;
}

/** The exit code that an error calls for, after its sentence was printed. */
export function reportError(io: Pick<CliIo, 'note' | 'signal'>, error: unknown): number {
  if (isCancelled(io.signal, error)) {
    io.note('Cancelled.');
    return exitCodes.cancelled;
  }
  if (error instanceof UserError) {
    io.note(`mirrorcode: ${error.message}`);
    if (error.action !== undefined) {
      io.note(`  ${error.action}`);
    }
    return error instanceof InfraError ? exitCodes.infra : exitCodes.badInput;
  }
  io.note(`mirrorcode: this is a bug: ${errorText(error)}`);
  io.note(error instanceof Error && error.stack !== undefined ? error.stack : String(error));
  return exitCodes.infra;
}

/** A terminal's Ctrl+C ends the sandboxes as well, so that they may fail before this process hears. */
function isCancelled(signal: AbortSignal, error: unknown): boolean {
  return (
    error instanceof CancelledError ||
    (error instanceof Error && error.name === 'AbortError') ||
    (error instanceof InfraError && signal.aborted)
  );
}

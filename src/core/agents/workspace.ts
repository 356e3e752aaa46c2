import type { FileEntry } from '../cases/case';
import type { AsyncDisposable } from '../disposable';

/** What a command in the agent's shell came to. */
export interface ShellResult {
  /** Both streams as the shell's user would see them, cut in the middle at the limit. */
  readonly output: string;
  readonly exit:
    | { readonly kind: 'exit'; readonly code: number }
    | { readonly kind: 'signal'; readonly signal: number }
    /** Killed at the tool's own time limit; the shell has been started anew. */
    | { readonly kind: 'timeout' };
  /** Bytes before cutting, where it was cut. */
  readonly cutFrom?: number;
}

export interface ShellOptions {
  readonly timeoutMs: number;
  /** Bytes of output that are kept. */
  readonly outputLimit: number;
  readonly signal?: AbortSignal;
}

/**
 * Where an agent works: one sandbox for the whole run, with its candidate's folder, the docs, the
 * visible cases and the oracle's stub, and no network. What goes wrong in it is an answer to the
 * agent (`WorkspaceError`), unless the sandbox itself failed (`InfraError`).
 */
export interface AgentWorkspace extends AsyncDisposable {
  /** Runs a command line in the one persistent shell: folder, variables and jobs stay. */
  shell(command: string, options: ShellOptions): Promise<ShellResult>;
  /** @throws WorkspaceError when there is no such file. */
  readFile(path: string): Promise<Uint8Array>;
  /** Makes the folders on the way. @throws WorkspaceError when it can't be written. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * The candidate's folder as it stands. `whole`: every file is read anew, even one that looks as if
   * it had not changed.
   * @throws WorkspaceError when it is too large to be a candidate.
   */
  candidate(options?: { readonly whole?: true }): Promise<readonly FileEntry[]>;
}

/** Something that the agent asked for can't be done; it is told so. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
}

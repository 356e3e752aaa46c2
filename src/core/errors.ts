/**
 * A failure that the person at the keyboard can do something about. The message is a sentence that
 * says what was being done, to what and why it failed; `action` says what to do next.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly action: string | undefined;

  constructor(message: string, options: { action?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.action = options.action;
  }
}

/** The harness or an engine failed, not the candidate: such a case is `infra`, never a fail. */
export class InfraError extends UserError {
  override readonly name = 'InfraError';
}

/** The work was cancelled by the person who started it. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('Cancelled.');
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What went wrong and, where that is known, what to do: whole sentences. */
export function errorSentences(error: unknown): string {
  const text = errorText(error);
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/u.test(text) ? '' : '.'}`;
  const action = error instanceof UserError ? error.action : undefined;
  return action === undefined ? first : `${first} ${action}`;
}

/** The Node error code (`ENOENT`, …) of anything that was thrown, if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

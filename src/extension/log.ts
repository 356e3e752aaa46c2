import * as vscode from 'vscode';
import { CancelledError, errorSentences, errorText, UserError } from '../core/errors';
import { commands } from './tables/commands';

/** The output channel that a person can read, and the one place that tells a person of errors. */
export class Log implements vscode.Disposable {
  private readonly channel = vscode.window.createOutputChannel('MirrorCode', { log: true });

  info(text: string): void {
    this.channel.info(text);
  }

  warn(text: string): void {
    this.channel.warn(text);
  }

  /** Keeps an error without interrupting anyone. */
  error(error: unknown): void {
    if (isCancelled(error)) {
      return;
    }
    if (error instanceof UserError) {
      this.channel.error(errorSentences(error));
      this.channel.debug(error.stack ?? '');
    } else {
      this.channel.error(error instanceof Error ? error : errorText(error));
    }
  }

  /**
   * Tells a person what went wrong and what to do; a bug is told once, with the way to its log.
   * @param next What they can do about it at once.
   */
  async tell(
    error: unknown,
    next?: { readonly label: string; readonly run: () => Promise<unknown> },
  ): Promise<void> {
    this.error(error);
    if (isCancelled(error)) {
      return;
    }
    const text =
      error instanceof UserError
        ? errorSentences(error)
        : `MirrorCode made a mistake: ${errorText(error).replace(/\.$/u, '')}. The log has the details.`;
    const buttons = [...(next === undefined ? [] : [next.label]), 'Show Log'];
    const answer = await vscode.window.showErrorMessage(text, ...buttons);
    if (answer === 'Show Log') {
      await vscode.commands.executeCommand(commands.showLog);
    } else if (answer !== undefined) {
      await next?.run();
    }
  }

  /** Keeps an error that nobody waits for; for handlers that cannot throw. */
  readonly keep = (error: unknown): void => this.error(error);

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof CancelledError || error instanceof vscode.CancellationError;
}

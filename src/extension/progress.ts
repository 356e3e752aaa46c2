import * as vscode from 'vscode';
import { abortOn } from './abort';
import type { ProgressEvent } from './engine/callTypes';

/** Long work behind a notification that shows how far it is and can cancel it. */
export async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (progress: ProgressEvent) => void) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title, cancellable: true },
    async (progress, token) => {
      const abort = abortOn(token);
      let shown = 0;
      try {
        return await work(abort.signal, ({ done, total, message }) => {
          const percent = total === undefined || total === 0 ? 0 : (100 * done) / total;
          progress.report({
            increment: Math.max(0, percent - shown),
            ...(message !== undefined && { message }),
          });
          shown = Math.max(shown, percent);
        });
      } finally {
        abort.dispose();
      }
    },
  );
}

import * as vscode from 'vscode';
import type { Candidates } from '../model/candidates';
import { Coalescer } from '../model/coalescer';
import { planRun } from './runPlan';
import type { TestRuns } from './testRuns';
import type { TestTree } from './testTree';

/** Milliseconds of quiet after a change: a person may save several files at once. */
const quietMs = 500;
/** What builds and interpreters write into a candidate's folder by themselves. */
const ownWork = /(?:^|\/)(?:__pycache__|\.git|target|_build|obj|node_modules)(?:\/|$)|\.pyc$|~$/u;

/**
 * Keeps running a request: at once, and again whenever a file of one of its candidates changes,
 * until the token is cancelled. A change cancels the run that it makes obsolete.
 */
export function runContinuously(
  options: { readonly tree: TestTree; readonly runs: TestRuns; readonly candidates: Candidates },
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): void {
  const { tree, runs, candidates } = options;
  let current: vscode.CancellationTokenSource | undefined;
  const runner = new Coalescer(
    async () => {
      if (token.isCancellationRequested) {
        return;
      }
      current = new vscode.CancellationTokenSource();
      await runs.run(request, current.token);
    },
    quietMs,
    () => undefined, // `run` reports its own errors
  );
  const changed = (uri: vscode.Uri) => {
    if (!ownWork.test(uri.path)) {
      current?.cancel();
      runner.ask();
    }
  };
  const subscriptions: { dispose(): void }[] = [runner];
  token.onCancellationRequested(() => {
    current?.cancel();
    vscode.Disposable.from(...subscriptions).dispose();
  });
  const watchCandidates = async () => {
    for (const { target, subject } of await planRun(tree, request)) {
      const folder = subject === 'reference' ? undefined : candidates.find(target, subject);
      if (folder !== undefined && !token.isCancellationRequested) {
        subscriptions.push(watchFolder(folder, changed));
      }
    }
  };
  void watchCandidates()
    // What can't be listed the run itself tells of.
    .catch(() => undefined)
    .then(() => runner.run());
}

function watchFolder(folder: string, changed: (uri: vscode.Uri) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.file(folder), '**/*'),
  );
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
  );
}

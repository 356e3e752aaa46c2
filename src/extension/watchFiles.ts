import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../core/disposable';
import type { Disposable } from '../core/disposable';
import { workFolderName } from '../core/workFolder';
import { Coalescer } from './model/coalescer';
import type { WorkspaceModel } from './model/workspaceModel';

/** Which files make which part of the model stale. */
const watched = [
  ['**/mirrorcode.json', 'targets'],
  ['**/cases/**/*.case', 'targets'],
  ['**/data/gold_outputs/*.jsonl', 'targets'],
  ['**/candidates/*', 'targets'],
  [`**/${workFolderName}/scores/*/score.json`, 'scores'],
  [`**/${workFolderName}/runs/*/run.json`, 'runs'],
  [`**/${workFolderName}/pending/**`, 'captures'],
] as const;

/** Reads the workspace anew when its files change, whoever changed them. */
export function watchFiles(model: WorkspaceModel): Disposable {
  const store = new DisposableStore();
  for (const [pattern, what] of watched) {
    const watcher = store.add(vscode.workspace.createFileSystemWatcher(pattern));
    const touch = () => model.touch(what);
    store.add(watcher.onDidChange(touch));
    store.add(watcher.onDidCreate(touch));
    store.add(watcher.onDidDelete(touch));
  }
  store.add(watchFolders(model));
  store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => void model.refresh()));
  return store;
}

/** Milliseconds of quiet before new entries are looked at. */
const quietMs = 300;
/** More new entries than this are taken to hold folders without looking. */
const manyEntries = 100;
/** What fills up and empties without any target in it. */
const unrelated = /[\\/](?:\.git|node_modules|__pycache__|\.mirrorcode)(?:[\\/]|$)/u;

/**
 * Folders that come or go as a whole: that is one event, which names none of the files in them, so
 * that the patterns above miss it.
 */
function watchFolders(model: WorkspaceModel): Disposable {
  const store = new DisposableStore();
  const created = new Set<string>();
  const looker = store.add(
    new Coalescer(
      async () => {
        const entries = [...created];
        created.clear();
        if (entries.length > manyEntries || (await hasFolder(entries))) {
          model.touch('targets');
        }
      },
      quietMs,
      () => undefined, // `hasFolder` throws nothing
    ),
  );
  const watcher = store.add(vscode.workspace.createFileSystemWatcher('**', false, true, false));
  store.add(
    watcher.onDidCreate(({ fsPath }) => {
      if (!unrelated.test(fsPath)) {
        created.add(fsPath);
        looker.ask();
      }
    }),
  );
  store.add(watcher.onDidDelete(({ fsPath }) => touchWhatLayIn(fsPath, model)));
  return store;
}

async function hasFolder(entries: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    entries.map((entry) =>
      stat(entry).then(
        (stats) => stats.isDirectory(),
        () => false, // gone again
      ),
    ),
  );
  return found.includes(true);
}

function touchWhatLayIn(folder: string, model: WorkspaceModel): void {
  const held = (file: string) => `${file}${path.sep}`.startsWith(folder + path.sep);
  const { targets, broken, scores, runs, captures } = model;
  const inStore = ({ store }: (typeof targets)[number]) =>
    store.kind === 'case' && folder.startsWith(store.path + path.sep);
  if (
    broken.some((target) => held(target.path)) ||
    targets.some((target) => held(target.path) || held(target.store.path) || inStore(target))
  ) {
    model.touch('targets');
  }
  if (scores.some(({ dir }) => held(dir))) {
    model.touch('scores');
  }
  if (runs.some(({ dir }) => held(dir))) {
    model.touch('runs');
  }
  if (captures.some((capture) => held(capture.path))) {
    model.touch('captures');
  }
}

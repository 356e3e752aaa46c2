import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'mocha';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/extension';
import { treeText } from '../../src/extension/trees/treeNode';
import type { TreeNode } from '../../src/extension/trees/treeNode';

/** The extension's own parts, once it is active and has looked at the workspace. */
export async function activated(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>(
    'mirrorcode-workbench.mirrorcode-workbench',
  );
  assert.ok(extension, 'the extension is not there');
  const api = await extension.activate();
  await api.services.model.refresh();
  return api;
}

/** The absolute path of a file of the open folder. */
export function inWorkspace(...parts: readonly string[]): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return path.join(folder.uri.fsPath, ...parts);
}

export async function write(relative: string, text: string): Promise<vscode.Uri> {
  const file = inWorkspace(relative);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return vscode.Uri.file(file);
}

export async function remove(relative: string): Promise<void> {
  await rm(inWorkspace(relative), { recursive: true, force: true });
}

/** Waits until a check holds; file watchers may be late. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T> | T,
  patienceMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`Waited in vain for ${what}.`, { cause: error });
      }
      await sleep(100);
    }
  }
}

export async function shown(
  tree: { readonly roots: () => readonly TreeNode[] | Promise<readonly TreeNode[]> },
  depth?: number,
): Promise<string> {
  return treeText(await tree.roots(), depth);
}

/** Skips a test, saying why, where nothing can be sandboxed. */
export async function needsEngine(test: Context, { services }: TestApi): Promise<void> {
  const settings = { engine: 'auto', dockerSocket: '', dockerImages: {}, jobs: 0 } as const;
  const statuses = await services.engine.call('probe', { settings });
  if (!statuses.some(({ works }) => works)) {
    console.log(`Skipped: no engine works here. ${JSON.stringify(statuses)}`);
    test.skip();
  }
}

/** The text of a case that `tac` passes or fails, as the author would have it. */
export function caseText(
  name: string,
  more: { labels?: string; stdin: string; stdout: string },
): string {
  const labels = more.labels === undefined ? '' : `labels: ${more.labels}\n`;
  return `case/1\nname: "${name}"\n${labels}args: []\nreturncode: 0\n-- stdin\n${more.stdin}-- stdout\n${more.stdout}`;
}

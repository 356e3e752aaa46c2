import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/extension/extension';
import { EngineThread } from '../../../src/extension/engine/engineThread';
import { Candidates } from '../../../src/extension/model/candidates';
import { WorkspaceModel } from '../../../src/extension/model/workspaceModel';
import { TestTree } from '../../../src/extension/testing/testTree';
import { taskNodes } from '../../../src/extension/trees/taskNodes';
import { captureOutput } from '../../support/host/captureOutput';
import { resultsVariable } from '../../support/report/results';
import { noResults } from '../../support/report/addResults';
import { writeResults } from '../../support/report/writeResults';

const id = 'mirrorcode-workbench.mirrorcode-workbench';

interface Marks {
  getMarks(): readonly { readonly name: string; readonly startTime: number }[];
}

/** Milliseconds between two marks that VS Code itself sets for an extension. */
function between(from: string, to: string): number | undefined {
  const { MonacoPerformanceMarks } = globalThis as { MonacoPerformanceMarks?: Marks };
  const marks = MonacoPerformanceMarks?.getMarks() ?? [];
  const at = (name: string) => marks.find((mark) => mark.name === `code/extHost/${name}/${id}`);
  const start = at(from);
  const end = at(to);
  return start === undefined || end === undefined ? undefined : end.startTime - start.startTime;
}

function row(what: string, milliseconds: number | undefined, goal: string): void {
  const value = milliseconds === undefined ? 'not told' : `${milliseconds.toFixed(1)} ms`;
  console.log(`${what.padEnd(52)} ${value.padStart(10)}   ${goal}`);
}

/** Reads all files of a folder: the least that anyone must do who shows what they say. */
async function readAll(folder: string): Promise<number> {
  const began = performance.now();
  const names = await readdir(folder, { recursive: true });
  for (const name of names) {
    if (name.endsWith('.case')) {
      readFileSync(path.join(folder, name));
    }
  }
  return performance.now() - began;
}

/** The Tasks tree of a window: its first rows, and all cases read or looked at, and counted. */
async function measureTasks(
  what: string,
  {
    dirs,
    folder,
    reading,
  }: { readonly dirs: Dirs; readonly folder: string; readonly reading: number },
): Promise<{ readonly model: WorkspaceModel; readonly engine: EngineThread }> {
  const fail = (error: unknown) => console.error(error);
  const began = performance.now();
  const cpu = process.cpuUsage();
  const engine = new EngineThread({ ...dirs, onCrash: fail });
  const model = new WorkspaceModel(engine, () => [folder], fail);
  let rows = 0;
  let shown = 0;
  model.onDidChange((change) => {
    if (change === 'targets') {
      const targets = model.targets.map((target) => model.view(target));
      taskNodes({ targets, broken: model.broken, groupBy: 'tier' });
      rows = performance.now() - began;
      shown = targets.reduce((sum, { counts }) => sum + (counts?.total ?? 0), 0);
    }
  });
  await model.refresh();
  const counted = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const goal = 'at least 1 s, aim 300 ms';
  row(`Tasks, ${what}: first rows, ${shown} cases counted`, rows, goal);
  const ratio = `${(counted / reading).toFixed(2)} × reading alone`;
  row(`Tasks, ${what}: all cases as they are now`, counted, `${ratio}; ${goal}`);
  row(`Tasks, ${what}: processor time of all threads`, (user + system) / 1000, '');
  return { model, engine };
}

interface Dirs {
  readonly distDir: string;
  readonly listingsDir: string;
}

async function measureTrees(extensionPath: string, folder: string): Promise<void> {
  const reading = await readAll(folder);
  row('Reading the files in this process, nothing more', reading, 'a peer');
  const listingsDir = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-bench-listings-'));
  const dirs = { distDir: path.join(extensionPath, 'dist'), listingsDir };
  const first = await measureTasks('first time', { dirs, folder, reading });
  first.model.dispose();
  await indexed(listingsDir, first.model.targets.length);
  first.engine.dispose();
  const { model, engine } = await measureTasks('seen before', { dirs, folder, reading });
  const controller = vscode.tests.createTestController('bench', 'Bench');
  const memory = { get: () => undefined, update: () => Promise.resolve() };
  const tree = new TestTree(controller, model, new Candidates(memory));
  const opening = performance.now();
  await tree.resolve();
  const subjects = [...controller.items].flatMap(([, { children }]) => [...children].slice(0, 1));
  await Promise.all(subjects.map(([, subject]) => tree.resolve(subject)));
  const groups = subjects.flatMap(([, { children }]) => [...children]);
  const opened = performance.now() - opening;
  row(`Test Explorer: all opened, ${groups.length} groups`, opened, 'at least 1 s, aim 300 ms');
  await Promise.all(groups.map(([, group]) => tree.resolve(group)));
  const cases = groups.reduce((sum, [, { children }]) => sum + children.size, 0);
  const filled = performance.now() - opening;
  row(`Test Explorer: ${cases} cases in them`, filled, 'at least 1 s');
  tree.dispose();
  controller.dispose();
  model.dispose();
  engine.dispose();
  await rm(listingsDir, { recursive: true, force: true });
}

/** Waits until what was listed is kept, which happens behind the listing. */
async function indexed(folder: string, stores: number): Promise<void> {
  const isKept = (names: readonly string[]) =>
    names.filter((name) => name.endsWith('.json')).length === stores;
  while (!isKept(await readdir(folder))) {
    await setTimeout(20);
  }
}

/** What VS Code calls in its extension host. */
export async function run(): Promise<void> {
  captureOutput();
  const extension = vscode.extensions.getExtension(id);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (extension === undefined || folder === undefined) {
    throw new Error('The extension or its workspace is not there.');
  }
  const { services } = (await extension.activate()) as TestApi;
  // What the window itself reads is over before anything else is measured.
  await services.model.refresh();
  const load = between('willLoadExtensionCode', 'didLoadExtensionCode');
  const activate = between('willActivateExtension', 'didActivateExtension');
  row('Activation: its code loaded', load, '');
  row('Activation: whole, as VS Code counts it', activate, 'at least 30 ms, aim 10 ms');
  await measureTrees(extension.extensionPath, folder);
  writeResults(noResults, process.env[resultsVariable]);
}

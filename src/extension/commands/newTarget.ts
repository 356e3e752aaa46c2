import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { findExecutable } from '../flows/findExecutable';
import { newTargetSteps } from '../flows/newTargetFlow';
import type { NewTargetAnswers, NewTargetContext } from '../flows/newTargetFlow';
import { askSteps } from '../quickInput/steps';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import type { TargetSubject } from '../trees/taskViews';

/** *New Target…*: asks, writes `mirrorcode.json` and opens it. */
export async function newTarget(services: Services, argument?: unknown): Promise<void> {
  const { engine, asker, model, log } = services;
  const given = (
    typeof argument === 'object' && argument !== null ? argument : {}
  ) as NewTargetAnswers;
  const answers = await askSteps('New Target', given, newTargetSteps(given, flowContext()), asker);
  const { folder, reference, name } = answers ?? {};
  if (folder === undefined || reference === undefined || name === undefined) {
    return;
  }
  const { manifestPath } = await engine.call('init', { folder, reference, name });
  log.info(`Made the target ${name} in ${folder}.`);
  await model.refresh();
  await vscode.window.showTextDocument(vscode.Uri.file(manifestPath));
  // Not awaited: the toast stays as long as the person lets it.
  void offerNext(services, name, folder).catch(log.keep);
}

/** Says what can be done with a new target: its first case, or to open it where it can't be seen. */
async function offerNext({ model }: Services, name: string, folder: string): Promise<void> {
  const target = model.findTarget(folder, name);
  if (target === undefined) {
    const open = 'Open Its Folder';
    const text = `The target ${name} was made outside this workspace.`;
    if ((await vscode.window.showInformationMessage(text, open)) === open) {
      await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder));
    }
    return;
  }
  const record = 'Record Case…';
  const terminal = 'Open Recording Terminal';
  const answer = await vscode.window.showInformationMessage(
    `The target ${name} was made. Record its first case next.`,
    record,
    terminal,
  );
  const subject: TargetSubject = { kind: 'target', target };
  if (answer === record) {
    await vscode.commands.executeCommand(commands.recordCase, subject);
  } else if (answer === terminal) {
    await vscode.commands.executeCommand(commands.openRecordingTerminal, subject);
  }
}

function flowContext(): NewTargetContext {
  const searchPath = (process.env['PATH'] ?? '').split(path.delimiter);
  return {
    workspaceFolders: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    findReference: (text) => findExecutable(text, searchPath),
    folderProblem: async (folder) =>
      (await exists(path.join(folder, 'mirrorcode.json')))
        ? `${folder} holds a target already.`
        : undefined,
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

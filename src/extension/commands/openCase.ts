import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import type { PlacedProblem } from '../model/placedProblems';
import type { Services } from '../services';
import type { CaseSubject, FileSubject } from '../trees/taskViews';
import { caseSubject, subjectOf, targetSubject } from './subjects';

/** Opens a case as text, whatever store it lies in; or a file that holds no case, at its fault. */
export async function openCase(services: Services, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  if (subject?.kind === 'file') {
    const { path, line = 1 } = subject as FileSubject;
    const at = new vscode.Range(line - 1, 0, line - 1, 0);
    await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: at });
    return;
  }
  const found = await caseSubject(argument, services);
  if (found !== undefined) {
    await vscode.window.showTextDocument(await uriOfCase(services, found), { preview: true });
  }
}

/** @throws UserError when the target has no such case any more. */
export async function uriOfCase(
  { model }: Services,
  { target, name }: CaseSubject,
): Promise<vscode.Uri> {
  const { cases } = await model.listing(target);
  const summary = cases.find((candidate) => candidate.name === name);
  if (summary === undefined) {
    throw new UserError(`${target.name} has no case ${name} any more.`, {
      action: 'Refresh the Tasks tree.',
    });
  }
  return caseUri(target, summary);
}

/** Opens the `mirrorcode.json` of a target, or what stands for it in a checkout. */
export async function openManifest(_services: Services, argument: unknown): Promise<void> {
  const broken = subjectOf(argument);
  const path =
    targetSubject(argument)?.manifestPath ??
    (broken !== undefined && 'path' in broken && typeof broken.path === 'string'
      ? broken.path
      : undefined);
  if (path === undefined) {
    throw new UserError('This target has no manifest: it is as its checkout has it.');
  }
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), problemIn(broken));
}

/** Where in a manifest its first problem is, to open it there. */
function problemIn(subject: unknown): vscode.TextDocumentShowOptions {
  if (typeof subject !== 'object' || subject === null || !('at' in subject)) {
    return {};
  }
  const { line, column } = subject.at as PlacedProblem;
  return { selection: new vscode.Range(line, column, line, column) };
}

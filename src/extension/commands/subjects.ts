import path from 'node:path';
import * as vscode from 'vscode';
import { parseRowUri } from '../caseFiles/caseUri';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import type { TestTree } from '../testing/testTree';
import type { CaseSubject, TargetSubject } from '../trees/taskViews';

/** A case, wherever a command was called on it: a tree row, a test, a document, an editor. */
export async function caseSubject(
  argument: unknown,
  { model, testTree }: { readonly model: WorkspaceModel; readonly testTree: TestTree },
): Promise<CaseSubject | undefined> {
  const subject = subjectOf(argument);
  if (subject?.kind === 'case') {
    return subject as CaseSubject;
  }
  const item = testItemOf(argument);
  const data = item === undefined ? undefined : testTree.dataOf(item);
  if (data?.kind === 'case') {
    return { kind: 'case', target: data.target, name: data.summary.name };
  }
  const uri =
    argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  return uri === undefined ? undefined : caseOfDocument(uri, model);
}

/** The case that a document holds: a file of a target's store, or a row of a gold file. */
export async function caseOfDocument(
  uri: vscode.Uri,
  model: WorkspaceModel,
): Promise<CaseSubject | undefined> {
  const row = parseRowUri(uri);
  if (row !== undefined) {
    const target = model.findTarget(row.folder, row.target);
    return target === undefined ? undefined : { kind: 'case', target, name: row.name };
  }
  const target = targetOfFile(uri, model);
  if (target === undefined) {
    return undefined;
  }
  const { cases } = await model.listing(target);
  const found = cases.find(({ location }) => location.path === uri.fsPath);
  return found === undefined ? undefined : { kind: 'case', target, name: found.name };
}

/** The target in whose store of case files a file lies. */
export function targetOfFile(uri: vscode.Uri, model: WorkspaceModel): TargetInfo | undefined {
  return uri.scheme !== 'file'
    ? undefined
    : model.targets.find(
        ({ store }) => store.kind === 'case' && uri.fsPath.startsWith(store.path + path.sep),
      );
}

/** The target that a command was called on, if it was called on one. */
export function targetSubject(argument: unknown): TargetInfo | undefined {
  const subject = subjectOf(argument);
  const ofTarget = ['target', 'case', 'cases', 'group', 'finding'];
  return subject !== undefined && ofTarget.includes(subject.kind)
    ? (subject as TargetSubject | CaseSubject).target
    : undefined;
}

/** What a tree row is about; commands called by other commands get the subject itself. */
export function subjectOf(argument: unknown): { readonly kind: string } | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const candidate = 'subject' in argument ? argument.subject : argument;
  return typeof candidate === 'object' &&
    candidate !== null &&
    'kind' in candidate &&
    typeof candidate.kind === 'string'
    ? (candidate as { readonly kind: string })
    : undefined;
}

/** The item of a test, also as the menus of test messages give it. */
export function testItemOf(argument: unknown): vscode.TestItem | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  if ('test' in argument) {
    return testItemOf(argument.test);
  }
  return 'id' in argument && 'children' in argument && 'tags' in argument
    ? (argument as vscode.TestItem)
    : undefined;
}

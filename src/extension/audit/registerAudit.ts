import path from 'node:path';
import * as vscode from 'vscode';
import { answersFile } from '../../core/audit/answersFile';
import { DisposableStore } from '../../core/disposable';
import type { Disposable } from '../../core/disposable';
import { caseScheme } from '../caseFiles/caseUri';
import { caseLanguageId } from '../caseLanguage/caseLanguageId';
import { caseOfDocument } from '../commands/subjects';
import type { Log } from '../log';
import type { WorkspaceModel } from '../model/workspaceModel';
import { AuditActions } from './auditActions';
import { AuditDiagnostics } from './auditDiagnostics';
import type { Audits } from './audits';

export interface AuditParts {
  readonly audits: Audits;
  readonly model: WorkspaceModel;
  readonly log: Log;
}

/** The audit's findings in editors and the Problems panel, made anew when files change. */
export function registerAudit({ audits, model, log }: AuditParts): Disposable {
  const store = new DisposableStore();
  const diagnostics = store.add(new AuditDiagnostics(audits));
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  const selector = [
    { language: caseLanguageId, scheme: 'file' },
    { language: caseLanguageId, scheme: caseScheme },
    { pattern: '**/mirrorcode.json' },
  ];
  const actions = new AuditActions(diagnostics);
  store.add(vscode.languages.registerCodeActionsProvider(selector, actions, kinds));
  for (const pattern of [
    '**/*.case',
    '**/*.jsonl',
    '**/mirrorcode.json',
    '**/docs/**',
    '**/*answers.json',
  ]) {
    const watcher = store.add(vscode.workspace.createFileSystemWatcher(pattern));
    const touch = ({ fsPath }: vscode.Uri) => touchTargets(fsPath, { audits, model });
    store.add(watcher.onDidChange(touch));
    store.add(watcher.onDidCreate(touch));
    store.add(watcher.onDidDelete(touch));
  }
  store.add(
    model.onDidChange((change) => {
      if (change === 'targets') {
        audits.keep(model.targets);
      }
    }),
  );
  store.add(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (document.languageId === caseLanguageId) {
        caseOfDocument(document.uri, model)
          .then((found) => found && audits.want(found.target))
          .catch(log.keep);
      }
    }),
  );
  return store;
}

/** The targets that a file belongs to: by its folder, or because it is the gold file. */
function touchTargets(file: string, { audits, model }: Pick<AuditParts, 'audits' | 'model'>): void {
  for (const target of model.targets) {
    const { store } = target;
    if (
      file === store.path ||
      file === answersFile(target) ||
      file.startsWith(store.path + path.sep) ||
      file.startsWith(target.path + path.sep)
    ) {
      audits.touch(target);
    }
  }
}

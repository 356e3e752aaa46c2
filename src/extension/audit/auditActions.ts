import * as vscode from 'vscode';
import { commands } from '../tables/commands';
import type { CommandName } from '../tables/commands';
import type { AuditDiagnostics, FindingSubject } from './auditDiagnostics';

interface Fix {
  readonly title: string;
  readonly command: CommandName;
  /** The one that is likely meant. */
  readonly preferred?: true;
}

const remove: Fix = { title: 'Delete this case', command: 'deleteCases' };
const show: Fix = { title: 'Make this case visible', command: 'moveToVisible' };
const record: Fix = { title: 'Record this case again', command: 'rerecordCase', preferred: true };

/** What can be done at once about what a check found. */
const fixes: Readonly<Record<string, readonly Fix[]>> = {
  'missing-gold': [record],
  drift: [record],
  flaky: [{ title: 'Label this case flaky…', command: 'labelCases' }, remove],
  duplicate: [{ ...remove, preferred: true }],
  'near-duplicate': [remove],
  'trivial-pass': [remove],
  'hidden-leak': [show, remove],
  'unpaired-hidden': [
    { title: 'Name its visible dual…', command: 'pairCase', preferred: true },
    show,
  ],
  'same-answer': [remove],
  'hidden-only-option': [show],
  'hidden-share': [{ title: 'Open the curation view', command: 'openCuration' }],
  'untouched-option': [{ title: 'Open the curation view', command: 'openCuration' }],
};

/** Quick fixes of the audit's findings: what removes the cause, and the answer with a reason. */
export class AuditActions implements vscode.CodeActionProvider {
  constructor(private readonly diagnostics: AuditDiagnostics) {}

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return this.diagnostics
      .subjectsOf(document.uri, context.diagnostics)
      .flatMap(([diagnostic, subject]) => actionsOf(diagnostic, subject));
  }
}

function actionsOf(diagnostic: vscode.Diagnostic, subject: FindingSubject): vscode.CodeAction[] {
  const { target, finding, name } = subject;
  if (finding.suppressed !== undefined) {
    return [];
  }
  const onCase = name === undefined ? { kind: 'target', target } : { kind: 'case', target, name };
  const offered = (fixes[finding.check] ?? []).map(({ title, command, preferred }) => {
    const action = actionOf(title, command, onCase, diagnostic);
    action.isPreferred = preferred === true;
    return action;
  });
  const answer = `Answer “${finding.check}” with a reason…`;
  return [...offered, actionOf(answer, 'suppressFinding', subject, diagnostic)];
}

function actionOf(
  title: string,
  command: CommandName,
  argument: unknown,
  diagnostic: vscode.Diagnostic,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command: commands[command], title, arguments: [argument] };
  action.diagnostics = [diagnostic];
  return action;
}

import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import { subjectOf } from '../commands/subjects';
import { chooseTarget } from '../commands/chooseTarget';
import { requireTrust } from '../commands/trust';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings } from '../settings';
import type { FindingSubject } from './auditDiagnostics';
import { summaryText } from './auditNodes';
import { suppressEdit } from './suppress';

/** A finding whose answer is known need not be asked for. */
type AnsweredFinding = FindingSubject & { readonly reason: string };

/** *Audit Target*: the checks, on demand; with `reference` every case is run again as well. */
export async function auditTarget(
  services: Services,
  argument: unknown,
  options: { readonly reference?: boolean } = {},
): Promise<void> {
  const reference = options.reference === true;
  if (reference) {
    requireTrust('Running the reference');
  }
  const target = await chooseTarget(services, argument, 'Audit Which Target?');
  if (target === undefined) {
    return;
  }
  const report = await withProgress(`Auditing ${target.name}`, (signal, onProgress) =>
    services.audits.audit(target, {
      signal,
      onProgress,
      ...(reference && { run: engineSettings() }),
    }),
  );
  const showProblems = 'Show Problems';
  const told =
    report.findings.length === 0
      ? vscode.window.showInformationMessage(`${target.name}: nothing was found.`)
      : vscode.window.showInformationMessage(
          `${target.name}: ${summaryText(report)}.`,
          showProblems,
        );
  // Not awaited: the toast stays as long as the person lets it.
  void told.then((answer) =>
    answer === showProblems
      ? vscode.commands.executeCommand('workbench.actions.view.problems')
      : undefined,
  );
}

/** Answers a finding in its case, with a reason; an edit of the text, so that it can be undone. */
export async function suppressFinding(services: Services, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const { target, finding, name, reason: given } = (subject ?? {}) as Partial<AnsweredFinding>;
  if (subject?.kind !== 'finding' || !target || !finding || name === undefined) {
    throw new UserError('This finding speaks of no case that could answer it.', {
      action: 'Pick a finding below a case, in the Tasks tree or in the Problems panel.',
    });
  }
  if (target.store.kind === 'gold') {
    throw new UserError(
      `Answering ${finding.check} for ${name} failed: a gold row has no place for a reason.`,
      {
        action: 'Keep such cases in a folder of .case files.',
      },
    );
  }
  const reason =
    given ??
    (await vscode.window.showInputBox({
      title: `Answer ${finding.check} for ${name}`,
      prompt: 'Why is the case right as it is? The reason is kept in the case.',
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === '' ? 'Say why.' : undefined),
    }));
  if (reason === undefined) {
    return;
  }
  const { cases } = await services.model.listing(target);
  const summary = cases.find((one) => one.name === name);
  if (summary === undefined) {
    throw new UserError(`${target.name} has no case ${name} any more.`);
  }
  const document = await vscode.workspace.openTextDocument(caseUri(target, summary));
  const { line, replaces, text } = suppressEdit(document.getText(), finding.check, reason.trim());
  const edit = new vscode.WorkspaceEdit();
  const range = replaces
    ? document.lineAt(line).rangeIncludingLineBreak
    : new vscode.Range(line, 0, line, 0);
  edit.replace(document.uri, range, text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
  services.audits.touch(target);
}

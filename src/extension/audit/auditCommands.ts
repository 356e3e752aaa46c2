import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import { subjectOf } from '../commands/subjects';
import { chooseTarget } from '../commands/chooseTarget';
import type { TargetInfo } from '../model/targetInfo';
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
  const target = await chooseTarget(services, argument, {
    title: 'Audit Target',
    placeHolder: 'Which target is to be audited?',
  });
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

/**
 * Answers a finding with a reason: in its case, as an edit of the text; beside the cases where it
 * speaks of the whole target, or of a row, which has no place for a reason.
 */
export async function suppressFinding(services: Services, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const { target, finding, reason: given } = (subject ?? {}) as Partial<AnsweredFinding>;
  if (subject?.kind !== 'finding' || !target || !finding) {
    throw new UserError('There is no finding to answer.', {
      action: 'Pick one in the Tasks tree or in the Problems panel.',
    });
  }
  // Its first case answers for all that the finding speaks of.
  const [name] = finding.cases;
  const isInCase = name !== undefined && target.store.kind === 'case';
  const asked = name ?? target.name;
  const reason =
    given ??
    (await vscode.window.showInputBox({
      title: `Answer ${finding.check} for ${asked}`,
      prompt: `Why is it right as it is? The reason is kept ${isInCase ? 'in the case' : 'in a file beside the cases'}.`,
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === '' ? 'Say why.' : undefined),
    }));
  if (reason === undefined) {
    return;
  }
  const answer = { check: finding.check, reason: reason.trim() };
  if (isInCase) {
    await answerInCase(services, target, name, answer);
  } else {
    const { file } = await services.engine.call('answerFinding', { target, name, ...answer });
    vscode.window.setStatusBarMessage(`Answered in ${path.basename(file)}`, 5000);
  }
  services.audits.touch(target);
}

async function answerInCase(
  services: Services,
  target: TargetInfo,
  name: string,
  { check, reason }: { readonly check: string; readonly reason: string },
): Promise<void> {
  const { cases } = await services.model.listing(target);
  const summary = cases.find((one) => one.name === name);
  if (summary === undefined) {
    throw new UserError(`${target.name} has no case ${name} any more.`);
  }
  const document = await vscode.workspace.openTextDocument(caseUri(target, summary));
  const { line, replaces, text } = suppressEdit(document.getText(), check, reason);
  const edit = new vscode.WorkspaceEdit();
  const range = replaces
    ? document.lineAt(line).rangeIncludingLineBreak
    : new vscode.Range(line, 0, line, 0);
  edit.replace(document.uri, range, text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { targetRow } from '../model/targetInfo';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import { caseOfDocument, targetSubject } from './subjects';

/**
 * The target that a command was called on: a row, a name, the case in the editor, the only one there
 * is; else the person is asked. Undefined when they gave up.
 * @throws UserError when the workspace has no target.
 */
export async function chooseTarget(
  { model }: Services,
  argument: unknown,
  question: { readonly title: string; readonly placeHolder: string },
): Promise<TargetInfo | undefined> {
  const { targets } = model;
  const named = targetSubject(argument) ?? targets.find(({ name }) => name === nameIn(argument));
  if (named !== undefined) {
    return named;
  }
  if (targets.length === 0) {
    throw new UserError('This workspace has no target.', {
      action: 'Make one with MirrorCode: New Target….',
    });
  }
  const uri = vscode.window.activeTextEditor?.document.uri;
  const open = uri === undefined ? undefined : await caseOfDocument(uri, model);
  const choices = targets.map((target) => ({
    ...targetRow(target),
    target,
  }));
  if (choices.length === 1) {
    return choices[0]?.target;
  }
  choices.sort((a, b) => Number(b.target === open?.target) - Number(a.target === open?.target));
  return (await vscode.window.showQuickPick(choices, question))?.target;
}

function nameIn(argument: unknown): string | undefined {
  return typeof argument === 'object' &&
    argument !== null &&
    'target' in argument &&
    typeof argument.target === 'string'
    ? argument.target
    : undefined;
}

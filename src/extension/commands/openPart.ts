import * as vscode from 'vscode';
import type { CasePart } from '../../core/cases/parts';
import { UserError } from '../../core/errors';
import { partUri } from '../caseFiles/partUri';
import type { PartRef } from '../engine/callTypes';
import type { Services } from '../services';
import { caseOfDocument } from './subjects';

/** What the lens above a part gives. */
interface PartArgument {
  /** Of the case's document. */
  readonly uri: string;
  readonly part: CasePart;
}

/** *Open*, above a part: its raw bytes in an editor of their own, saved back into the case. */
export async function openPart(services: Services, argument: unknown): Promise<void> {
  const { uri, part } = argument as PartArgument;
  const caseUri = vscode.Uri.parse(uri);
  const ref = await refOf(services, caseUri, part);
  if (ref === undefined) {
    throw new UserError('This case belongs to no target of the workspace.', {
      action: 'Open the folder of its target.',
    });
  }
  const { readOnly } = await services.engine.call('readPart', ref);
  const opened = partUri(ref);
  await vscode.commands.executeCommand('vscode.open', opened, { preview: true });
  if (readOnly !== undefined && ['stdin', 'file'].includes(part.kind)) {
    void vscode.window.showInformationMessage(
      `${part.path ?? part.kind} is shown read-only: ${readOnly}, and an editor would change them. Edit it in the text of the case.`,
    );
  }
}

async function refOf(
  { model }: Services,
  uri: vscode.Uri,
  part: CasePart,
): Promise<PartRef | undefined> {
  const capture = model.captures.find(({ path }) => path === uri.fsPath);
  const base = { part, caseUri: uri.toString() };
  if (capture !== undefined) {
    const { root, target, name } = capture;
    return { ...base, root, target, name, queued: true };
  }
  const subject = await caseOfDocument(uri, model);
  return subject === undefined
    ? undefined
    : {
        ...base,
        root: subject.target.root,
        target: subject.target.name,
        name: subject.name,
        queued: false,
      };
}

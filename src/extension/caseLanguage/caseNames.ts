import * as vscode from 'vscode';
import { assertCaseName } from '../../core/cases/caseNames';
import { UserError } from '../../core/errors';
import { offerUndo } from '../curation/curateCases';
import { uriOfCase } from '../commands/openCase';
import { caseOfDocument } from '../commands/subjects';
import type { Services } from '../services';
import type { CaseSubject } from '../trees/taskViews';
import { countText } from '../trees/text';
import { caseNameAt, caseNamesIn } from './caseNamesAt';
import type { NameAt } from './caseNamesAt';

/** Rename, references and definition of the names of cases, over all duals that mention them. */
export class CaseNames
  implements vscode.RenameProvider, vscode.ReferenceProvider, vscode.DefinitionProvider
{
  constructor(private readonly services: Services) {}

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const { at } = await this.find(document, position);
    return { range: rangeOf(at), placeholder: at.name };
  }

  /**
   * Done in the store, which moves files and rewrites rows; there is no edit left to make. *Undo
   * Curation* takes it back: an editor's own undo knows neither of other files nor of names.
   */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    to: string,
  ): Promise<vscode.WorkspaceEdit> {
    const { subject, at } = await this.find(document, position);
    const { engine, model, log } = this.services;
    const { target } = subject;
    if (to === at.name) {
      return new vscode.WorkspaceEdit();
    }
    assertCaseName(to);
    await this.refuseUnsaved(subject, at.name);
    const isOwn = at.kind === 'name';
    const { mirrors } = await engine.call('renameCase', { target, name: at.name, to });
    log.info(`Renamed ${target.name} ${at.name} to ${to}, also in ${mirrors.length} cases.`);
    await model.refresh();
    if (isOwn) {
      const viewColumn = vscode.window.activeTextEditor?.viewColumn;
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      const renamed = await uriOfCase(this.services, { kind: 'case', target, name: to });
      await vscode.window.showTextDocument(renamed, viewColumn === undefined ? {} : { viewColumn });
    }
    const also =
      mirrors.length === 0 ? '' : `, also in the duals of ${countText(mirrors.length, 'case')}`;
    offerUndo(this.services, `Renamed ${at.name} to ${to}${also}.`);
    return new vscode.WorkspaceEdit();
  }

  async provideReferences(
    document: vscode.TextDocument,
    position: vscode.Position,
    { includeDeclaration }: vscode.ReferenceContext,
  ): Promise<vscode.Location[]> {
    const { subject, at } = await this.find(document, position);
    const locations = await Promise.all(
      (await this.mentioning(subject, at.name)).map(async (name) => {
        const uri = await uriOfCase(this.services, { ...subject, name });
        const { text } = await this.services.engine.call('readCase', {
          target: subject.target,
          name,
        });
        return caseNamesIn(text)
          .filter((found) => found.name === at.name)
          .filter(({ kind }) => includeDeclaration || kind === 'dual')
          .map((found) => new vscode.Location(uri, rangeOf(found)));
      }),
    );
    return locations.flat();
  }

  async provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Location | undefined> {
    const found = await this.find(document, position).catch(() => undefined);
    if (found === undefined) {
      return undefined;
    }
    const uri = await uriOfCase(this.services, { ...found.subject, name: found.at.name });
    return new vscode.Location(uri, new vscode.Position(0, 0));
  }

  private async find(
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
  ): Promise<{ subject: CaseSubject; at: NameAt }> {
    const at = caseNameAt(document.getText(), { line, column: character });
    const subject = await caseOfDocument(document.uri, this.services.model);
    if (at === undefined || subject === undefined) {
      throw new UserError('This is no name of a case. Put the cursor into a name or a dual.');
    }
    return { subject, at };
  }

  /** The case of a name, and those that mirror it. */
  private async mentioning({ target }: CaseSubject, name: string): Promise<string[]> {
    const { cases } = await this.services.model.listing(target);
    return cases
      .filter((known) => known.name === name || known.duals.includes(name))
      .map((known) => known.name);
  }

  /** What stands unsaved in an editor would come to lie beside what the store writes. */
  private async refuseUnsaved(subject: CaseSubject, name: string): Promise<void> {
    for (const mention of await this.mentioning(subject, name)) {
      const uri = (await uriOfCase(this.services, { ...subject, name: mention })).toString();
      const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
      if (open?.isDirty === true) {
        throw new UserError(`${mention} has unsaved changes. Save it, then rename again.`);
      }
    }
  }
}

function rangeOf({ line, start, end }: NameAt): vscode.Range {
  return new vscode.Range(line, start, line, end);
}

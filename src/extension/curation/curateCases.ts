import * as vscode from 'vscode';
import type { Curation } from '../../core/cases/curation/planCuration';
import { UserError } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import { countText } from '../trees/text';

/** Carries a curation out, says what came of it, and offers to take it back. */
export async function curateCases(
  services: Services,
  target: TargetInfo,
  curation: Curation,
  title: string,
): Promise<void> {
  const { engine, model, audits, log } = services;
  const tabs = await openTabs(services, target, curation);
  // Not to be cancelled half-way: it can be undone as a whole.
  const { unpaired } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: `$(sync~spin) ${target.name}: ${title} …` },
    () => engine.call('curate', { target, curation, title }),
  );
  log.info(`${target.name}: ${title}.`);
  await model.refresh();
  audits.touch(target);
  await reopen(services, target, tabs);
  const lost =
    unpaired.length === 0
      ? ''
      : ` ${countText(unpaired.length, 'hidden case')} mirror${unpaired.length === 1 ? 's' : ''} no visible one now: ${shortList(unpaired)}.`;
  offerUndo(services, `${title}.${lost}`);
}

/** Says what was done, with a button that takes it back. */
export function offerUndo(services: Services, text: string): void {
  const undo = 'Undo';
  const told = vscode.window.showInformationMessage(text, undo);
  // Not awaited: the toast stays as long as the person lets it.
  void told
    .then((answer) => (answer === undo ? undoCuration(services) : undefined))
    .then(undefined, (error: unknown) => services.log.tell(error));
}

/** *Undo Curation*: takes the last change back, byte by byte, whichever window made it. */
export async function undoCuration({ engine, model, audits }: Services): Promise<void> {
  const title = await engine.call('undoCuration', { targets: model.targets });
  if (title === null) {
    throw new UserError('There is no curation to undo.', {
      action:
        'Move, label or delete cases first: each such change can be undone, after a reload too.',
    });
  }
  await model.refresh();
  model.targets.forEach((target) => audits.touch(target));
  vscode.window.setStatusBarMessage(`Undone: ${title}`, 5000);
}

interface OpenCase {
  readonly name: string;
  readonly tab: vscode.Tab;
}

/**
 * The tabs that show what is about to move.
 * @throws UserError when one of them holds changes that nobody has saved.
 */
async function openTabs(
  { model }: Services,
  target: TargetInfo,
  curation: Curation,
): Promise<OpenCase[]> {
  if (curation.kind === 'pair') {
    return [];
  }
  const named = new Set(curation.names);
  const { cases } = await model.listing(target);
  const byUri = new Map(
    cases
      .filter(({ name }) => named.has(name))
      .map((summary) => [caseUri(target, summary).toString(), summary.name]),
  );
  const found = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap((tab): OpenCase[] => {
      const name =
        tab.input instanceof vscode.TabInputText ? byUri.get(tab.input.uri.toString()) : undefined;
      return name === undefined ? [] : [{ name, tab }];
    });
  const dirty = found.find(({ tab }) => tab.isDirty);
  if (dirty !== undefined) {
    throw new UserError(`Changing ${dirty.name} failed: its editor holds unsaved changes.`, {
      action: 'Save or revert them, then try again.',
    });
  }
  return found;
}

/** Tabs follow the cases that lie elsewhere now; those of deleted ones close. */
async function reopen(
  { model }: Services,
  target: TargetInfo,
  open: readonly OpenCase[],
): Promise<void> {
  if (open.length === 0) {
    return;
  }
  const { cases } = await model.listing(target);
  for (const { name, tab } of open) {
    const summary = cases.find((one) => one.name === name);
    const was = tab.input instanceof vscode.TabInputText ? tab.input.uri.toString() : '';
    const uri = summary === undefined ? undefined : caseUri(target, summary);
    if (uri?.toString() === was) {
      continue;
    }
    const { viewColumn } = tab.group;
    const { isActive, isPreview } = tab;
    await vscode.window.tabGroups.close(tab, true);
    if (uri !== undefined) {
      await vscode.window.showTextDocument(uri, {
        viewColumn,
        preview: isPreview,
        preserveFocus: !isActive,
      });
    }
  }
}

function shortList(names: readonly string[]): string {
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
}

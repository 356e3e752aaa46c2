import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import type { DualOffer } from '../engine/callTypes';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { reviewCapture } from './captures';
import { theCase } from './runCase';
import { requireTrust } from './trust';

interface OfferItem extends vscode.QuickPickItem {
  /** Absent for a row that can't be chosen. */
  readonly offer?: Extract<DualOffer, { text: string }>;
}

/** *Make Dual…*: the same case with other values, recorded; the chosen one waits for review. */
export async function makeDual(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Making a dual');
  const { engine, model, log } = services;
  const { target, name } = await theCase(services, argument);
  const repeat = readSetting('record.repeat', vscode.Uri.file(target.path));
  const offers = await withProgress(`Recording duals of ${name}`, (signal, report) =>
    engine.call(
      'offerDuals',
      { target, name, repeat, settings: engineSettings() },
      { signal, onEvent: report },
    ),
  );
  const items = offers.flatMap((offer) => ('refused' in offer ? [] : [toItem(target.name, offer)]));
  const refused = offers.flatMap((offer) => ('refused' in offer ? [offer] : []));
  refused.forEach((offer) => log.info(`No dual of ${name}: ${offer.title}: ${offer.refused}`));
  if (items.length === 0) {
    throw new UserError(`No dual of ${name} was found: ${refused[0]?.refused ?? 'none is left.'}`, {
      action: 'Record one yourself with Record Case…, and name this case among its duals.',
    });
  }
  const { cases } = await model.listing(target);
  const original = cases.find((one) => one.name === name);
  const picked = await chooseOffer(
    name,
    refused.length === 0 ? items : [...items, ...refusedItems(target.name, refused)],
    original === undefined ? undefined : caseUri(target, original),
  );
  if (picked?.offer !== undefined) {
    const { text, durationMs } = picked.offer;
    const capture = await engine.call('queueDual', { target, name, text, durationMs });
    model.touch('captures');
    await reviewCapture(services, capture);
  }
}

const proposalScheme = 'mirrorcode-proposal';

/** The list of what was recorded; beside it, what the one with the focus changes in the case. */
async function chooseOffer(
  name: string,
  items: readonly OfferItem[],
  original: vscode.Uri | undefined,
): Promise<OfferItem | undefined> {
  const texts = new Map<string, string>();
  const pick = vscode.window.createQuickPick<OfferItem>();
  const show = ({ offer }: OfferItem) => {
    if (offer === undefined || original === undefined) {
      return;
    }
    const uri = vscode.Uri.from({ scheme: proposalScheme, path: `/${texts.size}/${name}.case` });
    texts.set(uri.toString(), offer.text);
    const options = { preview: true, preserveFocus: true };
    const title = `${name} ↔ ${offer.title}`;
    vscode.commands.executeCommand('vscode.diff', original, uri, title, options).then(
      undefined,
      () => undefined, // the next one is shown
    );
  };
  const registration = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(proposalScheme, {
      provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
    }),
    pick.onDidChangeActive(([item]) => item && show(item)),
  );
  pick.title = `Make a Dual of ${name}`;
  pick.placeholder =
    'Each was recorded, and answers differently. The editor shows what it changes.';
  pick.items = items;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  const chosen = new Promise<OfferItem | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.activeItems;
      if (item?.offer !== undefined) {
        resolve(item);
        pick.hide();
      }
    });
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  try {
    return await chosen;
  } finally {
    pick.dispose();
    registration.dispose();
    await closeProposals();
  }
}

async function closeProposals(): Promise<void> {
  const shown = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && input.modified.scheme === proposalScheme,
    );
  await vscode.window.tabGroups.close(shown, true);
}

function refusedItems(
  target: string,
  refused: readonly Extract<DualOffer, { refused: string }>[],
): OfferItem[] {
  const rows = refused.map(({ title, args, refused: why }) => ({
    label: `$(circle-slash) ${[target, ...args].join(' ').replaceAll('\n', '⏎')}`,
    description: title,
    detail: why,
  }));
  return [{ label: 'No duals', kind: vscode.QuickPickItemKind.Separator }, ...rows];
}

/** Characters of an output that one line of the list shows. */
const shownOutput = 200;

function toItem(target: string, offer: NonNullable<OfferItem['offer']>): OfferItem {
  const { title, args, preview } = offer;
  const output = preview.replaceAll('\n', ' ⏎ ').slice(0, shownOutput);
  return {
    label: [target, ...args].join(' ').replaceAll('\n', '⏎'),
    description: title,
    detail: output === '' ? 'no output' : output,
    offer,
  };
}

import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { DualOffer } from '../engine/api';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { reviewCapture } from './captures';
import { theCase } from './runCase';
import { requireTrust } from './trust';

interface OfferItem extends vscode.QuickPickItem {
  readonly offer: Extract<DualOffer, { text: string }>;
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
  const picked = await vscode.window.showQuickPick(items, {
    title: `Make a Dual of ${name}`,
    placeHolder:
      refused.length === 0
        ? 'Each was recorded, and answers differently.'
        : `Each was recorded, and answers differently. ${refused.length} left out: the log says why.`,
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (picked !== undefined) {
    const { text, durationMs } = picked.offer;
    const capture = await engine.call('queueDual', { target, name, text, durationMs });
    model.touch('captures');
    await reviewCapture(services, capture);
  }
}

/** Characters of an output that one line of the list shows. */
const shownOutput = 200;

function toItem(target: string, offer: OfferItem['offer']): OfferItem {
  const { title, args, preview } = offer;
  const output = preview.replaceAll('\n', ' ⏎ ').slice(0, shownOutput);
  return {
    label: [target, ...args].join(' ').replaceAll('\n', '⏎'),
    description: title,
    detail: output === '' ? 'no output' : output,
    offer,
  };
}

import * as vscode from 'vscode';
import { isVisible } from '../../core/cases/case';
import type { Services } from '../services';
import { splitName } from '../model/caseGroups';
import { countText } from '../trees/text';
import { caseSelection } from './caseSelection';
import { curateCases } from './curateCases';

/** *Move to Hidden*, *Move to Visible*. */
export async function moveCases(
  services: Services,
  to: 'visible' | 'hidden',
  argument: unknown,
  selection: unknown,
): Promise<void> {
  const { target, names } = await caseSelection(services, argument, selection);
  await curateCases(services, target, { kind: 'move', names, to }, `Moved ${what(names)} to ${to}`);
}

/** *Label…*: the labels of the selected cases, each on or off. */
export async function labelCases(
  services: Services,
  argument: unknown,
  selection: unknown,
): Promise<void> {
  const { target, names } = await caseSelection(services, argument, selection);
  const { cases } = await services.model.listing(target);
  const selected = cases.filter(({ name }) => names.includes(name));
  const ofAll = (label: string) => selected.every(({ labels }) => labels.includes(label));
  const known = new Set(['edge', 'flaky', ...cases.flatMap(({ labels }) => labels)]);
  known.delete('hidden'); // moving says that
  const another: vscode.QuickPickItem = { label: '$(add) Another label…', alwaysShow: true };
  const items = [...known].sort().map((label) => ({ label, picked: ofAll(label) }));
  const picked = await vscode.window.showQuickPick([...items, another], {
    title: `Labels of ${what(names)}`,
    canPickMany: true,
  });
  if (picked === undefined) {
    return;
  }
  const add = picked.filter((item) => item !== another).map(({ label }) => label);
  if (picked.includes(another)) {
    const typed = await vscode.window.showInputBox({
      title: `Label ${what(names)}`,
      prompt: 'A word of your own.',
      validateInput: (value) =>
        /^[\w.-]+$/u.test(value) ? '' : 'Use letters, digits, dots, dashes.',
    });
    if (typed === undefined) {
      return;
    }
    add.push(typed);
  }
  const remove = items.filter(({ label }) => !add.includes(label)).map(({ label }) => label);
  const curation = { kind: 'label', names, add, remove } as const;
  await curateCases(services, target, curation, `Labelled ${what(names)}`);
}

/** *Move to Group…*: the folder of the cases' names. */
export async function groupCases(
  services: Services,
  argument: unknown,
  selection: unknown,
): Promise<void> {
  const { target, names } = await caseSelection(services, argument, selection);
  const { cases } = await services.model.listing(target);
  const groups = [...new Set(cases.flatMap(({ name }) => splitName(name).group ?? []))].sort();
  const fresh: vscode.QuickPickItem = { label: '$(add) New group…', alwaysShow: true };
  const none: vscode.QuickPickItem = { label: '$(dash) No group' };
  const picked = await vscode.window.showQuickPick(
    [...groups.map((label) => ({ label })), none, fresh],
    { title: `Group of ${what(names)}` },
  );
  const group =
    picked === fresh
      ? await vscode.window.showInputBox({
          title: `Group of ${what(names)}`,
          validateInput: (value) =>
            /^[\w.+-]+$/u.test(value) ? '' : 'Use letters, digits, dots, dashes.',
        })
      : picked === none
        ? ''
        : picked?.label;
  if (group !== undefined) {
    const title =
      group === '' ? `Took ${what(names)} out of groups` : `Moved ${what(names)} to ${group}`;
    await curateCases(services, target, { kind: 'group', names, group }, title);
  }
}

/** *Delete Cases*: asks where there are several; can be undone. */
export async function deleteCases(
  services: Services,
  argument: unknown,
  selection: unknown,
): Promise<void> {
  const { target, names } = await caseSelection(services, argument, selection);
  if (names.length > 1) {
    const answer = await vscode.window.showWarningMessage(
      `Delete ${what(names)} of ${target.name}?`,
      {
        modal: true,
        detail: 'MirrorCode: Undo Curation brings them back.',
      },
      'Delete',
    );
    if (answer !== 'Delete') {
      return;
    }
  }
  await curateCases(services, target, { kind: 'delete', names }, `Deleted ${what(names)}`);
}

/** *Name Visible Dual…*: which visible case a hidden one mirrors. */
export async function pairCase(
  services: Services,
  argument: unknown,
  selection: unknown,
): Promise<void> {
  const { target, names } = await caseSelection(services, argument, selection);
  const [hidden] = names;
  const { cases } = await services.model.listing(target);
  const own = cases.find(({ name }) => name === hidden);
  if (hidden === undefined || own === undefined) {
    return;
  }
  const likeness = (args: readonly string[]) =>
    args.filter((arg) => own.args.includes(arg)).length - Math.abs(args.length - own.args.length);
  const choices = cases
    .filter((one) => isVisible(one) && one.name !== hidden)
    .sort((a, b) => likeness(b.args) - likeness(a.args))
    .map(({ name, args }) => ({ label: name, description: [target.name, ...args].join(' ') }));
  const picked = await vscode.window.showQuickPick(choices, {
    title: `Visible dual of ${hidden}`,
    placeHolder: 'The visible case with the same behaviour; the most alike come first',
    matchOnDescription: true,
  });
  if (picked !== undefined) {
    const curation = { kind: 'pair', hidden, visible: picked.label } as const;
    await curateCases(services, target, curation, `${hidden} mirrors ${picked.label}`);
  }
}

function what(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : countText(names.length, 'case');
}

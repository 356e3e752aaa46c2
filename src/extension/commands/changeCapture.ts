import * as vscode from 'vscode';
import { assertCaseName } from '../../core/cases/caseNames';
import { errorText } from '../../core/errors';
import type { Services } from '../services';
import type { Capture } from '../trees/captureNodes';
import { closeTabs } from './captures';

/** *Name…*: another name for a case that waits. `argument` may hold it. */
export async function nameCapture(
  { engine, model }: Services,
  capture: Capture,
  argument: unknown,
): Promise<void> {
  const name = (given(argument, 'name') as string | undefined) ?? (await askName(capture));
  if (name !== undefined && name !== capture.name) {
    await closeTabs(vscode.Uri.file(capture.path));
    await engine.call('changeCapture', { capture, to: { name } });
    model.touch('captures');
  }
}

/** *Label…*: which labels cases that wait get. `argument` may hold them. */
export async function labelCapture(
  services: Services,
  captures: readonly Capture[],
  argument: unknown,
): Promise<void> {
  const { engine, model } = services;
  const labels =
    (given(argument, 'labels') as readonly string[] | undefined) ??
    (await askLabels(services, captures));
  if (labels === undefined) {
    return;
  }
  for (const capture of captures) {
    await closeTabs(vscode.Uri.file(capture.path));
    await engine.call('changeCapture', { capture, to: { labels } });
  }
  model.touch('captures');
}

function given(argument: unknown, key: 'name' | 'labels'): unknown {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && key in argument
    ? (argument as Record<string, unknown>)[key]
    : undefined;
}

function askName({ name }: Capture): Promise<string | undefined> {
  return Promise.resolve(
    vscode.window.showInputBox({
      title: `Name ${name}`,
      prompt: 'The name of the case, as group/name',
      value: name,
      valueSelection: [name.lastIndexOf('/') + 1, name.length],
      validateInput: nameProblem,
    }),
  );
}

function nameProblem(name: string): string | undefined {
  try {
    assertCaseName(name);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

const ownLabels = ['hidden', 'ablated', 'edge'];

async function askLabels(
  { model }: Services,
  captures: readonly Capture[],
): Promise<readonly string[] | undefined> {
  const [capture] = captures;
  const target = model.targets.find(
    ({ root, name }) => root === capture?.root && name === capture.target,
  );
  const { cases } = target === undefined ? { cases: [] } : await model.listing(target);
  const has = new Set(captures.flatMap(({ labels }) => labels));
  const known = new Set([...ownLabels, ...has, ...cases.flatMap(({ labels }) => labels)]);
  const another = { label: '$(add) Another label…', picked: false };
  const items = [...known].map((label) => ({ label, picked: has.has(label) }));
  const picked = await vscode.window.showQuickPick([...items, another], {
    title:
      captures.length === 1 ? `Label ${capture?.name ?? ''}` : `Label ${captures.length} Cases`,
    placeHolder: 'No label means visible',
    canPickMany: true,
  });
  if (picked === undefined) {
    return undefined;
  }
  const labels = picked.filter((item) => item !== another).map(({ label }) => label);
  if (!picked.includes(another)) {
    return labels;
  }
  const typed = await vscode.window.showInputBox({ title: 'Another Label', prompt: 'One word' });
  return typed === undefined ? undefined : [...labels, typed.trim()].filter((each) => each !== '');
}

import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { commands } from '../tables/commands';
import type { Capture } from '../trees/captureNodes';
import { uriOfCase } from './openCase';
import { requireTrust } from './trust';

/** Opens a captured case, and asks what is to become of it. */
export async function reviewCapture(services: Services, capture: Capture): Promise<void> {
  await (capture.replaces ? compareCapture(services, capture) : openCapture(capture));
  const pin = capture.pinnedBy.join(', ');
  const choices = [
    ...(pin === ''
      ? []
      : [{ label: `$(pin) Pin ${pin}`, description: 'set it and record again', value: 'pin' }]),
    { label: '$(check) Accept', description: acceptText(capture), value: 'accept' },
    { label: '$(edit) Edit', description: 'change it before it is accepted', value: 'edit' },
    { label: '$(close) Reject', description: 'throw the recording away', value: 'reject' },
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    title: `Captured ${capture.name}`,
    placeHolder: capture.flaky ?? 'Every recording gave the same answer.',
    ignoreFocusOut: true,
  });
  if (picked?.value === 'accept') {
    await acceptCaptures(services, [capture], { open: true });
  } else if (picked?.value === 'reject') {
    await rejectCaptures(services, [capture]);
    services.model.touch('captures');
  } else if (picked?.value === 'edit') {
    await openCapture(capture);
  } else if (picked?.value === 'pin') {
    await pinCapture(services, capture);
  }
}

/** Sets what makes a flaky case firm, records it anew, and shows what came of it. */
async function pinCapture(services: Services, capture: Capture): Promise<void> {
  requireTrust('Recording a case');
  const { engine, model } = services;
  await closeTabs(vscode.Uri.file(capture.path));
  const repeat = readSetting('record.repeat', vscode.Uri.file(capture.root));
  const pinned = await withProgress(`Recording ${capture.name}`, (signal, report) =>
    engine.call(
      'pinCapture',
      { capture, repeat, settings: engineSettings() },
      { signal, onEvent: report },
    ),
  );
  model.touch('captures');
  await reviewCapture(services, pinned);
}

/**
 * Puts captured cases into their targets, where they count from then on.
 * @param how Whether a single one opens there.
 */
export async function acceptCaptures(
  services: Services,
  captures: readonly Capture[],
  how: { readonly open: boolean },
): Promise<void> {
  const { engine, model, log } = services;
  const wanted = await withoutFlaky(captures);
  if (wanted.length === 0) {
    return;
  }
  for (const { path, problem } of wanted) {
    if (problem === undefined) {
      await closeTabs(vscode.Uri.file(path));
    }
  }
  const { accepted, refused } = await engine.call('acceptCaptures', { captures: wanted });
  accepted.forEach(({ target, name }) => log.info(`Accepted ${target} ${name}.`));
  await model.refresh();
  const [only] = accepted;
  if (how.open && only !== undefined) {
    await openAccepted(services, only);
  }
  if (refused.length > 0) {
    const others = refused.length > 1 ? ` ${refused.length - 1} more were refused as well.` : '';
    throw new UserError(
      `Accepting ${refused[0]?.name ?? ''} failed. ${refused[0]?.reason ?? ''}${others}`,
    );
  }
}

async function openAccepted(
  services: Services,
  { root, target: targetName, name }: { root: string; target: string; name: string },
): Promise<void> {
  const target = services.model.targets.find(
    (known) => known.root === root && known.name === targetName,
  );
  if (target !== undefined) {
    await vscode.window.showTextDocument(await uriOfCase(services, { kind: 'case', target, name }));
  }
}

export async function rejectCaptures(
  { engine, log }: Services,
  captures: readonly Capture[],
): Promise<void> {
  for (const { path } of captures) {
    await closeTabs(vscode.Uri.file(path));
  }
  await engine.call('rejectCaptures', { captures });
  captures.forEach(({ target, name }) => log.info(`Rejected ${target} ${name}.`));
}

export async function openCapture(
  { path, line }: Capture,
  how: { readonly look?: boolean } = {},
): Promise<void> {
  const at = line === undefined ? undefined : new vscode.Position(line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(path), {
    preview: true,
    preserveFocus: how.look === true,
    ...(at !== undefined && { selection: new vscode.Range(at, at) }),
  });
}

/** *Compare With the Gold*: what a re-recording would change, byte by byte. */
export async function compareCapture({ engine }: Services, capture: Capture): Promise<void> {
  const { returncode, actual, streams } = await engine.call('captureComparison', { capture });
  await vscode.commands.executeCommand(commands.compareBytes, {
    title: `${capture.name}: gold ↔ re-recorded`,
    streams,
    returncode: { expected: returncode, actual },
  });
}

function acceptText({ replaces, flaky }: Capture): string {
  return flaky !== undefined
    ? 'although it is flaky'
    : replaces
      ? 'replace the gold that is there'
      : 'add it to the target';
}

/** Asks about those that are flaky, since a flaky case is not accepted unseen. */
async function withoutFlaky(captures: readonly Capture[]): Promise<readonly Capture[]> {
  const flaky = captures.filter((capture) => capture.flaky !== undefined);
  const [first] = flaky;
  if (first === undefined) {
    return captures;
  }
  const accept = flaky.length === 1 ? 'Accept Although Flaky' : 'Accept Flaky Ones Too';
  const onlyFirm = 'Accept Firm Ones';
  const answer = await vscode.window.showWarningMessage(
    flaky.length === 1 ? `${first.name} is flaky.` : `${flaky.length} of the cases are flaky.`,
    {
      modal: true,
      detail: flaky.map(({ name, flaky: why }) => `${name}: ${why ?? ''}`).join('\n'),
    },
    ...(flaky.length < captures.length ? [accept, onlyFirm] : [accept]),
  );
  return answer === accept
    ? captures
    : answer === onlyFirm
      ? captures.filter((capture) => capture.flaky === undefined)
      : [];
}

export async function closeTabs(uri: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
    );
  if (tabs.length > 0) {
    await vscode.window.tabGroups.close(tabs, true);
  }
}

import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { Services } from '../services';
import { captureNodeId } from '../trees/captureNodes';
import type { Capture } from '../trees/captureNodes';
import type { NodeTree } from '../trees/nodeTree';
import type { TreeNode } from '../trees/treeNode';
import { acceptCaptures, compareCapture, openCapture, rejectCaptures } from './captures';
import { labelCapture, nameCapture } from './changeCapture';
import { registerCommand } from './registerCommands';
import { subjectOf } from './subjects';

/** The Capture tree as the queue's commands see it. */
interface QueueView {
  readonly tree: NodeTree;
  readonly view: vscode.TreeView<TreeNode>;
}

/** What is decided about captured cases: by a row's buttons, by one key each, or all at once. */
export function registerQueue(services: Services, { tree, view }: QueueView): vscode.Disposable {
  const { model, engine, log } = services;
  const chosen = (argument: unknown, selection: unknown): readonly Capture[] => {
    const rows: readonly unknown[] = Array.isArray(selection) ? selection : [];
    const given = [...new Set([argument, ...rows])].flatMap(captureOf);
    const captures = given.length > 0 ? given : view.selection.flatMap(captureOf);
    if (captures.length === 0) {
      throw new UserError('No captured case is selected.', {
        action: 'Pick one in the Capture tree.',
      });
    }
    return captures;
  };
  /** Decides, and leaves the tree on the case after those that are gone. */
  const decide = async (gone: readonly Capture[], decision: () => Promise<unknown>) => {
    const ids = new Set(gone.map(({ id }) => id));
    const after = model.captures.findIndex(({ id }) => ids.has(id));
    await decision();
    await captured(model);
    const next = model.captures[Math.min(after, model.captures.length - 1)];
    const node = next === undefined ? undefined : await tree.find(captureNodeId(next));
    if (node !== undefined && view.visible) {
      await view.reveal(node, { select: true, focus: true });
    }
  };
  const accept = (captures: readonly Capture[], open: boolean) =>
    decide(captures, () => acceptCaptures(services, captures, { open }));
  const reject = (captures: readonly Capture[]) =>
    decide(captures, () => rejectCaptures(services, captures));
  const undo = async () => {
    const undone = await engine.call('undoDecision', { roots: model.roots });
    log.info(`Undone for ${undone.target}: ${undone.names.join(', ')}.`);
    await (undone.accepted ? model.refresh() : captured(model));
    const many = undone.names.length === 1 ? undone.names[0] : `${undone.names.length} cases`;
    void vscode.window.setStatusBarMessage(`$(discard) ${many ?? ''} waiting again`, 5000);
  };
  return vscode.Disposable.from(
    registerCommand(services, 'acceptCapture', (argument, selection) =>
      accept(chosen(argument, selection), isDirect(argument)),
    ),
    registerCommand(services, 'rejectCapture', (argument, selection) =>
      reject(chosen(argument, selection)),
    ),
    registerCommand(services, 'acceptAllCaptures', () => accept(model.captures, false)),
    registerCommand(services, 'rejectAllCaptures', () => reject(model.captures)),
    registerCommand(services, 'undoDecision', undo),
    registerCommand(services, 'editCapture', (argument) => {
      return openCapture(first(chosen(argument, [])), { look: isLook(argument) });
    }),
    registerCommand(services, 'compareCapture', (argument) =>
      compareCapture(services, first(chosen(argument, []))),
    ),
    registerCommand(services, 'nameCapture', (argument) =>
      nameCapture(services, first(chosen(argument, [])), argument),
    ),
    registerCommand(services, 'labelCapture', (argument, selection) =>
      labelCapture(services, chosen(argument, selection), argument),
    ),
  );
}

/** A capture itself, given by a lens or another command, rather than a row or a key. */
function isDirect(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'kind' in argument;
}

/** A click on a row, which is no more than a look. */
function isLook(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'look' in argument;
}

function captureOf(argument: unknown): Capture[] {
  const subject = subjectOf(argument);
  return subject?.kind === 'capture' && 'capture' in subject ? [subject.capture as Capture] : [];
}

function first(captures: readonly Capture[]): Capture {
  const [capture] = captures;
  if (capture === undefined) {
    throw new UserError('No captured case was given.', { action: 'Pick one in the Capture tree.' });
  }
  return capture;
}

/** Resolves when the captures have been read anew. */
function captured(model: Services['model']): Promise<void> {
  return new Promise((resolve) => {
    const listening = model.onDidChange((change) => {
      if (change === 'captures') {
        listening.dispose();
        resolve();
      }
    });
    model.touch('captures');
  });
}

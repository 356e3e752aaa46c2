import * as vscode from 'vscode';
import { subjectOf } from '../commands/subjects';
import { UserError } from '../../core/errors';
import type { Services } from '../services';
import type { GroupSubject } from '../trees/taskViews';
import type { TreeNode } from '../trees/treeNode';
import { countText } from '../trees/text';
import { casesIn } from './caseSelection';
import type { CasesSubject } from './caseSelection';
import { curateCases } from './curateCases';

const mimeType = 'application/vnd.code.tree.mirrorcode.tasks';

/** Cases are dragged between visible and hidden, and between groups. */
export class CaseDrag implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dragMimeTypes = [mimeType];
  readonly dropMimeTypes = [mimeType];

  constructor(private readonly services: Services) {}

  handleDrag(nodes: readonly TreeNode[], transfer: vscode.DataTransfer): void {
    const dragged = nodes.flatMap((node) => casesIn(node));
    if (dragged.length > 0) {
      transfer.set(mimeType, new vscode.DataTransferItem(dragged));
    }
  }

  async handleDrop(onto: TreeNode | undefined, transfer: vscode.DataTransfer): Promise<void> {
    const dragged = (transfer.get(mimeType)?.value ?? []) as readonly CasesSubject[];
    const place = subjectOf(onto);
    if (dragged.length === 0 || place?.kind !== 'group') {
      return;
    }
    try {
      await this.drop(dragged, place as GroupSubject);
    } catch (error) {
      void this.services.log.tell(error);
    }
  }

  private async drop(dragged: readonly CasesSubject[], place: GroupSubject): Promise<void> {
    const { target, group, folder } = place;
    if (dragged.some((one) => one.target.key !== target.key)) {
      throw new UserError('A case stays in its target: it was recorded from its reference.');
    }
    if (group !== 'visible' && group !== 'hidden') {
      throw new UserError(`Cases can not be moved to ${group}.`, {
        action: 'Drop them on visible, hidden or a group below these.',
      });
    }
    const names = [...new Set(dragged.flatMap((one) => one.names))];
    const count = names.length === 1 ? String(names[0]) : countText(names.length, 'case');
    const { cases } = await this.services.model.listing(target);
    const wanted = new Set(names);
    const isThere = (labels: readonly string[]) =>
      labels.includes('hidden') === (group === 'hidden') && !labels.includes('ablated');
    const moves = cases.some(({ name, labels }) => wanted.has(name) && !isThere(labels));
    if (moves) {
      const title = `Moved ${count} to ${group}`;
      await curateCases(this.services, target, { kind: 'move', names, to: group }, title);
    } else if (folder !== undefined) {
      const title = `Moved ${count} to ${folder}`;
      await curateCases(this.services, target, { kind: 'group', names, group: folder }, title);
    }
  }
}

import type * as vscode from 'vscode';
import type { TargetInfo } from '../model/targetInfo';
import { referenceTag } from './testItems';
import type { ItemData, Subject } from './testItems';
import type { TestTree } from './testTree';

/** What of a run goes to the engine at once: cases of one target and one subject. */
export interface RunPart {
  readonly target: TargetInfo;
  readonly subject: Subject;
  /** The subject's own item, for what concerns all of it. */
  readonly parent: vscode.TestItem;
  readonly items: ReadonlyMap<string, vscode.TestItem>;
  /** Whether every case of the target is in it. */
  readonly whole: boolean;
  /** Whether the person pointed at this subject or at cases of it, so that asking is right. */
  readonly chosen: boolean;
}

/** What a request asks for, with all that lies below what it names. */
export async function planRun(
  tree: TestTree,
  request: vscode.TestRunRequest,
): Promise<readonly RunPart[]> {
  const wantsReference = request.profile?.tag?.id === referenceTag.id;
  const excluded = new Set(request.exclude);
  const parts = new Map<vscode.TestItem, Map<string, vscode.TestItem>>();
  const chosen = new Set<vscode.TestItem>();

  const walk = async (item: vscode.TestItem, byChoice: boolean): Promise<void> => {
    const data = tree.dataOf(item);
    if (data === undefined || excluded.has(item) || !fits(data, wantsReference)) {
      return;
    }
    if (data.kind === 'case') {
      add(item, byChoice);
      return;
    }
    if (data.kind !== 'target') {
      // Cases may not have been listed yet, or have come since.
      await tree.resolve(item);
    }
    for (const [, child] of item.children) {
      await walk(child, byChoice && data.kind !== 'target');
    }
  };
  const add = (item: vscode.TestItem, byChoice: boolean) => {
    const parent = item.parent?.parent;
    if (parent !== undefined) {
      const items = parts.get(parent) ?? new Map<string, vscode.TestItem>();
      items.set(item.id, item);
      parts.set(parent, items);
      if (byChoice) {
        chosen.add(parent);
      }
    }
  };

  if (request.include === undefined) {
    await tree.resolve();
    for (const [, item] of tree.controller.items) {
      await walk(item, false);
    }
  } else {
    for (const item of request.include) {
      await walk(item, true);
    }
  }
  const planned: RunPart[] = [];
  for (const [parent, items] of parts) {
    const data = tree.dataOf(parent);
    if (data?.kind === 'subject') {
      const { target, subject } = data;
      const whole = items.size === (await tree.countCases(target));
      planned.push({ target, subject, parent, items, whole, chosen: chosen.has(parent) });
    }
  }
  return planned;
}

function fits(data: ItemData, wantsReference: boolean): boolean {
  return data.kind === 'target' || (data.subject === 'reference') === wantsReference;
}

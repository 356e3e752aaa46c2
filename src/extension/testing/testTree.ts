import type * as vscode from 'vscode';
import type { UnreadableCase } from '../../core/cases/caseStore';
import { errorText } from '../../core/errors';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { Candidates } from '../model/candidates';
import { problemText } from '../model/problemText';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import { CaseItems } from './caseItems';
import { candidateTag, folderUri, referenceTag, tagOf } from './testItems';
import type { ItemData, Subject } from './testItems';

/** The Test Explorer's tree: target ▸ language ▸ group ▸ case, filled in as it is opened. */
export class TestTree implements vscode.Disposable {
  private readonly data = new WeakMap<vscode.TestItem, ItemData>();
  private readonly items: CaseItems;
  /** Subjects that were opened, though nothing may lie below them yet. */
  private readonly opened = new WeakSet<vscode.TestItem>();
  private readonly subscriptions: { dispose(): void }[] = [];

  constructor(
    readonly controller: vscode.TestController,
    private readonly model: WorkspaceModel,
    private readonly candidates: Candidates,
  ) {
    this.items = new CaseItems(controller, this.data);
    controller.resolveHandler = (item) => this.resolve(item);
    controller.refreshHandler = () => model.refresh();
    this.subscriptions.push(
      model.onDidChange((change) => {
        if (change === 'targets') {
          this.syncTargets();
        } else if (change === 'counts') {
          void this.syncOpenSubjects();
        }
      }),
    );
  }

  dataOf(item: vscode.TestItem): ItemData | undefined {
    return this.data.get(item);
  }

  /** Fills in what lies below an item, or the roots; the cases below a subject follow by themselves. */
  async resolve(item?: vscode.TestItem): Promise<void> {
    if (item === undefined) {
      if (this.model.targets.length === 0) {
        await this.model.refresh();
      }
      this.syncTargets();
      return;
    }
    const data = this.data.get(item);
    if (data?.kind === 'subject' || data?.kind === 'group') {
      item.busy = true;
      try {
        const { cases, unreadable } = await this.model.listing(data.target);
        if (data.kind === 'group') {
          await this.items.placeCases(item, data, cases);
        } else {
          this.opened.add(item);
          this.items.placeGroups(item, data, cases);
        }
        item.error = data.kind === 'group' ? undefined : unreadableText(unreadable);
      } catch (error) {
        item.error = errorText(error);
      } finally {
        item.busy = false;
      }
    }
  }

  /** The item of a case below a subject; undefined when the target has no such case any more. */
  async findCase(subject: vscode.TestItem, name: string): Promise<vscode.TestItem | undefined> {
    await this.resolve(subject);
    for (const [, group] of subject.children) {
      await this.resolve(group);
      const item = group.children.get(name);
      if (item !== undefined) {
        return item;
      }
    }
    return undefined;
  }

  /** How many cases a target has, whether or not their items are there. */
  async countCases(target: TargetInfo): Promise<number> {
    return (await this.model.listing(target)).cases.length;
  }

  syncTargets(): void {
    const { items } = this.controller;
    const { targets } = this.model;
    const keys = new Set(targets.map(({ key }) => key));
    for (const [id] of [...items]) {
      if (!keys.has(id)) {
        items.delete(id);
      }
    }
    for (const target of targets) {
      const item =
        items.get(target.key) ??
        this.controller.createTestItem(target.key, target.name, folderUri(target));
      if (target.title !== target.name) {
        item.description = target.title;
      }
      item.tags = [candidateTag, referenceTag];
      this.data.set(item, { kind: 'target', target });
      items.add(item);
      this.syncSubjects(item, target);
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  private syncSubjects(parent: vscode.TestItem, target: TargetInfo): void {
    const subjects: Subject[] = [
      ...this.candidates.languages(target),
      ...(target.hasReference ? (['reference'] as const) : []),
    ];
    for (const [id] of [...parent.children]) {
      if (!subjects.some((subject) => subject === id)) {
        parent.children.delete(id);
      }
    }
    subjects.forEach((subject, index) => {
      const item =
        parent.children.get(subject) ?? this.createSubject(target, subject, String(index));
      this.data.set(item, { kind: 'subject', target, subject });
      parent.children.add(item);
    });
  }

  private createSubject(target: TargetInfo, subject: Subject, sortText: string): vscode.TestItem {
    const label = subject === 'reference' ? 'Reference' : languageTitles[subject];
    const item = this.controller.createTestItem(subject, label, folderUri(target));
    item.canResolveChildren = true;
    item.sortText = sortText;
    item.tags = [tagOf(subject)];
    return item;
  }

  private async syncOpenSubjects(): Promise<void> {
    for (const [, target] of this.controller.items) {
      for (const [, subject] of target.children) {
        if (this.opened.has(subject)) {
          await this.resolve(subject);
        }
      }
    }
  }
}

/** What is said at a subject of the cases that can't be read. */
function unreadableText(unreadable: readonly UnreadableCase[]): string | undefined {
  return unreadable.length === 0
    ? undefined
    : unreadable.map((one) => `${one.name}: ${problemText(one)}`).join('\n');
}

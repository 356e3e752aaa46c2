import * as vscode from 'vscode';
import type { CaseListing, CaseSummary } from '../../core/cases/caseStore';
import type { Language } from '../../core/targets/target';
import { caseUri } from '../caseFiles/caseUri';
import type { Candidates } from '../model/candidates';
import { testGroup } from '../model/caseGroups';
import { languageTitles } from '../../core/targets/languageDefaults';
import { problemText } from '../model/problemText';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import { inSlices } from '../slices';

/** Who is judged: a candidate in a language, or the reference against its own golds. */
export type Subject = Language | 'reference';

export type ItemData =
  | { readonly kind: 'target'; readonly target: TargetInfo }
  | { readonly kind: 'subject'; readonly target: TargetInfo; readonly subject: Subject }
  | { readonly kind: 'group'; readonly target: TargetInfo; readonly subject: Subject }
  | {
      readonly kind: 'case';
      readonly target: TargetInfo;
      readonly subject: Subject;
      readonly summary: CaseSummary;
    };

export const candidateTag = new vscode.TestTag('candidate');
export const referenceTag = new vscode.TestTag('reference');

/** The Test Explorer's tree: target ▸ language ▸ group ▸ case, filled in as it is opened. */
export class TestTree implements vscode.Disposable {
  private readonly data = new WeakMap<vscode.TestItem, ItemData>();
  /** How often a subject was filled in, so that an older filling gives way to a newer one. */
  private readonly turns = new WeakMap<vscode.TestItem, number>();
  private readonly subscriptions: { dispose(): void }[] = [];

  constructor(
    readonly controller: vscode.TestController,
    private readonly model: WorkspaceModel,
    private readonly candidates: Candidates,
  ) {
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

  /** Fills in what lies below an item, or the roots. */
  async resolve(item?: vscode.TestItem): Promise<void> {
    if (item === undefined) {
      if (this.model.targets.length === 0) {
        await this.model.refresh();
      }
      this.syncTargets();
      return;
    }
    const data = this.data.get(item);
    if (data?.kind === 'subject') {
      item.busy = true;
      try {
        await this.fillSubject(item, data, await this.model.listing(data.target));
      } catch (error) {
        item.error = error instanceof Error ? error.message : String(error);
      } finally {
        item.busy = false;
      }
    }
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
        if (subject.children.size > 0) {
          await this.resolve(subject);
        }
      }
    }
  }

  /**
   * Makes the items below a subject those of a listing. What stays is left alone, since each item that
   * is set costs a message; and between groups others have their turn.
   */
  private async fillSubject(
    parent: vscode.TestItem,
    data: Extract<ItemData, { kind: 'subject' }>,
    { cases, unreadable }: CaseListing,
  ): Promise<void> {
    const turn = (this.turns.get(parent) ?? 0) + 1;
    this.turns.set(parent, turn);
    const groups = byGroup(cases);
    removeOthers(parent.children, groups);
    for (const [name, members] of groups) {
      const group = this.groupItem(parent, data, name);
      removeOthers(group.children, new Map(members.map((summary) => [summary.name, summary])));
      // Until a newer listing has begun.
      const isNewest = () => this.turns.get(parent) === turn;
      if (!(await this.placeCases(group, data, members, isNewest)) || !isNewest()) {
        return;
      }
    }
    parent.error =
      unreadable.length === 0
        ? undefined
        : unreadable.map((one) => `${one.name}: ${problemText(one)}`).join('\n');
  }

  private groupItem(
    parent: vscode.TestItem,
    { target, subject }: Extract<ItemData, { kind: 'subject' }>,
    name: string,
  ): vscode.TestItem {
    let group = parent.children.get(name);
    if (group === undefined) {
      group = this.controller.createTestItem(name, name, folderUri(target));
      group.tags = [tagOf(subject)];
      parent.children.add(group);
    }
    this.data.set(group, { kind: 'group', target, subject });
    return group;
  }

  /**
   * New groups are filled at once; in others only what is new or another is set.
   * @returns whether it came to the end.
   */
  private async placeCases(
    group: vscode.TestItem,
    data: Extract<ItemData, { kind: 'subject' }>,
    members: readonly CaseSummary[],
    goesOn: () => boolean,
  ): Promise<boolean> {
    const isNew = group.children.size === 0;
    const items: vscode.TestItem[] = [];
    const place = (summary: CaseSummary) => {
      const item = this.caseItem(group, data, summary);
      items.push(item);
      if (!isNew && group.children.get(item.id) !== item) {
        group.children.add(item);
      }
    };
    const isDone = await inSlices(members, place, goesOn);
    if (isDone && isNew) {
      group.children.replace(items);
    }
    return isDone;
  }

  private caseItem(
    group: vscode.TestItem,
    { target, subject }: Extract<ItemData, { kind: 'subject' }>,
    summary: CaseSummary,
  ): vscode.TestItem {
    const known = group.children.get(summary.name);
    const uri = caseUri(target, summary);
    // An item can't be given another file.
    const stays = known?.uri?.toString() === uri.toString();
    const item = stays ? known : this.createCase(target, subject, summary);
    const description = summary.args.join(' ');
    if (item.description !== description) {
      item.description = description;
    }
    this.data.set(item, { kind: 'case', target, subject, summary });
    return item;
  }

  private createCase(target: TargetInfo, subject: Subject, summary: CaseSummary): vscode.TestItem {
    const { group } = { group: testGroup(summary).split('/')[1] };
    const label = group === undefined ? summary.name : summary.name.slice(group.length + 1);
    const item = this.controller.createTestItem(summary.name, label, caseUri(target, summary));
    item.range = new vscode.Range(0, 0, 0, 0);
    item.tags = [tagOf(subject)];
    return item;
  }
}

function byGroup(cases: readonly CaseSummary[]): ReadonlyMap<string, readonly CaseSummary[]> {
  const groups = new Map<string, CaseSummary[]>();
  for (const summary of cases) {
    const name = testGroup(summary);
    const members = groups.get(name);
    if (members === undefined) {
      groups.set(name, [summary]);
    } else {
      members.push(summary);
    }
  }
  return groups;
}

function removeOthers(
  children: vscode.TestItemCollection,
  wanted: ReadonlyMap<string, unknown>,
): void {
  for (const [id] of [...children]) {
    if (!wanted.has(id)) {
      children.delete(id);
    }
  }
}

function tagOf(subject: Subject): vscode.TestTag {
  return subject === 'reference' ? referenceTag : candidateTag;
}

function folderUri({ path }: TargetInfo): vscode.Uri {
  return vscode.Uri.file(path);
}

import path from 'node:path';
import * as vscode from 'vscode';
import type { CaseSummary } from '../../core/cases/caseStore';
import { errorText } from '../../core/errors';
import { caseUri } from '../caseFiles/caseUri';
import { splitName, testGroup } from '../model/caseGroups';
import type { TargetInfo } from '../model/targetInfo';
import { inSlices } from '../slices';
import { folderUri, tagOf } from './testItems';
import type { ItemData, Judged, Subject } from './testItems';

type CasesByGroup = ReadonlyMap<string, readonly CaseSummary[]>;

/**
 * The groups and the cases below a subject. VS Code takes its time for each test, so that the groups
 * stand at once, and their cases follow: those of a group that is opened first.
 */
export class CaseItems {
  /** How often an item was filled in, so that an older filling gives way to a newer one. */
  private readonly turns = new WeakMap<vscode.TestItem, number>();
  /** The cases of a listing by their group, for as long as the listing is kept. */
  private readonly grouped = new WeakMap<readonly CaseSummary[], CasesByGroup>();
  /** One subject after the other, so that all of them together leave others their turn. */
  private filling: Promise<void> = Promise.resolve();

  constructor(
    private readonly controller: vscode.TestController,
    private readonly data: WeakMap<vscode.TestItem, ItemData>,
  ) {}

  /** Makes the groups below a subject those of its cases; what lies in them follows by itself. */
  placeGroups(parent: vscode.TestItem, data: Judged, cases: readonly CaseSummary[]): void {
    const isNewest = this.takeTurn(parent);
    const groups = this.byGroup(cases);
    removeOthers(parent.children, groups);
    const items = [...groups.keys()].map((name) => this.groupItem(parent, data, name));
    this.filling = this.filling.then(async () => {
      try {
        for (const group of items) {
          if (!isNewest()) {
            return;
          }
          await this.placeCases(group, data, cases);
        }
      } catch (error) {
        parent.error = errorText(error);
      }
    });
  }

  /**
   * Makes the cases in a group those of a listing. What stays is left alone, since each item that is
   * set costs a message; and between slices others have their turn.
   */
  async placeCases(
    group: vscode.TestItem,
    data: Judged,
    cases: readonly CaseSummary[],
  ): Promise<void> {
    const isNewest = this.takeTurn(group);
    const members = this.byGroup(cases).get(group.id) ?? [];
    removeOthers(group.children, new Map(members.map((summary) => [summary.name, summary])));
    const isNew = group.children.size === 0;
    const items: vscode.TestItem[] = [];
    const place = (summary: CaseSummary) => {
      const item = this.caseItem(group, data, summary);
      items.push(item);
      if (!isNew && group.children.get(item.id) !== item) {
        group.children.add(item);
      }
    };
    if ((await inSlices(members, place, isNewest)) && isNew) {
      // At once, which costs one message; and before the next group others have their turn.
      group.children.replace(items);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private byGroup(cases: readonly CaseSummary[]): CasesByGroup {
    let groups = this.grouped.get(cases);
    if (groups === undefined) {
      groups = groupBy(cases);
      this.grouped.set(cases, groups);
    }
    return groups;
  }

  /** @returns whether no later filling of the item has begun. */
  private takeTurn(item: vscode.TestItem): () => boolean {
    const turn = (this.turns.get(item) ?? 0) + 1;
    this.turns.set(item, turn);
    return () => this.turns.get(item) === turn;
  }

  private groupItem(
    parent: vscode.TestItem,
    { target, subject }: Judged,
    name: string,
  ): vscode.TestItem {
    let group = parent.children.get(name);
    if (group === undefined) {
      group = this.controller.createTestItem(name, name, groupUri(target, name));
      group.canResolveChildren = true;
      group.tags = [tagOf(subject)];
      // What an agent is shown stands first, as in the Tasks tree.
      group.sortText = `${name.startsWith('visible') ? 0 : 1} ${name}`;
      parent.children.add(group);
    }
    this.data.set(group, { kind: 'group', target, subject });
    return group;
  }

  private caseItem(
    group: vscode.TestItem,
    { target, subject }: Judged,
    summary: CaseSummary,
  ): vscode.TestItem {
    const known = group.children.get(summary.name);
    // An item can't be given another file.
    const item =
      known !== undefined && this.isOf(known, target, summary)
        ? known
        : this.createCase(target, subject, summary);
    const description = summary.args.join(' ');
    if (item.description !== description) {
      item.description = description;
    }
    this.data.set(item, { kind: 'case', target, subject, summary });
    return item;
  }

  /** Whether an item opens the file or the row in which a case lies. */
  private isOf(
    item: vscode.TestItem,
    target: TargetInfo,
    { name, location }: CaseSummary,
  ): boolean {
    const data = this.data.get(item);
    return (
      data?.kind === 'case' &&
      data.summary.name === name &&
      data.summary.location.path === location.path &&
      data.target.path === target.path &&
      data.target.name === target.name
    );
  }

  private createCase(target: TargetInfo, subject: Subject, summary: CaseSummary): vscode.TestItem {
    const { name } = summary;
    const { rest } = splitName(name);
    const item = this.controller.createTestItem(name, rest, caseUri(target, summary));
    item.range = new vscode.Range(0, 0, 0, 0);
    item.tags = [tagOf(subject)];
    return item;
  }
}

function groupBy(cases: readonly CaseSummary[]): CasesByGroup {
  const groups = new Map<string, CaseSummary[]>();
  for (const summary of cases) {
    const name = testGroup(summary);
    const members = groups.get(name) ?? [];
    members.push(summary);
    groups.set(name, members);
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

/** The folder of a group: VS Code looks for a file's tests below the items whose folder holds it. */
function groupUri(target: TargetInfo, name: string): vscode.Uri {
  if (target.store.kind === 'gold') {
    return folderUri(target);
  }
  const [split = '', ...folder] = name.split('/');
  // Ablated cases lie among the visible ones.
  const place = split === 'hidden' ? split : 'visible';
  return vscode.Uri.file(path.join(target.store.path, place, ...folder));
}

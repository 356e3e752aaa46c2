import type { CaseSummary, UnreadableCase } from '../../core/cases/caseStore';
import type { CaseResult } from '../../core/scoring/score';
import { hiddenGoal } from '../../core/audit/checks/hiddenShare';
import { splitName } from '../model/caseGroups';
import type { CaseGroup } from '../model/caseGroups';
import { problemText } from '../model/problemText';
import type { TargetInfo } from '../model/targetInfo';
import { resultText, verdictIcons } from '../model/verdictText';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { countText, escapeMarkdown } from './text';
import type { TreeNode } from './treeNode';
import type { CaseSubject, GroupSubject, FileSubject, TargetView } from './taskViews';

const groupNames: Readonly<Record<CaseGroup, string>> = {
  visible: 'visible',
  hidden: 'hidden',
  ablated: 'ablated',
  unpaired: 'unpaired',
  flaky: 'flaky',
};

const groupIcons: Readonly<Record<CaseGroup, string>> = {
  visible: 'eye',
  hidden: 'eye-closed',
  ablated: 'circle-slash',
  unpaired: 'debug-disconnect',
  flaky: 'pulse',
};

const groupTooltips: Readonly<Record<CaseGroup, string>> = {
  visible: 'Cases that an agent is shown.',
  hidden: 'Cases that an agent never sees.',
  ablated: 'Visible cases that this task withholds.',
  unpaired: 'Hidden cases that mirror no visible one: nothing tells an agent of what they ask.',
  flaky: 'Cases whose reference did not always give the same answer.',
};

/** One group of a target's cases: its folders, and the cases that are in none. */
export function groupNode(
  view: TargetView,
  group: CaseGroup,
  cases: readonly CaseSummary[],
): TreeNode {
  return {
    id: `group:${view.info.key}:${group}`,
    label: groupNames[group],
    description: groupText(view, group, cases.length),
    spoken: countText(cases.length, 'case'),
    tooltip: groupTooltips[group],
    icon: { id: groupIcons[group] },
    context: itemContexts.group,
    subject: groupSubject(view.info, group, cases),
    ...(cases.length > 0 && {
      expand: 'collapsed' as const,
      children: async () => caseNodes(view, group, cases, await view.lastVerdicts()),
    }),
  };
}

function groupSubject(
  target: TargetInfo,
  group: CaseGroup,
  cases: readonly CaseSummary[],
  folder?: string,
): GroupSubject {
  const names = cases.map(({ name }) => name);
  return { kind: 'group', target, group, names, ...(folder !== undefined && { folder }) };
}

/** The count; of the hidden cases also their share beside the goal. */
function groupText({ counts }: TargetView, group: CaseGroup, count: number): string {
  if (group !== 'hidden' || counts === undefined || counts.total === 0) {
    return String(count);
  }
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `${count} · ${percent(count / counts.total)} · goal ${percent(hiddenGoal)}`;
}

function caseNodes(
  view: TargetView,
  group: CaseGroup,
  cases: readonly CaseSummary[],
  verdicts: ReadonlyMap<string, CaseResult>,
): TreeNode[] {
  const folders = new Map<string, CaseSummary[]>();
  const loose: CaseSummary[] = [];
  for (const summary of cases) {
    const folder = splitName(summary.name).group;
    if (folder === undefined) {
      loose.push(summary);
    } else {
      folders.set(folder, [...(folders.get(folder) ?? []), summary]);
    }
  }
  const node = (summary: CaseSummary) => caseNode(view.info, group, summary, verdicts);
  return [
    ...[...folders].map(([folder, members]): TreeNode => ({
      id: `folder:${view.info.key}:${group}:${folder}`,
      label: folder,
      description: folderText(members, verdicts),
      icon: { id: 'folder' },
      context: itemContexts.folder,
      subject: groupSubject(view.info, group, members, folder),
      expand: 'collapsed',
      children: () => members.map(node),
    })),
    ...loose.map(node),
  ];
}

function folderText(
  members: readonly CaseSummary[],
  verdicts: ReadonlyMap<string, CaseResult>,
): string {
  const judged = members.flatMap(({ name }) => verdicts.get(name) ?? []);
  const passed = judged.filter(({ verdict }) => verdict === 'pass').length;
  return judged.length === 0 ? String(members.length) : `${passed} of ${judged.length}`;
}

function caseNode(
  target: TargetInfo,
  group: CaseGroup,
  { name, args, labels, duals, hasGold }: CaseSummary,
  verdicts: ReadonlyMap<string, CaseResult>,
): TreeNode {
  const result = verdicts.get(name);
  const subject: CaseSubject = { kind: 'case', target, name };
  const failed = result !== undefined && result.verdict !== 'pass' && result.actual !== undefined;
  const description = !hasGold
    ? 'no gold'
    : result === undefined || result.verdict === 'pass'
      ? undefined
      : resultText(result);
  const tooltip = [
    `**${escapeMarkdown(name)}**`,
    '`' + [target.name, ...args].join(' ').replaceAll('`', 'ˋ') + '`',
    labels.length > 0 ? `Labels: ${escapeMarkdown(labels.join(', '))}` : '',
    duals.length > 0 ? `Mirrors: ${escapeMarkdown(duals.join(', '))}` : '',
    result === undefined ? '' : `Last score: ${escapeMarkdown(resultText(result))}.`,
  ];
  return {
    id: `case:${target.key}:${group}:${name}`,
    label: splitName(name).rest,
    ...(description !== undefined && { description }),
    // What the icon says.
    spoken: description ?? (result === undefined ? 'not judged yet' : resultText(result)),
    tooltip: tooltip.filter((line) => line !== '').join('\n\n'),
    icon: result === undefined ? { id: 'circle-outline' } : verdictIcons[result.verdict],
    context: failed ? itemContexts.failedCase : itemContexts.case,
    subject,
    command: { id: commands.openCase, title: 'Open Case', args: [subject] },
  };
}

/** A case that can't be read, with the reason. */
export function unreadableNode(target: TargetInfo, unreadable: UnreadableCase): TreeNode {
  const { name, problem, location } = unreadable;
  const subject: FileSubject = {
    kind: 'file',
    path: location.path,
    ...(location.line !== undefined && { line: location.line }),
  };
  return {
    id: `unreadable:${target.key}:${location.path}:${location.row ?? 0}`,
    label: name,
    description: problemText(unreadable),
    tooltip: escapeMarkdown(problem),
    icon: { id: 'error', color: 'list.errorForeground' },
    command: { id: 'vscode.open', title: 'Open', args: [subject] },
  };
}

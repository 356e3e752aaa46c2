import type { CaseListing, CaseSummary, UnreadableCase } from '../../core/cases/caseStore';
import type { CaseResult, Verdict } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import { hiddenGoal } from '../../core/audit/checks/hiddenShare';
import { auditNode } from '../audit/auditNodes';
import type { AuditState } from '../audit/audits';
import { casesOf, splitName } from '../model/caseGroups';
import type { CaseGroup } from '../model/caseGroups';
import { languageTitles } from '../../core/targets/languageDefaults';
import { problemText } from '../model/problemText';
import type { BrokenTarget, CaseCounts, TargetInfo } from '../model/targetInfo';
import { resultText, tallyIcon, tallyText, verdictIcons } from '../model/verdictText';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { countText, escapeMarkdown } from './text';
import type { TreeNode } from './treeNode';

/** What commands on a case's row are about. */
export interface CaseSubject {
  readonly kind: 'case';
  readonly target: TargetInfo;
  readonly name: string;
}

/** What commands and drops on a group's row are about: a split of a target, or a folder in it. */
export interface GroupSubject {
  readonly kind: 'group';
  readonly target: TargetInfo;
  readonly group: CaseGroup;
  readonly folder?: string;
  readonly names: readonly string[];
}

/** A file that a row opens, at a line from 1. */
export interface FileSubject {
  readonly kind: 'file';
  readonly path: string;
  readonly line?: number;
}

/** What commands on a target's row are about. */
export interface TargetSubject {
  readonly kind: 'target';
  readonly target: TargetInfo;
}

/** How the newest verdicts of a target's cases stand in one language. */
export interface LanguageTally {
  /** The newest score, which may have run a part of the cases only. */
  readonly score: StoredScore;
  readonly counts?: Readonly<Record<Verdict, number>>;
}

/** What the Tasks tree knows of one target. */
export interface TargetView {
  readonly info: TargetInfo;
  /** Absent until the cases were listed for the first time. */
  readonly counts?: CaseCounts;
  /** How each language stands, the one scored last first. */
  readonly tallies: readonly LanguageTally[];
  readonly listing: () => Promise<CaseListing>;
  /** The verdicts of the newest score, by case. */
  readonly lastVerdicts: () => Promise<ReadonlyMap<string, CaseResult>>;
  /** How its audit stands; asking for it has it made. */
  readonly audit?: () => AuditState | undefined;
}

export interface TaskTreeInput {
  readonly targets: readonly TargetView[];
  readonly broken: readonly BrokenTarget[];
  readonly groupBy: 'tier' | 'domain';
}

const tierNames: Readonly<Record<string, string>> = {
  S: 'Tier S (small)',
  M: 'Tier M (medium)',
  L: 'Tier L (large)',
};
const tierOrder = ['S', 'M', 'L'];

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

/** The Tasks tree: tier or domain ▸ target ▸ scores and groups ▸ cases. */
export function taskNodes({ targets, broken, groupBy }: TaskTreeInput): TreeNode[] {
  const groups = new Map<string, TargetView[]>();
  for (const view of targets) {
    const key = (groupBy === 'tier' ? view.info.tier : view.info.domain) ?? '';
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  const keys = [...groups.keys()].sort(
    groupBy === 'tier' ? (a, b) => rank(a) - rank(b) : (a, b) => sortLast(a, b),
  );
  const nodes: TreeNode[] = broken.map(brokenNode);
  if (keys.length === 1 && keys[0] === '') {
    return [...nodes, ...targets.map(targetNode)];
  }
  return [
    ...nodes,
    ...keys.map((key) => {
      const members = groups.get(key) ?? [];
      return {
        id: `${groupBy}:${key}`,
        label: key === '' ? `No ${groupBy}` : groupBy === 'tier' ? (tierNames[key] ?? key) : key,
        description: countText(members.length, 'target'),
        expand: 'expanded' as const,
        children: () => members.map(targetNode),
      };
    }),
  ];
}

function rank(tier: string): number {
  const index = tierOrder.indexOf(tier);
  return index < 0 ? tierOrder.length : index;
}

function sortLast(a: string, b: string): number {
  return a === '' ? 1 : b === '' ? -1 : a.localeCompare(b);
}

function brokenNode({ path, name, problem }: BrokenTarget): TreeNode {
  return {
    id: `broken:${path}`,
    label: name,
    description: problemText({ problem, location: { path } }),
    tooltip: escapeMarkdown(problem),
    icon: { id: 'error', color: 'list.errorForeground' },
    context: itemContexts.brokenTarget,
    subject: { kind: 'broken', path },
    command: {
      id: commands.openManifest,
      title: 'Open Manifest',
      args: [{ kind: 'broken', path }],
    },
  };
}

function targetNode(view: TargetView): TreeNode {
  const { info, counts, tallies } = view;
  const tally = tallies[0]?.counts;
  const parts = [
    tally === undefined ? undefined : tallyText(tally),
    counts === undefined ? undefined : countText(counts.total, 'case'),
  ];
  return {
    id: `target:${info.key}`,
    label: info.name,
    description: parts.filter((part) => part !== undefined).join(' · '),
    tooltip: targetTooltip(view),
    icon: tally === undefined ? { id: 'package' } : tallyIcon(tally),
    context: itemContexts.target,
    subject: { kind: 'target', target: info } satisfies TargetSubject,
    expand: 'collapsed',
    children: () => targetChildren(view),
  };
}

function targetTooltip({ info, counts }: TargetView): string {
  const title = info.title === info.name ? '' : `: ${escapeMarkdown(info.title)}`;
  const lines = [
    `**${escapeMarkdown(info.name)}**${title}`,
    [info.tier && `tier ${info.tier}`, info.domain].filter(Boolean).map(String).join(', '),
    counts === undefined
      ? ''
      : `${counts.visible} visible, ${counts.hidden} hidden, ${counts.ablated} ablated`,
    info.hasReference ? '' : 'No reference on this machine: its cases can be scored, not recorded.',
    escapeMarkdown(info.path),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

async function targetChildren(view: TargetView): Promise<TreeNode[]> {
  const { info, tallies, listing } = view;
  const { key } = info;
  const scores = tallies.map(({ score, counts }): TreeNode => {
    const { language, state } = score.header;
    return {
      id: `score:${key}:${language}`,
      label: languageTitles[language],
      description: counts === undefined ? state : tallyText(counts),
      tooltip: `Candidate: ${escapeMarkdown(score.header.candidate)}`,
      icon: counts === undefined ? verdictIcons.skipped : tallyIcon(counts),
      context: itemContexts.language,
      subject: { kind: 'score', score },
    };
  });
  const listed = await listing();
  const groups = (['visible', 'hidden', 'ablated', 'unpaired', 'flaky'] as const).flatMap(
    (group): TreeNode[] => {
      const cases = casesOf(listed, group);
      return cases.length === 0 && group !== 'visible' && group !== 'hidden'
        ? []
        : [groupNode(view, group, cases)];
    },
  );
  return [
    ...scores,
    ...(view.audit === undefined ? [] : [auditNode(info, view.audit())]),
    ...groups,
    ...listed.unreadable.map((unreadable) => unreadableNode(info, unreadable)),
  ];
}

function groupNode(view: TargetView, group: CaseGroup, cases: readonly CaseSummary[]): TreeNode {
  return {
    id: `group:${view.info.key}:${group}`,
    label: groupNames[group],
    description: groupText(view, group, cases.length),
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
    tooltip: tooltip.filter((line) => line !== '').join('\n\n'),
    icon: result === undefined ? { id: 'circle-outline' } : verdictIcons[result.verdict],
    context: failed ? itemContexts.failedCase : itemContexts.case,
    subject,
    command: { id: commands.openCase, title: 'Open Case', args: [subject] },
  };
}

function unreadableNode(target: TargetInfo, unreadable: UnreadableCase): TreeNode {
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

import { auditNode } from '../audit/auditNodes';
import { casesOf } from '../model/caseGroups';
import { languageTitles } from '../../core/targets/languageDefaults';
import { placedProblems } from '../model/placedProblems';
import { problemText } from '../model/problemText';
import { titleBeside } from '../model/targetInfo';
import type { BrokenTarget } from '../model/targetInfo';
import { buildFailedText, failureIcon, isBuildFailure } from '../model/scoreText';
import { tallyIcon, tallyText, verdictIcons } from '../model/verdictText';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { countText, escapeMarkdown } from './text';
import type { NodeIcon, TreeNode } from './treeNode';
import { groupNode, unreadableNode } from './caseGroupNodes';
import type { LanguageTally, TargetSubject, TargetView } from './taskViews';

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

function brokenNode(target: BrokenTarget): TreeNode {
  const { path, name, problem } = target;
  const [first] = placedProblems(target);
  const subject = { kind: 'broken' as const, path, ...(first !== undefined && { at: first }) };
  return {
    id: `broken:${path}`,
    label: name,
    description: problemText({ problem, location: { path } }),
    tooltip: escapeMarkdown(problem),
    icon: { id: 'error', color: 'list.errorForeground' },
    context: itemContexts.brokenTarget,
    subject,
    command: {
      id: commands.openManifest,
      title: 'Open Manifest',
      args: [subject],
    },
  };
}

function targetNode(view: TargetView): TreeNode {
  const { info, counts, tallies } = view;
  const [newest] = tallies;
  const parts = [
    newest?.counts === undefined ? undefined : languageText(newest),
    // Said once where all of them were judged.
    counts === undefined || isJudged(newest, counts.total)
      ? undefined
      : countText(counts.total, 'case'),
  ];
  return {
    id: `target:${info.key}`,
    label: info.name,
    description: parts.filter((part) => part !== undefined).join(' · '),
    tooltip: targetTooltip(view),
    icon: newest?.counts === undefined ? { id: 'package' } : languageIcon(newest, counts?.total),
    context: itemContexts.target,
    subject: { kind: 'target', target: info } satisfies TargetSubject,
    expand: 'collapsed',
    children: () => targetChildren(view),
  };
}

function languageText({ score, counts }: LanguageTally): string {
  if (isBuildFailure(score)) {
    return buildFailedText;
  }
  return counts === undefined ? score.header.state : tallyText(counts);
}

/** Passing is only said of all cases: until they were judged it is open. */
function languageIcon(tally: LanguageTally, total: number | undefined): NodeIcon {
  const { score, counts } = tally;
  if (isBuildFailure(score)) {
    return failureIcon;
  }
  const icon = counts === undefined ? verdictIcons.skipped : tallyIcon(counts);
  return icon === verdictIcons.pass && total !== undefined && !isJudged(tally, total)
    ? { id: 'testing-unset-icon' }
    : icon;
}

function isJudged(tally: LanguageTally | undefined, total: number): boolean {
  const { counts } = tally ?? {};
  return counts !== undefined && counts.pass + counts.fail + counts.timeout + counts.crash >= total;
}

function targetTooltip({ info, counts }: TargetView): string {
  const title = titleBeside(info);
  const lines = [
    `**${escapeMarkdown(info.name)}**${title === undefined ? '' : `: ${escapeMarkdown(title)}`}`,
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
  const { info, tallies, listing, counts } = view;
  const { key } = info;
  const scores = tallies.map((tally): TreeNode => {
    const { score } = tally;
    const { language } = score.header;
    return {
      id: `score:${key}:${language}`,
      label: languageTitles[language],
      description: languageText(tally),
      tooltip: `Candidate: ${escapeMarkdown(score.header.candidate)}`,
      icon: languageIcon(tally, counts?.total),
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

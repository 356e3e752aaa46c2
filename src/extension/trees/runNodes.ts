import type { StoredRun } from '../../core/agents/run/runFolder';
import type { Language } from '../../core/targets/target';
import type { ListedScore } from '../engine/api';
import { languageTitles } from '../../core/targets/languageDefaults';
import { rateText, tallyIcon, tallyText, verdictIcons } from '../model/verdictText';
import { itemContexts } from '../tables/views';
import { agentRunNode, runIcon } from './agentRunNode';
import { countText, escapeMarkdown, momentText } from './text';
import type { NodeIcon, TreeNode } from './treeNode';

/** What commands on a score's row are about. */
export interface ScoreSubject {
  readonly kind: 'score';
  readonly score: ListedScore;
}

/** The Runs tree: target and language ▸ runs of agents and scores, each newest first. */
export function runNodes(
  scores: readonly ListedScore[],
  runs: readonly StoredRun[],
  now: Date,
): TreeNode[] {
  const tasks = new Map<string, TaskMembers>();
  const membersOf = (target: string, language: Language): TaskMembers => {
    const key = `${target}_${language}`;
    const members = tasks.get(key) ?? { target, language, scores: [], runs: [] };
    tasks.set(key, members);
    return members;
  };
  for (const score of scores) {
    // That of a run stands in the run's own row.
    if (score.ofRun !== true) {
      membersOf(score.header.target, score.header.language).scores.push(score);
    }
  }
  runs.forEach((run) =>
    membersOf(run.state.settings.target, run.state.settings.language).runs.push(run),
  );
  return [...tasks]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, members]) => taskNode(key, members, now));
}

interface TaskMembers {
  readonly target: string;
  readonly language: Language;
  readonly scores: ListedScore[];
  readonly runs: StoredRun[];
}

function taskNode(
  key: string,
  { target, language, scores, runs }: TaskMembers,
  now: Date,
): TreeNode {
  const [score] = scores;
  const [run] = runs;
  const icon = run === undefined ? score && scoreIcon(score) : runIcon(run);
  const counts = [
    ...(runs.length === 0 ? [] : [countText(runs.length, 'run')]),
    ...(scores.length === 0 ? [] : [countText(scores.length, 'score')]),
  ];
  return {
    id: `task:${key}`,
    label: `${target} in ${languageTitles[language]}`,
    description: counts.join(' · '),
    ...(icon !== undefined && { icon }),
    expand: 'expanded',
    children: () => [
      ...runs.map((one) => agentRunNode(one, now)),
      ...scores.map((one) => scoreNode(one, now)),
    ],
  };
}

function scoreNode(score: ListedScore, now: Date): TreeNode {
  const { dir, header } = score;
  const started = new Date(header.started);
  return {
    id: `score:${dir}`,
    label: momentText(started, now),
    description: scoreText(score),
    tooltip: scoreTooltip(score),
    icon: scoreIcon(score),
    context: isResumable(score) ? itemContexts.resumableScore : itemContexts.score,
    subject: { kind: 'score', score } satisfies ScoreSubject,
  };
}

/** How a score stands: its rate, or why there is none. */
export function scoreText({ header, interrupted }: ListedScore): string {
  const { state, counts, score, build, total, error } = header;
  if (build?.ok === false) {
    return 'build failed';
  }
  const tally = counts === undefined ? undefined : tallyText(counts);
  const rate = score?.['all'];
  const judged =
    counts === undefined ? 0 : counts.pass + counts.fail + counts.timeout + counts.crash;
  const soFar = `after ${judged} of ${countText(total, 'case')}`;
  switch (state) {
    case 'running':
      return interrupted === true ? `interrupted ${soFar}` : `running, ${countText(total, 'case')}`;
    case 'cancelled':
      return `cancelled ${soFar}`;
    case 'failed':
      return `not scored: ${error ?? 'the harness failed'}`;
    case 'done':
      return [rate === undefined ? 'not scored' : rateText(rate), tally]
        .filter((part) => part !== undefined)
        .join(' · ');
  }
}

/** Whether a score ended early and its cases can be chosen again as they were. */
export function isResumable({ header, interrupted }: ListedScore): boolean {
  const ended = interrupted === true || header.state === 'cancelled' || header.state === 'failed';
  return ended && header.build?.ok !== false && header.cases === 'all';
}

function scoreIcon({ header: { state, counts, build }, interrupted }: ListedScore): NodeIcon {
  if (build?.ok === false || state === 'failed') {
    return { id: 'error', color: 'list.errorForeground' };
  }
  if (state === 'running' && interrupted !== true) {
    return { id: 'sync' };
  }
  if (interrupted === true || state === 'cancelled') {
    return { id: 'debug-pause' };
  }
  return counts === undefined ? verdictIcons.skipped : tallyIcon(counts);
}

function scoreTooltip(score: ListedScore): string {
  const { candidate, engine, profile, cases, score: rates } = score.header;
  const rows = Object.entries(rates ?? {}).map(
    ([name, rate]) => `| ${escapeMarkdown(name)} | ${rateText(rate)} |`,
  );
  return [
    `Candidate: ${escapeMarkdown(candidate)}`,
    `Engine ${engine}, profile \`${profile}\`, cases \`${cases}\``,
    rows.length === 0 ? '' : ['| group | passes |', '|---|---|', ...rows].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

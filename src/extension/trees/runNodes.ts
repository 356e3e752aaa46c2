import type { StoredRun } from '../../core/agents/run/runFolder';
import type { Language } from '../../core/targets/target';
import type { ListedScore } from '../engine/callTypes';
import { languageTitles } from '../../core/targets/languageDefaults';
import { isBuildFailure, scoreIcon, scoreText } from '../model/scoreText';
import { rateText } from '../model/verdictText';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { agentRunNode, runIcon } from './agentRunNode';
import { judgedNodes } from './judgedNodes';
import type { JudgedCase } from './judgedNodes';
import { countText, escapeMarkdown, momentText } from './text';
import type { TreeNode } from './treeNode';

/** What commands on a score's row are about. */
export interface ScoreSubject {
  readonly kind: 'score';
  readonly score: ListedScore;
}

export interface RunTreeInput {
  readonly scores: readonly ListedScore[];
  readonly runs: readonly StoredRun[];
  readonly now: Date;
  /** The cases of a score that do not pass. */
  readonly failing: (score: ListedScore) => Promise<readonly JudgedCase[]>;
}

/** The Runs tree: target and language ▸ runs of agents and scores, each newest first ▸ what fails. */
export function runNodes(input: RunTreeInput): TreeNode[] {
  const tasks = new Map<string, TaskMembers>();
  const membersOf = (target: string, language: Language): TaskMembers => {
    const key = `${target}_${language}`;
    const members = tasks.get(key) ?? { target, language, scores: [], runs: [] };
    tasks.set(key, members);
    return members;
  };
  for (const score of input.scores) {
    // That of a run stands in the run's own row.
    if (score.ofRun !== true) {
      membersOf(score.header.target, score.header.language).scores.push(score);
    }
  }
  input.runs.forEach((run) =>
    membersOf(run.state.settings.target, run.state.settings.language).runs.push(run),
  );
  return [...tasks]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, members]) => taskNode(key, members, input));
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
  input: RunTreeInput,
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
      ...runs.map((one) => agentRunNode(one, input.now)),
      ...scores.map((one) => scoreNode(one, input)),
    ],
  };
}

function scoreNode(score: ListedScore, { now, failing }: RunTreeInput): TreeNode {
  const { dir, header } = score;
  const started = new Date(header.started);
  const subject: ScoreSubject = { kind: 'score', score };
  return {
    id: `score:${dir}`,
    label: momentText(started, now),
    description: scoreText(score),
    tooltip: scoreTooltip(score),
    icon: scoreIcon(score),
    context: isResumable(score) ? itemContexts.resumableScore : itemContexts.score,
    subject,
    ...(isBuildFailure(score)
      ? { command: { id: commands.openBuildLog, title: 'Open Build Log', args: [subject] } }
      : hasFailing(score) && {
          expand: 'collapsed' as const,
          children: async () => judgedNodes(dir, await failing(score)),
        }),
  };
}

/** Whether cases of a score did not pass, which its row then lists. */
function hasFailing({ header: { counts, state } }: ListedScore): boolean {
  return (
    state !== 'running' &&
    counts !== undefined &&
    counts.fail + counts.timeout + counts.crash + counts.infra > 0
  );
}

/** Whether a score ended early and its cases can be chosen again as they were. */
export function isResumable({ header, interrupted }: ListedScore): boolean {
  const ended = interrupted === true || header.state === 'cancelled' || header.state === 'failed';
  return ended && header.build?.ok !== false && header.cases === 'all';
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

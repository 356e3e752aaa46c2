import type { StoredRun } from '../../core/agents/run/runFolder';
import type { RunState } from '../../core/agents/run/runState';
import { durationText, isInterrupted, runText, shortCount } from '../model/runText';
import { rateText, verdictIcons } from '../model/verdictText';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { escapeMarkdown, momentText } from './text';
import type { NodeIcon, TreeNode } from './treeNode';

/** What commands on a run's row are about. */
export interface RunSubject {
  readonly kind: 'run';
  readonly run: StoredRun;
}

/** One run of an agent: its model, how it stands, and its transcript on a click. */
export function agentRunNode(run: StoredRun, now: Date): TreeNode {
  const { dir, state } = run;
  const { repetition } = state.settings;
  const worker = workerText(state);
  const subject: RunSubject = { kind: 'run', run };
  return {
    id: `run:${dir}`,
    label: repetition > 1 ? `${worker} #${repetition}` : worker,
    // What changes stands first: a narrow tree cuts the rest off.
    description: `${runText(run)} · ${momentText(new Date(state.started), now)}`,
    tooltip: tooltip(state),
    icon: runIcon(run),
    context: contextOf(run),
    subject,
    command: { id: commands.openRun, title: 'Open in Replay', args: [subject] },
  };
}

/** Who works on a run: its model, and the agent where it is a program. */
function workerText({ settings: { agent, model } }: RunState): string {
  return agent === undefined ? model : `${agent.name} · ${model}`;
}

/** The icon that stands for a run. */
export function runIcon(run: StoredRun): NodeIcon {
  const { state, isLive } = run;
  if (isLive) {
    return { id: state.status === 'scoring' ? 'beaker' : 'sync' };
  }
  if (isInterrupted(run)) {
    return { id: 'debug-disconnect', color: 'list.warningForeground' };
  }
  if (state.status !== 'done') {
    return { id: 'debug-pause' };
  }
  return state.solved === true ? verdictIcons.pass : verdictIcons.fail;
}

function contextOf({ state, isLive }: StoredRun): string {
  if (isLive) {
    return itemContexts.liveRun;
  }
  return state.status === 'done' && state.end?.kind !== 'limit'
    ? itemContexts.doneRun
    : itemContexts.pausedRun;
}

function tooltip(state: RunState): string {
  const { settings, budget, spent, score, end, reason, attempts, warnings = [] } = state;
  const limited = (used: string, limit: string | undefined) =>
    limit === undefined ? used : `${used} of ${limit}`;
  const lines = [
    `${escapeMarkdown(settings.model)} on ${escapeMarkdown(settings.target)}, engine ${settings.engine}`,
    `Tokens: ${limited(shortCount(spent.tokens), optional(budget.tokens, shortCount))}`,
    `Time: ${limited(durationText(spent.wallSeconds), optional(budget.wallSeconds, durationText))}`,
    ...(spent.costUsd === undefined
      ? []
      : [`Cost: ${limited(dollars(spent.costUsd), optional(budget.costUsd, dollars))}`]),
    `Attempts kept: ${attempts}`,
    ...(end?.kind === 'limit' ? [escapeMarkdown(end.message)] : []),
    ...(reason === undefined ? [] : [escapeMarkdown(reason)]),
    ...warnings.map((warning) => `Warning: ${escapeMarkdown(warning)}`),
  ];
  const rates = Object.entries(score ?? {}).map(
    ([name, rate]) => `| ${escapeMarkdown(name)} | ${rateText(rate)} |`,
  );
  const table = rates.length === 0 ? [] : ['| group | passes |\n|---|---|\n' + rates.join('\n')];
  return [...lines, ...table].join('\n\n');
}

function optional<T>(value: T | undefined, text: (value: T) => string): string | undefined {
  return value === undefined ? undefined : text(value);
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

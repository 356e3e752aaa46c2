import type { StoredRun } from '../../core/agents/run/runFolder';
import type { RunState } from '../../core/agents/run/runState';
import { wasPaused } from '../../core/agents/pauseReason';
import { rateText } from './verdictText';

/** How a run stands, for people: its state, its pass rate, what it has spent and what is left. */
export function runText({ state, isLive }: StoredRun): string {
  return [stateText(state, isLive), rateOf(state), ...spentText(state), timeLeft(state, isLive)]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** Whether a run says that it is at work, and no process is. */
export function isInterrupted({ state, isLive }: StoredRun): boolean {
  return !isLive && (state.status === 'running' || state.status === 'scoring');
}

function stateText(state: RunState, isLive: boolean): string | undefined {
  const { status, steps, reason, solved, end } = state;
  if (!isLive && (status === 'running' || status === 'scoring')) {
    return `interrupted after step ${steps}`;
  }
  switch (status) {
    case 'running':
      return steps === 0 ? 'starting' : `step ${steps}`;
    case 'scoring':
      return 'scoring';
    case 'paused':
      return end === undefined
        ? `paused after step ${steps}${reason === undefined || reason === wasPaused ? '' : `: ${reason}`}`
        : 'to be scored';
    case 'done':
      return solved === true ? 'solved' : undefined;
  }
}

function rateOf({ score, visible }: RunState): string | undefined {
  const all = score?.['all'];
  if (all !== undefined) {
    return rateText(all);
  }
  return visible === undefined || visible.total === 0
    ? undefined
    : `${rateText(visible.passed / visible.total)} of visible`;
}

function spentText({ spent }: RunState): string[] {
  return [
    `${shortCount(spent.tokens)} tokens`,
    ...(spent.costUsd === undefined ? [] : [`$${spent.costUsd.toFixed(2)}`]),
  ];
}

function timeLeft({ budget, spent }: RunState, isLive: boolean): string | undefined {
  return !isLive || budget.wallSeconds === undefined
    ? undefined
    : `${durationText(Math.max(0, budget.wallSeconds - spent.wallSeconds))} left`;
}

/** `950`, `12.3 k`, `4.1 M`, `2 G`. */
export function shortCount(count: number): string {
  const units = ['', 'k', 'M', 'G'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? String(count) : `${Number(value.toPrecision(3))} ${units[unit] ?? ''}`;
}

/** The two largest units of a time in seconds: `6 d 23 h`, `4 min 5 s`. */
export function durationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  let rest = Math.round(seconds);
  const parts = units.flatMap(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}

import type { StoredScore } from '../../core/scoring/scoreFiles';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { ListedScore } from '../engine/callTypes';
import type { NodeIcon } from '../trees/treeNode';
import { countText } from '../trees/text';
import { rateText, tallyIcon, tallyText, verdictIcons } from './verdictText';

/** What a score says whose candidate could not be built. */
export const buildFailedText = 'build failed';

/** Whether no case was judged since the candidate could not be built. */
export function isBuildFailure({ header }: StoredScore): boolean {
  return header.build?.ok === false;
}

/** The icon of what could not be judged at all. */
export const failureIcon: NodeIcon = { id: 'error', color: 'list.errorForeground' };

/** How a score stands: its rate, or why there is none. */
export function scoreText(listed: ListedScore): string {
  const { header, interrupted } = listed;
  const { state, counts, score, total, error } = header;
  if (isBuildFailure(listed)) {
    return buildFailedText;
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

/** What came of a score, as a sentence: `numfmt in C: 112 of 123 cases pass (91.0 %).` */
export function scoreSentence(score: StoredScore): string {
  const { target, language, state, counts, score: rates } = score.header;
  const rate = rates?.['all'];
  const text = isBuildFailure(score)
    ? 'the build failed'
    : state === 'done' && counts !== undefined && rate !== undefined
      ? `${tallyText(counts).replace(/^\d+ of \d+/u, '$& cases pass')} (${rateText(rate)})`
      : scoreText(score);
  return `${target} in ${languageTitles[language]}: ${text}.`;
}

/** The same for where there is little room: `112 of 123`, `build failed`, `cancelled`. */
export function shortScoreText(listed: ListedScore): string {
  const { state, counts } = listed.header;
  if (isBuildFailure(listed)) {
    return buildFailedText;
  }
  if (state === 'done' && counts !== undefined) {
    return `${tallyText(counts)} pass`;
  }
  return listed.interrupted === true ? 'interrupted' : state;
}

/** The icon that stands for a score. */
export function scoreIcon(listed: ListedScore): NodeIcon {
  const { state, counts } = listed.header;
  if (isBuildFailure(listed) || state === 'failed') {
    return failureIcon;
  }
  if (state === 'running' && listed.interrupted !== true) {
    return { id: 'sync' };
  }
  if (listed.interrupted === true || state === 'cancelled') {
    return { id: 'debug-pause' };
  }
  return counts === undefined ? verdictIcons.skipped : tallyIcon(counts);
}

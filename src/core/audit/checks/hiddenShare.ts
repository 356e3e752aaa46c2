import type { Check } from '../finding';
import { isVisible } from '../../cases/case';

/** Public MirrorCode targets hide 34 % of their cases on average. */
export const hiddenGoal = 1 / 3;
const tolerance = 0.15;
/** Below this many cases a share says nothing. */
const enoughCases = 10;

export const hiddenShare: Check = {
  id: 'hidden-share',
  title: 'Hidden share far from a third',
  why: 'With too few hidden cases a lookup table of the visible ones scores well; with too many the visible ones no longer show what is asked.',
  fix: 'Make duals of visible cases, or move cases between visible and hidden.',
  *run({ cases }) {
    if (cases.length < enoughCases) {
      return;
    }
    const hidden = cases.filter((c) => !isVisible(c.source)).length;
    const share = hidden / cases.length;
    if (Math.abs(share - hiddenGoal) > tolerance) {
      yield {
        severity: hidden === 0 ? 'warning' : 'info',
        cases: [],
        message: `${hidden} of ${cases.length} cases are hidden (${Math.round(share * 100)} %); the goal is about a third`,
      };
    }
  },
};

import type { Tier } from '../../targets/target';
import type { Budget } from '../budget';

/** MirrorCode's budgets by the size of the target: tokens a run, and a week at most. */
export const tierBudgets: Readonly<Record<Tier, Budget>> = {
  S: { tokens: 1e9, wallSeconds: 7 * 24 * 3600 },
  M: { tokens: 1e9, wallSeconds: 7 * 24 * 3600 },
  L: { tokens: 1e10, wallSeconds: 7 * 24 * 3600 },
};

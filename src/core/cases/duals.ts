import type { Case } from './case';

/** The hidden case with a further visible case that it mirrors. */
export function withDual(hidden: Case, visible: string): Case {
  return { ...hidden, duals: [...new Set([...hidden.duals, visible])] };
}

import type { UnreadableCase } from '../caseStore';

/** A case that could not go from one format to another, and why. */
export interface Refused {
  readonly name: string;
  /** A sentence without its full stop. */
  readonly reason: string;
}

/** For `readAll`: what can't be read can't go over either, and is said. */
export function refuseUnreadable(refused: Refused[]): (one: UnreadableCase) => void {
  return ({ name, problem }) => refused.push({ name, reason: problem });
}

export interface Exchanged {
  /** Names of the cases that went over. */
  readonly done: readonly string[];
  readonly refused: readonly Refused[];
}

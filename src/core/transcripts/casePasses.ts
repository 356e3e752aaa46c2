import type { CaseAttempt, CaseHistory } from './normalForm';

/** What became of a case in one attempt, as it is stored. */
export const caseVerdicts = { none: 0, pass: 1, fail: 2 } as const;

/** The last attempt before an event in which a case passed; `undefined` if there is none. */
export function lastPassBefore(
  { attempts, names, verdicts }: CaseHistory,
  name: string,
  ordinal: number,
): CaseAttempt | undefined {
  const row = names.indexOf(name);
  return row < 0
    ? undefined
    : attempts.findLast(
        (attempt, column) =>
          attempt.ordinal < ordinal &&
          verdicts[row * attempts.length + column] === caseVerdicts.pass,
      );
}

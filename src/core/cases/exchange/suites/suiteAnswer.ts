import type { CaseInput, Gold } from '../../case';
import { readContent } from '../../content';

/** What a suite says that a command prints, both streams together, where it says it to the byte. */
export interface SuiteAnswer {
  readonly bytes: Uint8Array;
  readonly returncode: number | 'failed';
}

/**
 * Runs the reference once on a call's input, to see what it leaves to the calls after it.
 * @throws UserError where it gives no answer.
 */
export type Follow = (input: CaseInput) => Promise<Gold>;

/**
 * Whether calls of a program answer, one after the other, as the suite says. Those that print
 * nothing say nothing about what they were given.
 */
export async function confirms(answers: readonly Gold[], expected: SuiteAnswer): Promise<boolean> {
  const printed = await Promise.all(
    answers.map(({ stdout, stderr }) => Promise.all([stdout, stderr].map(readContent))),
  );
  const orders = [printed.flat(), printed.flatMap((streams) => [...streams].reverse())];
  return (
    expected.bytes.length > 0 &&
    endsAs(answers.at(-1)?.returncode, expected.returncode) &&
    orders.some((order) => Buffer.concat(order).equals(expected.bytes))
  );
}

function endsAs(returncode: number | undefined, expected: SuiteAnswer['returncode']): boolean {
  return expected === 'failed' ? returncode !== 0 : returncode === expected;
}

import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../atomicFile';
import { errorCode, errorText, UserError } from '../errors';
import { withFileLock } from '../fileLock';
import type { Target } from '../targets/target';
import { answersFile } from './answersFile';

const reasons = z.record(z.string(), z.string());
const answersFormat = z.strictObject({
  target: reasons.default({}),
  cases: z.record(z.string(), reasons).default({}),
});

/**
 * The author's answers to findings, where no case can hold them: those of the whole target, and
 * those of a gold row, which has no place for a reason.
 */
export type AuditAnswers = z.infer<typeof answersFormat>;

/** @throws UserError when the file is there and is no list of answers. */
export async function readAnswers(target: Target): Promise<AuditAnswers> {
  const file = answersFile(target);
  try {
    return answersFormat.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return { target: {}, cases: {} };
    }
    const why = error instanceof z.ZodError ? z.prettifyError(error) : errorText(error);
    throw new UserError(`Reading the answers in ${file} failed: ${why}.`, {
      action: 'Correct the file, or remove it: {"target":{"CHECK":"reason"},"cases":{…}}.',
    });
  }
}

export interface Answer {
  readonly check: string;
  /** The case that is asked; the whole target when absent. */
  readonly name?: string | undefined;
  readonly reason: string;
}

/** Keeps an answer. @returns the file that holds it. @throws as `readAnswers` does. */
export async function keepAnswer(target: Target, { check, name, reason }: Answer): Promise<string> {
  const file = answersFile(target);
  await withFileLock(`${file}.lock`, async () => {
    const known = await readAnswers(target);
    const added = (to: Readonly<Record<string, string>> = {}) => sorted({ ...to, [check]: reason });
    const answers: AuditAnswers =
      name === undefined
        ? { ...known, target: added(known.target) }
        : { ...known, cases: sorted({ ...known.cases, [name]: added(known.cases[name]) }) };
    await writeFileAtomically(file, `${JSON.stringify(answers, undefined, 2)}\n`);
  });
  return file;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

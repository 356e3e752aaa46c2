import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { CaseResult } from '../../core/scoring/score';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import type { JudgedCase } from '../trees/judgedNodes';
import { theCase } from './runCase';
import { subjectOf, testItemOf } from './subjects';

/** *Compare Bytes*: the gold beside what the candidate gave when the case was last judged. */
export async function compareCase(services: Services, argument?: unknown): Promise<void> {
  const { engine } = services;
  const subject = await theCase(services, argument);
  const { target, name } = subject;
  const verdict = judgedIn(argument) ?? (await lastVerdict(services, argument, subject));
  if (verdict === undefined) {
    throw new UserError(`${name} has not been judged yet, so there is nothing to compare.`, {
      action: 'Run it first.',
    });
  }
  const { dir, result } = verdict;
  if (result.actual === undefined) {
    throw new UserError(
      result.verdict === 'pass'
        ? `${name} passes: what the candidate gave is the gold.`
        : `Of ${name} nothing was kept to compare: ${result.reason ?? result.verdict}.`,
    );
  }
  const { returncode, streams } = await engine.call('comparison', { target, dir, result });
  await vscode.commands.executeCommand(commands.compareBytes, {
    title: name,
    streams,
    returncode: { expected: returncode, actual: result.returncode },
    origin: subject,
  });
}

/** The verdict of a row that is about one score. */
function judgedIn(argument: unknown): JudgedCase['judged'] | undefined {
  const subject = subjectOf(argument);
  return subject?.kind === 'case' && 'judged' in subject
    ? (subject as unknown as JudgedCase).judged
    : undefined;
}

/** The verdict that a test message is about, else the newest one. */
async function lastVerdict(
  { model, testRuns }: Services,
  argument: unknown,
  { target, name }: Awaited<ReturnType<typeof theCase>>,
): Promise<{ readonly dir: string; readonly result: CaseResult } | undefined> {
  const item = testItemOf(argument);
  const ofItem = item === undefined ? undefined : testRuns.verdictOf(item);
  if (ofItem !== undefined) {
    return ofItem;
  }
  const newest = await model.lastVerdict(target, name);
  return newest === undefined ? undefined : { dir: newest.score.dir, result: newest.result };
}

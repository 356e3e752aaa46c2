import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { Language } from '../../core/targets/target';
import { scoreSteps } from '../flows/scoreFlow';
import type { ScoreAnswers } from '../flows/scoreFlow';
import { targetRow } from '../model/targetInfo';
import type { TargetInfo } from '../model/targetInfo';
import { askSteps } from '../quickInput/steps';
import type { Services } from '../services';
import { targetSubject } from './subjects';
import { tellScore } from './tellScore';
import { requireTrust } from './trust';

/** What the commands can be called with: answers that are then not asked for. */
interface ScoreArguments {
  /** The target's name. */
  readonly target?: string;
  readonly language?: Language;
  readonly candidate?: string;
}

/** *Score Candidate…*: asks, and runs all cases through the Test Explorer. */
export async function scoreCandidate(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Scoring a candidate');
  const { candidates, testRuns, testTree } = services;
  const chosen = await ask(services, argument, { title: 'Score Candidate', askFolder: false });
  if (chosen === undefined) {
    return;
  }
  const { target, language, candidate } = chosen;
  if (candidate !== undefined) {
    await candidates.remember(target, language, candidate);
  }
  await testTree.resolve();
  const item = testTree.controller.items.get(target.key)?.children.get(language);
  if (item === undefined) {
    throw new UserError(`Scoring ${target.name} failed: it is not built in ${language}.`, {
      action: 'Add the language to the target’s mirrorcode.json.',
    });
  }
  const cancellation = new vscode.CancellationTokenSource();
  try {
    const [score] = await testRuns.run(new vscode.TestRunRequest([item]), cancellation.token);
    if (score !== undefined) {
      // Not awaited: the toast stays as long as the person lets it.
      void tellScore(services, score).catch(services.log.keep);
    }
  } finally {
    cancellation.dispose();
  }
}

/** *Choose Candidate Folder…*: remembers where the candidate of a task lies. */
export async function chooseCandidate(services: Services, argument?: unknown): Promise<void> {
  const chosen = await ask(services, argument, { title: 'Candidate Folder', askFolder: true });
  if (chosen?.candidate !== undefined) {
    const { target, language, candidate } = chosen;
    await services.candidates.remember(target, language, candidate);
    services.testTree.syncTargets();
  }
}

/** *Re-verify Reference*: whether the reference still gives the golds of a target. */
export async function verifyReference(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Verifying the reference');
  const { testRuns, testTree } = services;
  const target = targetSubject(argument) ?? (await askTarget(services));
  if (target === undefined) {
    return;
  }
  await testTree.resolve();
  const item = testTree.controller.items.get(target.key)?.children.get('reference');
  if (item === undefined) {
    throw new UserError(`${target.name} has no reference on this machine.`, {
      action: 'Name it in the target’s mirrorcode.json, or install it.',
    });
  }
  const cancellation = new vscode.CancellationTokenSource();
  try {
    await testRuns.run(testRuns.verifyRequest([item]), cancellation.token);
  } finally {
    cancellation.dispose();
  }
}

interface Chosen {
  readonly target: TargetInfo;
  readonly language: Language;
  readonly candidate?: string;
}

async function ask(
  { model, candidates, asker }: Services,
  argument: unknown,
  { title, askFolder }: { readonly title: string; readonly askFolder: boolean },
): Promise<Chosen | undefined> {
  const { targets } = model;
  if (targets.length === 0) {
    throw new UserError('This workspace has no target.', {
      action: 'Make one with MirrorCode: New Target….',
    });
  }
  const preset = (
    typeof argument === 'object' && argument !== null && !('subject' in argument) ? argument : {}
  ) as ScoreArguments;
  const target =
    targetSubject(argument) ??
    targets.find(({ name }) => name === preset.target) ??
    (targets.length === 1 ? targets[0] : undefined);
  const given: ScoreAnswers = {
    ...(target !== undefined && { target }),
    ...(preset.language !== undefined && { language: preset.language }),
    ...(preset.candidate !== undefined && { candidate: preset.candidate }),
  };
  const findCandidate = candidates.find.bind(candidates);
  const steps = scoreSteps(given, { targets, findCandidate, askFolder });
  const answers = await askSteps(title, given, steps, asker);
  return answers?.target === undefined || answers.language === undefined
    ? undefined
    : { ...answers, target: answers.target, language: answers.language };
}

async function askTarget({ model }: Services): Promise<TargetInfo | undefined> {
  const choices = model.targets
    .filter(({ hasReference }) => hasReference)
    .map((target) => ({ ...targetRow(target), target }));
  const picked =
    choices.length === 1
      ? choices[0]
      : await vscode.window.showQuickPick(choices, {
          title: 'Re-verify Reference',
          placeHolder: 'Which target’s golds are to be asked for again?',
        });
  return picked?.target;
}

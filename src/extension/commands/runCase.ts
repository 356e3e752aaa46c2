import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { TargetInfo } from '../model/targetInfo';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import type { CaseSubject } from '../trees/taskViews';
import { reviewCapture } from './captures';
import { caseSubject } from './subjects';
import { requireTrust } from './trust';

/** *Run*: judges the candidate on one case, through the Test Explorer. */
export async function runCase(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Running a case');
  const { testRuns, testTree, candidates, model } = services;
  const { target, name } = await theCase(services, argument);
  await testTree.resolve();
  const newest = model.scoresOf(target)[0]?.header.language;
  const languages = candidates.languages(target);
  const language = newest !== undefined && languages.includes(newest) ? newest : languages[0];
  const subject =
    language === undefined
      ? undefined
      : testTree.controller.items.get(target.key)?.children.get(language);
  if (subject === undefined) {
    throw new UserError(`Running ${name} failed: ${target.name} names no language.`, {
      action: 'Add one to the target’s mirrorcode.json.',
    });
  }
  const item = await testTree.findCase(subject, name);
  if (item === undefined) {
    throw notThere(target, name);
  }
  const cancellation = new vscode.CancellationTokenSource();
  try {
    await testRuns.run(new vscode.TestRunRequest([item]), cancellation.token);
  } finally {
    cancellation.dispose();
  }
}

/** *Re-record*: asks the reference anew; what changed waits in the Capture tree. */
export async function rerecordCase(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Re-recording a case');
  const { engine, model } = services;
  const { target, name } = await theCase(services, argument);
  const scope = vscode.Uri.file(target.path);
  const capture = await withProgress(`Re-recording ${name}`, (signal, report) =>
    engine.call(
      'rerecord',
      {
        target,
        name,
        repeat: readSetting('record.repeat', scope),
        settings: engineSettings(),
      },
      { signal, onEvent: report },
    ),
  );
  if (capture === null) {
    void vscode.window.showInformationMessage(
      `The reference still gives the gold of ${name}: nothing has changed.`,
    );
    return;
  }
  model.touch('captures');
  await reviewCapture(services, capture);
}

/** @throws UserError when the command was called on nothing that is a case. */
export async function theCase(services: Services, argument: unknown): Promise<CaseSubject> {
  const subject = await caseSubject(argument, services);
  if (subject === undefined) {
    throw new UserError('This is no case of a target in this workspace.', {
      action: 'Open a case from the Tasks tree.',
    });
  }
  return subject;
}

function notThere(target: TargetInfo, name: string): UserError {
  return new UserError(`${target.name} has no case ${name} any more.`, {
    action: 'Refresh the Tasks tree.',
  });
}

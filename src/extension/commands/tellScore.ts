import * as vscode from 'vscode';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import { isBuildFailure, scoreSentence } from '../model/scoreText';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import { failingCases } from '../trees/judgedNodes';
import type { ScoreSubject } from '../trees/runNodes';

/** Says what came of a score that a person asked for, and leads to what is wrong. */
export async function tellScore({ model }: Services, score: StoredScore): Promise<void> {
  const text = scoreSentence(score);
  if (isBuildFailure(score)) {
    const open = 'Open Build Log';
    if ((await vscode.window.showErrorMessage(text, open)) === open) {
      const subject: ScoreSubject = { kind: 'score', score };
      await vscode.commands.executeCommand(commands.openBuildLog, subject);
    }
    return;
  }
  const failing = await failingCases(model, score);
  const first = failing.find(({ judged }) => judged.result.actual !== undefined);
  const compare = 'Compare First Failure';
  const explorer = 'Show in Test Explorer';
  const buttons = [...(first === undefined ? [] : [compare]), explorer];
  const answer = await vscode.window.showInformationMessage(text, ...buttons);
  if (answer === compare) {
    await vscode.commands.executeCommand(commands.compareCase, first);
  } else if (answer === explorer) {
    await vscode.commands.executeCommand('workbench.view.testing.focus');
  }
}

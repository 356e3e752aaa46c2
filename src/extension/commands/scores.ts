import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { ScoreRequest } from '../engine/callTypes';
import { scoreSentence } from '../model/scoreText';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import type { ScoreSubject } from '../trees/runNodes';
import { subjectOf } from './subjects';
import { tellScore } from './tellScore';
import { requireTrust } from './trust';

/** *Resume Score*: judges the cases that a score which ended early has not judged. */
export async function resumeScore(services: Services, argument: unknown): Promise<void> {
  requireTrust('Resuming a score');
  const { engine, model, log } = services;
  const { dir, header } = scoreOf(argument);
  const target = model.findTarget(header.targetPath, header.target);
  if (target === undefined) {
    throw new UserError(`Resuming the score failed: ${header.target} is not in this workspace.`, {
      action: 'Open the folder of the target.',
    });
  }
  const request: ScoreRequest = {
    target,
    language: header.language,
    candidate: header.candidate,
    resume: dir,
    profile: header.profile,
    settings: engineSettings(),
    keep: readSetting('scores.keep', vscode.Uri.file(target.path)),
  };
  let done = 0;
  try {
    const score = await withProgress(`Scoring ${target.name}`, (signal, report) =>
      engine.call('score', request, {
        signal,
        onEvent: (event) => {
          if (event.kind === 'verdict') {
            report({ done: ++done, total: header.total, message: event.result.name });
          } else if (event.kind === 'note') {
            log.info(event.text);
          }
        },
      }),
    );
    log.info(scoreSentence(score));
    // Not awaited: the toast stays as long as the person lets it.
    void tellScore(services, score).catch(log.keep);
  } finally {
    model.touch('scores');
  }
}

/** Opens what the build of a scored candidate printed. */
export async function openBuildLog(argument: unknown): Promise<void> {
  const { header } = scoreOf(argument);
  if (header.build === undefined) {
    throw new UserError('This score has no build log: it ended before the candidate was built.');
  }
  await vscode.window.showTextDocument(vscode.Uri.file(header.build.log));
}

/** Shows a score's folder where files are shown. */
export async function revealScore(argument: unknown): Promise<void> {
  const { dir } = scoreOf(argument);
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(dir));
}

function scoreOf(argument: unknown): StoredScore {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'score') {
    throw new UserError('No score was given.', { action: 'Pick one in the Runs tree.' });
  }
  return (subject as ScoreSubject).score;
}

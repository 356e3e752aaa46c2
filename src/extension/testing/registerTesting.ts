import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import type { Language } from '../../core/targets/target';
import type { EngineThread } from '../engine/engineThread';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { Log } from '../log';
import type { Candidates } from '../model/candidates';
import { scoreSentence } from '../model/scoreText';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import { runContinuously } from './continuousRuns';
import { candidateTag, referenceTag } from './testItems';
import { TestRuns } from './testRuns';
import { TestTree } from './testTree';

export interface Testing extends Disposable {
  readonly tree: TestTree;
  readonly runs: TestRuns;
}

/** The Test Explorer's part of the extension: its tree and its two profiles. */
export function registerTesting(parts: {
  readonly engine: EngineThread;
  readonly model: WorkspaceModel;
  readonly candidates: Candidates;
  readonly log: Log;
}): Testing {
  const { engine, model, candidates, log } = parts;
  const controller = vscode.tests.createTestController('mirrorcode', 'MirrorCode');
  const tree = new TestTree(controller, model, candidates);
  const verifyProfile = controller.createRunProfile(
    'Re-verify Reference',
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      await runs.run(request, token);
    },
    false,
    referenceTag,
  );
  const runs: TestRuns = new TestRuns({
    tree,
    engine,
    model,
    candidates,
    verifyProfile,
    askCandidate: (target, language) => askCandidate(candidates, target, language),
    onScored: (score) => log.info(scoreSentence(score)),
    onError: (error, { continuous }) => (continuous ? log.error(error) : void log.tell(error)),
  });
  controller.createRunProfile(
    'Score Candidate',
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      if (request.continuous === true) {
        runContinuously({ tree, runs, candidates }, request, token);
        return;
      }
      await runs.run(request, token);
    },
    true,
    candidateTag,
    true,
  );
  const subscriptions = vscode.Disposable.from(tree, controller);
  return { tree, runs, dispose: () => void subscriptions.dispose() };
}

async function askCandidate(
  candidates: Candidates,
  target: TargetInfo,
  language: Language,
): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `The candidate of ${target.name} in ${languageTitles[language]}`,
      openLabel: 'Use as Candidate',
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(target.path),
    })) ?? [];
  if (folder !== undefined) {
    await candidates.remember(target, language, folder.fsPath);
  }
  return folder?.fsPath;
}

import * as vscode from 'vscode';
import { CancelledError, errorText, UserError } from '../../core/errors';
import type { CaseResult } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { Language } from '../../core/targets/target';
import type { ScoreEvent } from '../engine/callTypes';
import type { EngineThread } from '../engine/engineThread';
import type { Candidates } from '../model/candidates';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import { engineSettings, readSetting } from '../settings';
import { abortOn } from '../abort';
import { planRun } from './runPlan';
import type { RunPart } from './runPlan';
import { RunReporter } from './runReporter';
import type { TestTree } from './testTree';

export interface TestRunsOptions {
  readonly tree: TestTree;
  readonly engine: EngineThread;
  readonly model: WorkspaceModel;
  readonly candidates: Candidates;
  readonly verifyProfile: vscode.TestRunProfile;
  /** Asks for a candidate's folder and remembers it; undefined when the person gave up. */
  readonly askCandidate: (target: TargetInfo, language: Language) => Promise<string | undefined>;
  readonly onScored: (score: StoredScore) => void;
  /** `continuous`: of a run that nobody has just asked for. */
  readonly onError: (error: unknown, how: { readonly continuous: boolean }) => void;
}

/** Which score a test item's last verdict is from. */
export interface ItemVerdict {
  readonly dir: string;
  readonly result: CaseResult;
}

/** Runs what the Test Explorer asks for. */
export class TestRuns {
  private readonly verdicts = new WeakMap<vscode.TestItem, ItemVerdict>();

  constructor(private readonly options: TestRunsOptions) {}

  /** The last verdict of an item in this window, for *Compare Bytes*. */
  verdictOf(item: vscode.TestItem): ItemVerdict | undefined {
    return this.verdicts.get(item);
  }

  /** A request as the profile *Re-verify Reference* makes it. */
  verifyRequest(include: readonly vscode.TestItem[]): vscode.TestRunRequest {
    return new vscode.TestRunRequest(include, undefined, this.options.verifyProfile);
  }

  /** @returns the scores that came of it. */
  async run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<readonly StoredScore[]> {
    const { tree } = this.options;
    const scores: StoredScore[] = [];
    const run = tree.controller.createTestRun(request);
    const abort = abortOn(token, run.token);
    try {
      if (!vscode.workspace.isTrusted) {
        throw new UserError('Nothing is run in a workspace that is not trusted.', {
          action: 'Trust the workspace, then run again.',
        });
      }
      for (const part of await planRun(tree, request)) {
        if (abort.signal.aborted) {
          break;
        }
        const score = await this.runPart(run, part, abort.signal, request.continuous === true);
        scores.push(...(score === undefined ? [] : [score]));
      }
    } catch (error) {
      run.appendOutput(errorText(error).replace(/\r?\n/gu, '\r\n') + '\r\n');
      this.options.onError(error, { continuous: request.continuous === true });
    } finally {
      run.end();
      abort.dispose();
      this.options.model.touch('scores');
    }
    return scores;
  }

  private async runPart(
    run: vscode.TestRun,
    part: RunPart,
    signal: AbortSignal,
    continuous: boolean,
  ): Promise<StoredScore | undefined> {
    let dir = '';
    const reporter = new RunReporter(run, part, (item, result) => {
      this.verdicts.set(item, { dir, result });
    });
    const onEvent = (event: ScoreEvent) => {
      if (event.kind === 'started') {
        ({ dir } = event);
      }
      reporter.report(event);
    };
    try {
      await reporter.enqueue();
      const score = await (part.subject === 'reference'
        ? this.verify(part, signal, onEvent)
        : this.score(part, part.subject, signal, onEvent, continuous));
      await reporter.finish();
      return score;
    } catch (error) {
      if (error instanceof CancelledError) {
        await reporter.finish();
      } else {
        await reporter.fail(reasonOf(error));
        this.options.onError(error, { continuous });
      }
      return undefined;
    }
  }

  private async score(
    part: RunPart,
    language: Language,
    signal: AbortSignal,
    onEvent: (event: ScoreEvent) => void,
    continuous: boolean,
  ): Promise<StoredScore | undefined> {
    const { candidates, askCandidate, engine, onScored } = this.options;
    const { target } = part;
    const known = candidates.find(target, language);
    const candidate =
      known ?? (part.chosen && !continuous ? await askCandidate(target, language) : undefined);
    if (candidate === undefined) {
      onEvent({ kind: 'note', text: 'No candidate folder is known, so nothing was scored.' });
      return undefined;
    }
    const scope = vscode.Uri.file(target.path);
    const score = await engine.call(
      'score',
      {
        target,
        language,
        candidate,
        ...(!part.whole && { cases: [...part.items.keys()] }),
        profile: readSetting('profile', scope),
        settings: engineSettings(),
        keep: readSetting('scores.keep', scope),
      },
      { signal, onEvent },
    );
    onScored(score);
    return score;
  }

  private async verify(
    part: RunPart,
    signal: AbortSignal,
    onEvent: (event: ScoreEvent) => void,
  ): Promise<undefined> {
    const { target } = part;
    await this.options.engine.call(
      'verify',
      {
        target,
        ...(!part.whole && { cases: [...part.items.keys()] }),
        repeat: readSetting('record.repeat', vscode.Uri.file(target.path)),
        settings: engineSettings(),
      },
      { signal, onEvent },
    );
  }
}

function reasonOf(error: unknown): string {
  const action = error instanceof UserError ? error.action : undefined;
  return action === undefined ? errorText(error) : `${errorText(error)} ${action}`;
}

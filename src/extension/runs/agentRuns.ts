import path from 'node:path';
import * as vscode from 'vscode';
import type { Budget } from '../../core/agents/budget';
import type { StoredRun } from '../../core/agents/run/runFolder';
import { DisposableStore } from '../../core/disposable';
import type { Disposable } from '../../core/disposable';
import { wasPaused } from '../../core/agents/pauseReason';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { Language } from '../../core/targets/target';
import type { ModelChoice } from '../flows/runFlow';
import type { Log } from '../log';
import { isInterrupted, runText } from '../model/runText';
import type { TargetInfo } from '../model/targetInfo';
import type { WorkspaceModel } from '../model/workspaceModel';
import { engineSettings } from '../settings';
import { commands } from '../tables/commands';
import type { RunSubject } from '../trees/agentRunNode';
import { EditorModels, isEditorModel } from './editorModels';
import { ModelKeys } from './modelKeys';
import { RunProcess } from './runProcess';
import type { RunProcessOptions } from './runProcess';

export interface RunRequest {
  readonly target: TargetInfo;
  readonly language: Language;
  readonly model: ModelChoice;
  readonly budget: Budget;
  readonly repetitions: number;
  /** What is said of an agent that is a program. */
  readonly agent?: readonly string[];
}

/** Milliseconds between looks at runs whose process may have died, which no file tells. */
const lookMs = 5000;

/** Runs of agents: started and resumed in processes of their own, and told of when they end. */
export class AgentRuns implements Disposable {
  readonly editorModels: EditorModels;
  readonly keys: ModelKeys;
  private readonly store = new DisposableStore();
  /** Runs that were seen at work. */
  private readonly live = new Set<string>();
  /** Processes of this window that are still at work. */
  private readonly working = new Set<RunProcess>();
  private readonly logPaths: string[] = [];
  private greeted = false;

  constructor(
    private readonly options: {
      readonly cliPath: string;
      readonly secrets: vscode.SecretStorage;
      readonly model: WorkspaceModel;
      readonly log: Log;
    },
  ) {
    const { model, secrets } = options;
    this.editorModels = this.store.add(new EditorModels());
    this.keys = new ModelKeys(secrets, process.env);
    this.store.add(
      model.onDidChange((change) => {
        if (change === 'runs') {
          this.compare(model.runs);
        }
      }),
    );
    const timer = setInterval(() => {
      if (this.live.size + this.working.size > 0) {
        model.touch('runs');
      }
    }, lookMs);
    this.store.add({ dispose: () => clearInterval(timer) });
  }

  /** What the processes that this window started have said, the newest first. */
  get logs(): readonly string[] {
    return this.logPaths;
  }

  /** Starts runs. @throws UserError where a process can't be started. */
  async start({ target, language, model, budget, repetitions, agent }: RunRequest): Promise<void> {
    const options = await this.processOptions(target.root, model);
    if (options !== undefined) {
      const targetPath = target.manifestPath ?? target.store.path;
      const run = { targetPath, language, budget, repetitions, ...(agent && { agent }) };
      this.follow(await RunProcess.start(options, run), `${model.model} on ${target.name}`);
    }
  }

  /** Goes on with a run from its last completed step, or scores one that has only to be scored. */
  async resume({ dir, state }: StoredRun): Promise<void> {
    const { model, baseUrl, prices, target } = state.settings;
    const choice: ModelChoice = {
      model,
      ...(baseUrl !== undefined && !isEditorModel(model) && { baseUrl }),
      ...(prices !== undefined && { prices }),
      from: 'the run',
    };
    const root = path.resolve(dir, '../../..');
    const options = await this.processOptions(root, choice);
    if (options !== undefined) {
      this.follow(await RunProcess.resume(options, dir), `${model} on ${target}`);
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  /** @returns nothing when a key is needed and the person gave none. */
  private async processOptions(
    root: string,
    { model, baseUrl, prices }: ModelChoice,
  ): Promise<RunProcessOptions | undefined> {
    const common = {
      cliPath: this.options.cliPath,
      root,
      model,
      settings: engineSettings(),
      ...(prices !== undefined && { prices }),
    };
    if (isEditorModel(model)) {
      return { ...common, ...(await this.editorModels.serve()) };
    }
    const key = await this.keys.need(model, baseUrl);
    return key === 'cancelled'
      ? undefined
      : {
          ...common,
          ...(baseUrl !== undefined && { baseUrl }),
          ...(key !== undefined && { key }),
        };
  }

  private follow(running: RunProcess, what: string): void {
    const { log, model } = this.options;
    this.logPaths.unshift(running.logPath);
    log.info(
      `Process ${running.pid ?? ''} works on a run: ${what}. It writes to ${running.logPath}.`,
    );
    model.touch('runs');
    this.working.add(running);
    running
      .ended()
      .catch((error: unknown) => {
        // A run that was paused says so in the tree; this is one that never came to work.
        if (!this.isOf(running)) {
          void log.tell(error);
        } else {
          log.error(error);
        }
      })
      .finally(() => {
        this.working.delete(running);
        model.touch('runs');
      });
  }

  private isOf({ pid }: RunProcess): boolean {
    return this.options.model.runs.some(({ state }) => state.process.pid === pid);
  }

  private compare(runs: readonly StoredRun[]): void {
    for (const run of runs) {
      if (run.isLive) {
        this.live.add(run.dir);
      } else if (this.live.delete(run.dir)) {
        // Its final score is its task's newest.
        this.options.model.touch('scores');
        void this.tell(run);
      }
    }
    if (!this.greeted) {
      this.greeted = true;
      const [interrupted] = runs.filter(isInterrupted);
      if (interrupted !== undefined) {
        void this.tell(interrupted);
      }
    }
  }

  /** Says that a run has ended, and what can be done next. */
  private async tell(run: StoredRun): Promise<void> {
    const { settings, status } = run.state;
    const done = status === 'done';
    const next = done ? 'Open in Replay' : 'Resume';
    const language = languageTitles[settings.language];
    const text = `${settings.model} on ${settings.target} in ${language}: ${runText(run)}.`;
    const isWanted = done || run.state.reason === wasPaused;
    const show = isWanted
      ? vscode.window.showInformationMessage(text, next, ...(done ? [] : ['Open in Replay']))
      : vscode.window.showWarningMessage(text, next, 'Open in Replay');
    const subject: RunSubject = { kind: 'run', run };
    switch (await show) {
      case 'Resume':
        await vscode.commands.executeCommand(commands.resumeRun, subject);
        break;
      case 'Open in Replay':
        await vscode.commands.executeCommand(commands.openRun, subject);
        break;
      case undefined:
    }
  }
}

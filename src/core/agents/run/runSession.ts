import { CancelledError, errorCode, errorText, InfraError, UserError } from '../../errors';
import type { Target } from '../../targets/target';
import type { AgentLoop, LoopEnd } from '../agentLoop';
import type { LoopCheckpoint } from '../stepJournal';
import { Meter } from '../budget';
import type { Conversation } from '../conversation';
import { WorkspaceHistory } from '../history';
import { scorerName } from '../log/evalLog';
import { eventEntry } from '../log/eventEntry';
import type { LogState, ModelUsage } from '../log/inspectLog';
import { RunJournal } from '../log/runJournal';
import type { ProgramAgent } from '../program/programAgent';
import { CandidateScores } from './candidateScores';
import { endBefore, readPosition } from './checkpoint';
import type { RunPosition } from './checkpoint';
import { stoppedEnd } from './runControl';
import { finalScore, inspectScore, scoredCases } from './finalScore';
import type { FinalScore } from './finalScore';
import { logHeader } from './logHeader';
import { LogWriter } from './logWriter';
import { openLoop, resumedNote } from './openAgent';
import type { AgentParts } from './openAgent';
import { openProgram } from './openProgram';
import { OracleEvents } from './oracleEvents';
import { runFile, thisProcess } from './runFolder';
import type { RunHost, RunOutcome } from './runOptions';
import { RunRecord } from './runRecord';
import { wasPaused } from '../pauseReason';
import type { RunState } from './runState';
import { Workbench } from './workbench';

/** One process's work on a run: from where it stands to its end or to a pause. */
export class RunSession {
  private readonly history: WorkspaceHistory;
  private readonly log: LogWriter;
  private readonly oracle: OracleEvents;
  private readonly record: RunRecord;
  private readonly from: LoopCheckpoint | undefined;
  private readonly conversation: Conversation;
  private readonly pausing = new AbortController();
  /** Ends the agent's work, and not the scoring that follows. */
  private readonly stopping = new AbortController();
  private final: FinalScore | undefined;
  private workbench: Workbench | undefined;
  private scores: CandidateScores | undefined;
  /** The candidate's state in the history; empty before the first step. */
  private state: string;
  /** Whether the journal ends with its final score. */
  private isScored: boolean;

  private constructor(
    private readonly dir: string,
    state: RunState,
    private readonly target: Target,
    private readonly host: RunHost,
    private readonly journal: RunJournal,
    position: RunPosition,
    private readonly meter: Meter,
  ) {
    this.from = position.from;
    this.conversation = position.conversation;
    this.state = this.from?.state ?? '';
    this.isScored = position.isScored;
    this.history = new WorkspaceHistory(runFile(dir, 'history'));
    this.log = new LogWriter(
      runFile(dir, 'log'),
      runFile(dir, 'journal'),
      logHeader(state, target),
    );
    this.oracle = new OracleEvents(journal, meter);
    this.record = new RunRecord(dir, state, meter, host);
  }

  static async open(
    dir: string,
    state: RunState,
    target: Target,
    host: RunHost,
  ): Promise<RunSession> {
    const journalPath = runFile(dir, 'journal');
    const { journal, counts } = await RunJournal.open(journalPath);
    const checkpoint = counts.checkpoint as LoopCheckpoint | undefined;
    const position = await readPosition(journalPath, checkpoint);
    const meter = new Meter(state.budget, state.settings.prices, position.spent);
    return new RunSession(dir, state, target, host, journal, position, meter);
  }

  /**
   * Works until the run is scored, or paused. What the harness failed on pauses it too.
   * @throws UserError when the run can't be worked on as it is.
   */
  async work(): Promise<RunOutcome> {
    const pause = () => this.pausing.abort();
    this.host.signal.addEventListener('abort', pause, { once: true });
    if (this.host.signal.aborted) {
      pause();
    }
    this.record.watch({ pause, stop: () => this.stopping.abort() });
    try {
      await this.agentThenScore();
    } catch (error) {
      await this.pauseFor(error);
    } finally {
      this.record.stop();
      this.host.signal.removeEventListener('abort', pause);
      await this.workbench?.dispose();
      await this.log.settle();
      await this.journal.dispose();
    }
    return { dir: this.dir, state: this.record.state };
  }

  private async agentThenScore(): Promise<void> {
    const { state } = this.record;
    let end: LoopEnd | undefined = state.end ?? endBefore(this.from, this.meter);
    if (end === undefined) {
      await this.record.update(
        { status: 'running', process: thisProcess() },
        'Opening the workspace',
      );
      end = await this.agentUntilStopped();
    }
    if (end.kind === 'paused') {
      await this.pause(end.reason);
      return;
    }
    await this.record.update({ status: 'scoring', end, process: thisProcess() }, 'Scoring');
    await this.workbench?.dispose();
    this.workbench = undefined;
    await this.score();
  }

  private async agentUntilStopped(): Promise<LoopEnd> {
    const isStopped = () => this.stopping.signal.aborted && !this.pausing.signal.aborted;
    try {
      const end = await this.agent();
      return end.kind === 'paused' && isStopped() ? stoppedEnd : end;
    } catch (error) {
      if (isStopped()) {
        return stoppedEnd;
      }
      throw error;
    }
  }

  private async agent(): Promise<LoopEnd> {
    // A run that is given more goes on after its score, and gets another.
    this.isScored = false;
    const signal = AbortSignal.any([this.pausing.signal, this.stopping.signal]);
    const { state, host } = this;
    // Nothing connects before the agent's program runs.
    const served: { agent?: ProgramAgent } = {};
    this.workbench = await Workbench.open({
      target: this.target,
      language: this.record.state.settings.language,
      engine: host.engine,
      files: state === '' ? [] : await this.history.files(state),
      onCall: this.oracle.add,
      signal,
      workFolder: host.workFolder,
      onMessage: (message) => this.record.say(message),
      ...(this.from === undefined ? {} : { note: resumedNote }),
      ...(host.workspaceLimits === undefined ? {} : { limits: host.workspaceLimits }),
      ...(host.program === undefined
        ? {}
        : {
            program: {
              mounts: host.program.located.mounts,
              serve: (connection, listener) => served.agent?.serve(connection, listener),
            },
          }),
    });
    const { workspace } = this.workbench;
    const scores = this.candidateScores(() => workspace.candidate({ whole: true }));
    this.record.say('At work');
    const { dir, target, from, journal, history, conversation, meter } = this;
    const parts: AgentParts = {
      ...{ dir, target, from, journal, history, conversation, meter, host, workspace, signal },
      state: this.record.state,
      scoreVisible: scores.visible,
      flush: () => this.oracle.flush(),
      onStep: (step) => this.afterStep(step),
      onWait: (why) => this.record.say(why),
    };
    if (host.program === undefined) {
      return this.finishing(await openLoop(parts));
    }
    served.agent = await openProgram(parts, host.program);
    return this.finishing(served.agent);
  }

  /** Lets an agent work, and knows its candidate whatever comes. */
  private async finishing(agent: AgentLoop | ProgramAgent): Promise<LoopEnd> {
    try {
      return await agent.run();
    } finally {
      this.state = agent.candidateState;
    }
  }

  private candidateScores(snapshot: ConstructorParameters<typeof CandidateScores>[0]['snapshot']) {
    const { settings, ids } = this.record.state;
    this.scores = new CandidateScores({
      target: this.target,
      language: settings.language,
      engine: this.host.engine,
      workFolder: this.host.workFolder,
      runDir: this.dir,
      sampleId: ids.sample,
      jobs: this.host.jobs,
      snapshot,
      onAttempt: (kept) => this.record.change({ attempts: kept }),
      onEvaluated: (visible) => this.record.change({ visible }),
    });
    return this.scores;
  }

  private afterStep(step: number): void {
    this.record.change({ steps: step }, `Step ${step}`);
    this.log.offer(() => this.logState('started'));
  }

  private async score(): Promise<void> {
    const files = this.state === '' ? [] : await this.history.files(this.state);
    const scores = this.scores ?? this.candidateScores(() => Promise.resolve(files));
    const score = await scores.final(files, this.pausing.signal, (done, total) =>
      this.record.say(`Scoring ${done} of ${total} cases`),
    );
    const final = await finalScore(this.target, score);
    if (final.unjudged > 0) {
      throw new InfraError(`${final.unjudged} cases could not be judged.`, {
        action: 'Resume the run: these cases alone are run again.',
      });
    }
    this.final = final;
    if (!this.isScored) {
      await this.journal.append([
        eventEntry(this.meter, {
          event: 'score',
          score: inspectScore(final),
          intermediate: false,
          scorer: scorerName,
          model_usage: this.usage(),
        }),
      ]);
      this.isScored = true;
    }
    const finished = new Date().toISOString();
    await this.log.write(this.logState('success', finished));
    const { rates, counts, solved } = final;
    await this.record.update({ status: 'done', score: rates, counts, solved, finished }, 'Done');
  }

  private async pauseFor(error: unknown): Promise<void> {
    const wanted = error instanceof CancelledError || this.pausing.signal.aborted;
    await this.pause(wanted ? wasPaused : reasonOf(error));
    // What the system refused can be mended, and the run resumed; anything else is to be seen.
    const canBeMended = error instanceof InfraError || errorCode(error) !== undefined;
    if (!wanted && !canBeMended) {
      throw error;
    }
  }

  /** Says why it stands still. On a full disk nobody can be told but who waits for the outcome. */
  private async pause(reason: string): Promise<void> {
    await this.record.update({ status: 'paused', reason }, reason).catch(() => undefined);
    await this.log.write(this.logState('started')).catch(() => undefined);
  }

  private usage(): Record<string, ModelUsage> {
    return { [this.record.state.settings.model]: this.meter.spent().usage };
  }

  private logState(status: LogState['status'], completedAt?: string): LogState {
    const { wallSeconds, waitedSeconds } = this.meter.spent();
    const { end } = this.record.state;
    const { final } = this;
    return {
      status,
      usage: this.usage(),
      conversation: this.conversation.refs(),
      totalTime: wallSeconds,
      workingTime: wallSeconds - waitedSeconds,
      ...(completedAt === undefined ? {} : { completedAt }),
      ...(end?.kind === 'limit' ? { limit: { type: end.type, limit: end.limit } } : {}),
      ...(final === undefined
        ? {}
        : { scores: { [scorerName]: inspectScore(final) }, metadata: scoredCases(final) }),
    };
  }
}

function reasonOf(error: unknown): string {
  const action = error instanceof UserError && error.action !== undefined ? ` ${error.action}` : '';
  return errorText(error) + action;
}

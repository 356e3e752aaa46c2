import { errorText } from '../../errors';
import { deferred } from '../../sandbox/deferred';
import type { LoopEnd } from '../agentLoop';
import type { LimitHit } from '../budget';
import { keepState } from '../candidateState';
import { wasPaused } from '../pauseReason';
import { JournalCallLog } from '../proxy/journalCallLog';
import { ModelProxy } from '../proxy/modelProxy';
import { StepJournal } from '../stepJournal';
import type { LoopCheckpoint, WorkEnd } from '../stepJournal';
import type { ShellResult } from '../workspace';
import type { RelayConnection } from '../workspace/relayConnection';
import type { Listener } from '../workspace/serverFrames';
import { AgentProcess } from './agentProcess';
import type { ProgramAgentParts } from './programParts';
import { TaskCommands } from './taskCommands';

/** How often it is looked for a limit that is used up, and for what the session has more. */
const lookMs = 1000;
const stopSignal = 19;

/**
 * An agent that is a program with a loop of its own. It works in the sandbox until it has handed in its
 * candidate; what it asks of its model comes by here, and so is counted, limited and written down.
 */
export class ProgramAgent {
  private readonly log: JournalCallLog;
  private readonly proxy: ModelProxy;
  private readonly commands: TaskCommands;
  private readonly process: AgentProcess;
  private readonly journal: StepJournal;
  /** How the work ends, whatever the program does meanwhile. */
  private readonly over = deferred<LoopEnd>();
  private isOver = false;
  private isSubmitted = false;
  private limit: LimitHit | undefined;
  private step: number;
  private settledStep: number;
  private state: string;
  private settling: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: ProgramAgentParts,
    from?: LoopCheckpoint,
  ) {
    const { endpoint, agent, tools, journal, meter, signal, flush, conversation, pool } = parts;
    this.step = from?.step ?? 0;
    this.settledStep = this.step;
    this.state = from?.state ?? '';
    const onFailure = (error: unknown) => this.fail(error);
    this.log = new JournalCallLog({
      ...{ journal, pool, conversation, meter, flush },
      model: endpoint.model,
      onCall: () => this.look(),
      onAnswer: () => {
        this.step += 1;
        parts.onStep(this.step, meter.spent());
      },
    });
    this.proxy = new ModelProxy({
      endpoint,
      family: agent.api,
      log: this.log,
      refusal: () => (this.isOver ? 'The run has ended.' : this.limitMessage()),
      onFailure,
    });
    this.commands = new TaskCommands({
      ...{ tools, journal, meter, signal, onFailure },
      onSubmitted: () => this.submitted(),
    });
    this.process = new AgentProcess(parts);
    this.journal = new StepJournal(journal, conversation, meter);
    this.over.promise.catch(() => undefined);
  }

  /** The candidate as it was last kept: its hash in the run's history, empty before the first time. */
  get candidateState(): string {
    return this.state;
  }

  /** Serves a connection from the sandbox. */
  serve(connection: RelayConnection, listener: Listener): void {
    if (listener === 'model') {
      this.proxy.serve(connection);
    } else {
      this.commands.serve(connection);
    }
  }

  /** @throws InfraError when the journal or the sandbox failed; what was done is on disk. */
  async run(): Promise<LoopEnd> {
    const { signal } = this.parts;
    const pause = () => this.end({ kind: 'paused', reason: wasPaused });
    const timer = setInterval(() => this.tick(), lookMs);
    signal.addEventListener('abort', pause, { once: true });
    try {
      if (signal.aborted) {
        pause();
      }
      this.tick();
      for (;;) {
        const end = await this.runOnce();
        if (end !== undefined) {
          return await this.finish(end);
        }
      }
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', pause);
      this.proxy.dispose();
    }
  }

  /** Runs the program until it ends by itself, or is to end. @returns nothing where it is to go on. */
  private async runOnce(): Promise<LoopEnd | undefined> {
    if (this.isOver) {
      return this.over.promise;
    }
    const before = this.step;
    const ended = this.process.run(before > 0);
    const first = await Promise.race([ended, this.over.promise]);
    if ('kind' in first) {
      ended.catch(() => undefined);
      return first;
    }
    await this.settle({});
    this.tick();
    return Promise.race([this.over.promise, Promise.resolve(this.afterProgram(first, before))]);
  }

  /** What a program's own end means. */
  private afterProgram(result: ShellResult, stepBefore: number): LoopEnd | undefined {
    const { agent } = this.parts;
    const failure = this.log.lastFailure;
    if (failure !== undefined) {
      return { kind: 'paused', reason: `the model gave no answer: ${failure}` };
    }
    const { exit, output } = result;
    const how = exit.kind === 'exit' ? `exit code ${exit.code}` : `a ${exit.kind}`;
    if (this.step === stepBefore) {
      const words = output.trim().slice(-600);
      const reason = `${agent.name} ended with ${how} and has not asked its model: ${words}`;
      return { kind: 'paused', reason };
    }
    if (agent.resume !== undefined) {
      return undefined;
    }
    // It can't go on with its session, so that its end is the end of its work.
    return exit.kind === 'exit' && exit.code === 0
      ? { kind: 'submitted' }
      : { kind: 'paused', reason: `${agent.name} ended with ${how}: ${output.trim().slice(-600)}` };
  }

  private async finish(end: LoopEnd): Promise<LoopEnd> {
    const { workspace, flush, session } = this.parts;
    this.isOver = true;
    // Nothing moves while it is looked at for the last time.
    await workspace.program.signal(stopSignal);
    await flush();
    if (end.kind !== 'submitted' || !this.isSubmitted) {
      await this.settle({ whole: true }, end.kind === 'paused' ? undefined : end);
    }
    await session?.pull();
    return end;
  }

  private async submitted(): Promise<void> {
    const end = { kind: 'submitted' } as const;
    await this.parts.flush();
    await this.settle({ whole: true }, end);
    this.isSubmitted = true;
    this.end(end);
  }

  private tick(): void {
    this.limit ??= this.parts.meter.hit();
    if (this.limit !== undefined) {
      this.end({ kind: 'limit', ...this.limit });
    }
    this.pull();
  }

  /** Keeps what the program has done since its last answer, before it gets another. */
  private async look(): Promise<void> {
    if (this.step !== this.settledStep && !this.isOver) {
      await this.settle({});
    }
  }

  private pull(): void {
    if (!this.isOver) {
      this.parts.session?.pull().catch((error: unknown) => this.fail(error));
    }
  }

  /** Keeps the candidate as it stands, and where to go on from. */
  private settle(snapshot: { readonly whole?: true }, end?: WorkEnd): Promise<void> {
    const work = this.settling.then(() => this.settleNow(snapshot, end));
    this.settling = work.catch(() => undefined);
    return work;
  }

  private async settleNow(snapshot: { readonly whole?: true }, end?: WorkEnd): Promise<void> {
    const { journal, step } = this;
    const { session } = this.parts;
    // The session first: it must not tell of what the workspace does not hold.
    await session?.pull();
    const marked = session === undefined ? {} : { session: session.mark() };
    const { state, problem } = await keepState(this.parts, this.state, snapshot);
    const changed = state !== this.state;
    this.state = state;
    this.settledStep = step;
    const entries = [
      ...problem,
      ...(changed
        ? [journal.event({ event: 'info', source: 'workspace', data: { state, step } })]
        : []),
      ...(this.limit !== undefined && end?.kind === 'limit'
        ? [journal.event({ event: 'sample_limit', ...this.limit })]
        : []),
    ];
    const ended = end === undefined ? {} : { end };
    await journal.finishWith(entries, { step, state, ...ended, ...marked });
  }

  private limitMessage(): string | undefined {
    return this.parts.meter.hit()?.message;
  }

  private end(end: LoopEnd): void {
    this.isOver = true;
    this.over.resolve(end);
  }

  private fail(error: unknown): void {
    this.isOver = true;
    this.over.reject(error instanceof Error ? error : new Error(errorText(error)));
  }
}

import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';
import type { Case, CaseInput } from '../cases/case';
import { CancelledError, InfraError, UserError } from '../errors';
import type { ReportProgress } from '../progress';
import type { Engine, ExecOptions, ExecRequest, ExecResult, Sandbox } from '../sandbox/sandbox';
import { referenceProgram, referenceSpec } from '../sandbox/specs';
import { caseRequest, imageSurroundings } from '../scoring/caseRequest';
import type { Target } from '../targets/target';
import { NoGoldError } from './capture';
import type { Capture, CaseDraft, Observation } from './capture';
import { GoldTurns } from './goldTurns';
import { observe } from './observe';
import type { InTurn } from './observe';
import { hashReference } from './reference';
import { variations } from './variations';
import type { Variation } from './variations';

/** Runs a case unless told otherwise: twice with nothing varied, once with everything. */
export const defaultRuns = 3;

/** Seconds that a run may take while someone looks on: it may wait for what a person types. */
const longestWatch = 24 * 3600;

/** Cases under way at once: most of them only wait for the clock's next second. */
const casesAtOnce = 128;

export interface RecordOptions {
  /** Runs a case, 1 to 100. */
  readonly runs?: number;
  /** What is varied; everything when absent. */
  readonly vary?: readonly Variation[];
  /** Programs at once. */
  readonly lanes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ReportProgress;
  readonly now?: () => Date;
}

/** What came of one draft. */
export type Recording =
  | { readonly draft: CaseDraft; readonly capture: Capture }
  | { readonly draft: CaseDraft; readonly refused: NoGoldError };

/** Records cases of one target; holds the sandbox with its reference until disposed. */
export class Recorder {
  private constructor(
    private readonly target: Target,
    private readonly sandbox: Sandbox,
    /** `sha256:` and the hash of the reference executable, or of the image that holds it. */
    readonly referenceId: string,
    private readonly options: RecordOptions,
    /** Ends every run; far more of them wait on it than on a usual signal. */
    private readonly ending: AbortController,
  ) {}

  /** @throws UserError when the target has no reference here; InfraError when the engine fails. */
  static async open(target: Target, engine: Engine, options: RecordOptions): Promise<Recorder> {
    const runs = options.runs ?? defaultRuns;
    if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
      throw new UserError(`Recording ${target.name} failed: ${runs} is no number of runs.`, {
        action: 'Give a number from 1 to 100.',
      });
    }
    const inImage = target.reference?.image !== undefined;
    const hash = inImage ? undefined : await hashReference(target);
    const spec = await referenceSpec(target, options.lanes);
    const sandbox = await engine.create(
      spec,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    const id = hash === undefined ? (sandbox.imageDigest ?? '') : `sha256:${hash}`;
    return new Recorder(target, sandbox, id, options, endingWith(options.signal));
  }

  dispose(): Promise<void> {
    this.ending.abort();
    return this.sandbox.dispose();
  }

  /**
   * Runs the reference once on an input, as a case of it would, for someone who looks on: without the
   * time limit of a case, its streams told as they come.
   * @throws InfraError; CancelledError when the signal fired.
   */
  async watch(
    input: CaseInput,
    stdin: AsyncIterable<Uint8Array>,
    options: ExecOptions,
  ): Promise<ExecResult> {
    const request = await this.requestFor(input);
    return this.sandbox.exec(
      {
        ...request,
        stdin,
        watched: true,
        limits: { ...request.limits, timeout: longestWatch },
      },
      options,
    );
  }

  /**
   * Records one case.
   * @throws NoGoldError when what the reference does cannot be a gold (a time-out, say).
   */
  async record(draft: CaseDraft, inTurn?: InTurn): Promise<Capture> {
    const request = await this.requestFor(draft.input);
    const { vary = variations, runs = defaultRuns } = this.options;
    const observation = await observe(this.sandbox, request, draft.input.env, {
      runs,
      variations: vary,
      signal: this.ending.signal,
      ...(inTurn === undefined ? {} : { inTurn }),
    });
    return this.captureOf(draft, observation);
  }

  /** The capture that an observation of a draft makes. */
  captureOf(draft: CaseDraft, observation: Observation): Capture {
    const { gold, runs, varied, flakes, durationMs } = observation;
    const captured: Case = {
      ...draft,
      gold,
      provenance: {
        reference: this.referenceId,
        recorded: (this.options.now?.() ?? new Date()).toISOString().slice(0, 10),
        engine: this.sandbox.engine,
        determinism: { runs, varied },
      },
    };
    return { case: captured, flakes, durationMs };
  }

  /**
   * Records many, over all lanes, and hands over each as it is done, in any order.
   * @throws CancelledError; InfraError when the sandbox failed (what was handed over is good).
   */
  async recordAll(
    drafts: readonly CaseDraft[],
    onRecording: (recording: Recording) => void | Promise<void>,
  ): Promise<void> {
    const queue = new PQueue({ concurrency: casesAtOnce });
    const turns = new GoldTurns(this.options.lanes);
    let done = 0;
    const one = async (draft: CaseDraft) => {
      const held = turns.begin();
      await onRecording(await this.recordOrRefuse(draft, held.inTurn));
      held.release();
      done++;
      this.options.onProgress?.({ done, total: drafts.length, message: draft.name });
    };
    try {
      // The first failure ends all: what waits is dropped below.
      await Promise.all(drafts.map((draft) => queue.add(() => one(draft))));
    } catch (error) {
      queue.clear();
      turns.dispose();
      throw error;
    }
  }

  private requestFor(input: CaseInput): Promise<ExecRequest> {
    const { reference, limits, name } = this.target;
    return caseRequest(input, {
      program: referenceProgram(this.target),
      argv0: reference?.argv0 ?? name,
      prefixArgs: reference?.prefixArgs ?? [],
      env: imageSurroundings(this.sandbox.imageEnv),
      limits,
      collectOutputs: true,
    });
  }

  private async recordOrRefuse(draft: CaseDraft, inTurn: InTurn): Promise<Recording> {
    if (this.ending.signal.aborted) {
      throw new CancelledError();
    }
    try {
      return { draft, capture: await this.record(draft, inTurn) };
    } catch (error) {
      if (error instanceof NoGoldError) {
        return { draft, refused: error };
      }
      throw error instanceof UserError || error instanceof CancelledError
        ? error
        : new InfraError(`Recording ${draft.name} failed: ${String(error)}.`, { cause: error });
    }
  }
}

function endingWith(signal: AbortSignal | undefined): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  if (signal?.aborted === true) {
    controller.abort();
  }
  signal?.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
  return controller;
}

import type { Case } from '../cases/case';
import type { UnreadableCase } from '../cases/caseStore';
import { CancelledError, errorText, UserError } from '../errors';
import type { ReportProgress } from '../progress';
import type { Engine, Sandbox } from '../sandbox/sandbox';
import { candidateSpec } from '../sandbox/specs';
import type { Language, Profile, Target } from '../targets/target';
import type { WorkFolder } from '../workFolder';
import { buildCandidate } from './build';
import type { BuiltCandidate } from './build';
import { readCandidate } from './candidateSource';
import type { CandidateSource } from './candidateSource';
import { CaseRunner } from './caseRunner';
import { countVerdicts, passRates } from './groups';
import { ScoreJournal } from './journal';
import type { NewScore } from './journal';
import { resultOf } from './judge';
import { inRunOrder } from './order';
import type { BuildResult, CaseResult, Score } from './score';
import { listScores, readVerdicts } from './scoreFiles';
import type { Selection } from './selection';

export interface ScoreRequest {
  readonly target: Target;
  readonly language: Language;
  /** The candidate's folder, absolute. */
  readonly candidate: string;
  /** The candidate's files where they are no folder, but a state of a run's workspace. */
  readonly source?: CandidateSource;
  readonly engine: Engine;
  readonly selection: Selection;
  /** The target's own when absent. */
  readonly profile?: Profile;
  /** Programs at once. */
  readonly jobs: number;
  readonly workFolder: WorkFolder;
  /** The score's folder; one below the work folder when absent. */
  readonly out?: string;
  /** The folder of an interrupted score to go on with. */
  readonly resume?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: ReportProgress;
  readonly onBuild?: (build: BuildResult) => void;
  /** Called with each verdict as it falls, those of a resumed score first. */
  readonly onResult?: (result: CaseResult) => void;
}

export interface FinishedScore {
  /** The score's folder, absolute. */
  readonly dir: string;
  readonly score: Score;
  /** Cases of the target that can't be read: they are in no count, whatever was selected. */
  readonly unreadable: readonly UnreadableCase[];
}

/**
 * Builds a candidate and gives it the selected cases, each in isolation. What was judged is on disk
 * within a tenth of a second, whatever ends the process.
 * @throws UserError when the request is at fault; InfraError when the harness failed; CancelledError.
 * After each of them the journal's folder is whole and can be resumed.
 */
export async function scoreCandidate(request: ScoreRequest): Promise<FinishedScore> {
  const source = request.source ?? (await readCandidate(request.candidate));
  const journal = await openJournal(request, source.hash);
  try {
    const scoring = new Scoring(request, journal);
    const score = await scoring.run(source);
    return { dir: journal.dir, score, unreadable: scoring.unreadable };
  } catch (error) {
    if (error instanceof NothingSelectedError && request.resume === undefined) {
      await journal.discard();
      throw error;
    }
    await journal.close({
      state: error instanceof CancelledError ? 'cancelled' : 'failed',
      ...(error instanceof CancelledError ? {} : { error: errorText(error) }),
      finished: new Date().toISOString(),
    });
    throw error;
  }
}

/** A mistyped selection leaves no trace in the history. */
class NothingSelectedError extends UserError {}

class Scoring {
  readonly unreadable: UnreadableCase[] = [];
  private readonly results = new Map<string, CaseResult>();
  private total = 0;
  private imageDigest: string | undefined;

  constructor(
    private readonly request: ScoreRequest,
    private readonly journal: ScoreJournal,
  ) {}

  async run(source: CandidateSource): Promise<Score> {
    this.request.onProgress?.({ done: 0, message: 'Building' });
    // Cases are read while the candidate is built and its sandbox is made ready.
    const reading = this.readCases();
    const built = await this.build(source, reading);
    this.request.onBuild?.(built.result);
    if (built.result.ok) {
      await this.runCases(reading, built);
    } else {
      for (const one of await reading) {
        const skipped = resultOf(one, 'skipped', 'the build failed');
        this.journal.add(skipped);
        this.report(skipped);
      }
    }
    return this.finish(await reading, built);
  }

  /** Builds the candidate, unless it turns out that there is nothing to run it on. */
  private async build(source: CandidateSource, reading: Promise<unknown>): Promise<BuiltCandidate> {
    const pointless = new AbortController();
    reading.catch(() => pointless.abort());
    const { signal = pointless.signal } = this.request;
    const request = {
      ...this.request,
      signal: AbortSignal.any([signal, pointless.signal]),
      onMessage: (message: string) => this.request.onProgress?.({ done: 0, message }),
    };
    try {
      return await buildCandidate(request, source, this.journal.buildLog);
    } catch (error) {
      if (pointless.signal.aborted) {
        await reading;
      }
      throw error;
    }
  }

  /** The selected cases, of which those that were judged already are reported at once. */
  private async readCases(): Promise<Case[]> {
    const cases = await selectedCases(this.request, this.unreadable);
    this.total = cases.length;
    this.journal.earlier.forEach((result) => this.report(result));
    return cases;
  }

  private report(result: CaseResult): void {
    this.results.set(result.name, result);
    this.request.onResult?.(result);
    const { size } = this.results;
    this.request.onProgress?.({ done: size, total: this.total, message: result.name });
  }

  private async runCases(reading: Promise<Case[]>, built: BuiltCandidate): Promise<void> {
    const { target, language, engine, profile, jobs, signal } = this.request;
    const options = signal === undefined ? {} : { signal };
    const spec = await candidateSpec(target, language, built.folder, jobs);
    const create = async () => {
      const sandbox = await engine.create(spec, options);
      this.imageDigest = sandbox.imageDigest;
      return sandbox;
    };
    const ready = new Spare(create);
    try {
      const cases = (await reading).filter(({ name }) => !this.results.has(name));
      await this.journal.update({ build: built.result, total: this.total });
      const runner = new CaseRunner({
        program: built.program,
        profile: profile ?? target.profile,
        jobs,
        journal: this.journal,
        createSandbox: () => ready.take() ?? create(),
        onResult: (result) => this.report(result),
        ...options,
      });
      await runner.run(inRunOrder(cases, await this.lastVerdicts()));
    } finally {
      await ready.dispose();
    }
  }

  /** Verdicts of the last score of the same task. */
  private async lastVerdicts(): Promise<readonly CaseResult[]> {
    const { workFolder, target, language } = this.request;
    const last = (await listScores(workFolder)).find(
      ({ dir, header }) =>
        dir !== this.journal.dir &&
        header.targetPath === target.path &&
        header.language === language,
    );
    return last === undefined ? [] : readVerdicts(last.dir);
  }

  private async finish(cases: readonly Case[], built: BuiltCandidate): Promise<Score> {
    const results = cases.flatMap(({ name }) => this.results.get(name) ?? []);
    const { target, language, engine, profile } = this.journal.header;
    const image = this.imageDigest === undefined ? {} : { imageDigest: this.imageDigest };
    const score: Score = {
      target,
      language,
      engine,
      ...image,
      profile,
      build: built.result,
      score: passRates(results),
      counts: countVerdicts(results),
      cases: results,
    };
    await this.journal.flush();
    await this.journal.close({
      state: 'done',
      ...image,
      build: built.result,
      total: this.total,
      finished: new Date().toISOString(),
      score: score.score,
      counts: score.counts,
    });
    return score;
  }
}

async function selectedCases(
  { target, selection }: ScoreRequest,
  unreadable: UnreadableCase[],
): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const one of target.store.readAll((lost) => unreadable.push(lost))) {
    if (selection.has(one)) {
      cases.push(one);
    }
  }
  if (cases.length === 0) {
    const [lost] = unreadable;
    throw new NothingSelectedError(
      `Scoring ${target.name} failed: no case is selected by "${selection.text}".`,
      {
        action:
          lost === undefined
            ? 'Choose all, visible, hidden, or a pattern such as "select/*".'
            : `${unreadable.length} can't be read. ${lost.problem}`,
      },
    );
  }
  return cases;
}

async function openJournal(request: ScoreRequest, candidateHash: string): Promise<ScoreJournal> {
  const { target, language, candidate, engine, profile, selection, workFolder, out } = request;
  const header: NewScore = {
    target: target.name,
    targetPath: target.path,
    language,
    candidate,
    candidateHash,
    engine: engine.name,
    profile: profile ?? target.profile,
    cases: selection.text,
    total: 0,
    started: new Date().toISOString(),
  };
  if (request.resume !== undefined) {
    return ScoreJournal.resume(request.resume, header);
  }
  return ScoreJournal.begin(
    out === undefined ? { scoresDir: await workFolder.make(workFolder.scores) } : { dir: out },
    header,
  );
}

/** A sandbox that is made ahead of time, for whoever takes it first. */
class Spare {
  private sandbox: Promise<Sandbox> | undefined;

  constructor(create: () => Promise<Sandbox>) {
    this.sandbox = create();
    // Whoever takes it sees the failure.
    this.sandbox.catch(() => undefined);
  }

  take(): Promise<Sandbox> | undefined {
    const taken = this.sandbox;
    this.sandbox = undefined;
    return taken;
  }

  /** Lets go of it where nobody took it. */
  async dispose(): Promise<void> {
    const left = await this.take()?.catch(() => undefined);
    await left?.dispose();
  }
}

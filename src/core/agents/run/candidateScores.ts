import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../../cases/case';
import type { Engine } from '../../sandbox/sandbox';
import { candidateOf } from '../../scoring/candidateSource';
import type { CandidateSource } from '../../scoring/candidateSource';
import { describeFailures } from '../../scoring/describeScore';
import type { Score } from '../../scoring/score';
import { scoreCandidate } from '../../scoring/scoreCandidate';
import { scoreFileNames } from '../../scoring/scoreFiles';
import { parseSelection } from '../../scoring/selection';
import { UserError } from '../../errors';
import type { Language, Target } from '../../targets/target';
import type { WorkFolder } from '../../workFolder';
import type { VisibleScore } from '../tools/taskTools';
import { lastAttempt, packAttempt } from './packAttempt';
import { runFile } from './runFolder';

export interface CandidateScoresParts {
  readonly target: Target;
  readonly language: Language;
  readonly engine: Engine;
  readonly workFolder: WorkFolder;
  readonly runDir: string;
  readonly sampleId: string;
  readonly jobs: number;
  /** The candidate as it stands, read whole. */
  readonly snapshot: () => Promise<readonly FileEntry[]>;
  /** Called with the number of attempts kept. */
  readonly onAttempt: (attempts: number) => void;
  readonly onEvaluated: (score: { passed: number; total: number }) => void;
}

/** Failing cases that the agent is shown with their bytes, and those that are named. */
const told = { inFull: 5, named: 60 } as const;

/** Scores states of a run's candidate: the visible cases for the agent, all of them at the end. */
export class CandidateScores {
  /** Attempts kept so far; not known before the first of this session. */
  private attempts: number | undefined;
  private last: { readonly hash: string; readonly score: VisibleScore } | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: CandidateScoresParts) {}

  /**
   * Scores the visible cases; a second call waits for the first, and gets its answer where nothing has
   * changed. @throws InfraError when the harness failed; CancelledError.
   */
  readonly visible = (signal: AbortSignal): Promise<VisibleScore> => {
    const work = this.queue.then(() => this.evaluate(signal));
    this.queue = work.catch(() => undefined);
    return work;
  };

  /**
   * The final score, on all cases; goes on with one that was interrupted.
   * @returns undefined when the candidate holds no file at all.
   */
  async final(
    files: readonly FileEntry[],
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ): Promise<Score | undefined> {
    const source = await this.sourceOf(files);
    if (source === undefined) {
      return undefined;
    }
    await this.keep(source);
    const dir = runFile(this.parts.runDir, 'score');
    const request = {
      ...this.request(source, signal),
      selection: parseSelection('all'),
      onProgress: ({ done, total }: { done: number; total?: number }) =>
        onProgress(done, total ?? 0),
    };
    const finished = await scoreCandidate({ ...request, resume: dir }).catch((error: unknown) => {
      // There is none yet, or one of another state of the candidate.
      if (error instanceof UserError && error.name === 'UserError') {
        return rm(dir, { recursive: true, force: true }).then(() =>
          scoreCandidate({ ...request, out: dir }),
        );
      }
      throw error;
    });
    return finished.score;
  }

  private async evaluate(signal: AbortSignal): Promise<VisibleScore> {
    const source = await this.sourceOf(await this.parts.snapshot());
    if (source === undefined) {
      return this.nothingThere();
    }
    if (this.last?.hash === source.hash) {
      return this.last.score;
    }
    const number = await this.keep(source);
    const dir = path.join(runFile(this.parts.runDir, 'evaluations'), String(number));
    const { score } = await scoreCandidate({
      ...this.request(source, signal),
      selection: parseSelection('visible'),
      out: dir,
    });
    const result = await this.visibleScore(score, dir);
    // The bytes that failing cases gave have been told; over days they would fill a disk.
    await rm(path.join(dir, scoreFileNames.actual), { recursive: true, force: true });
    if (score.counts.infra === 0) {
      this.last = { hash: source.hash, score: result };
    }
    const { passed, total } = result;
    this.parts.onEvaluated({ passed, total });
    return result;
  }

  private request(source: CandidateSource, signal: AbortSignal) {
    const { target, language, engine, workFolder, runDir, jobs } = this.parts;
    return { target, language, engine, workFolder, candidate: runDir, source, jobs, signal };
  }

  private async visibleScore(score: Score, dir: string): Promise<VisibleScore> {
    const { counts, cases, build } = score;
    const total = cases.length;
    const passed = counts.pass;
    if (!build.ok) {
      const text = `0 of ${total} visible test cases pass: the build failed.\n\n${build.tail ?? ''}`;
      return { passed: 0, total, text };
    }
    const failures = await describeFailures(this.parts.target, score, dir, told);
    const lines = [
      `${passed} of ${total} visible test cases pass (${percent(passed / total)} %).`,
      ...(counts.infra > 0
        ? [`${counts.infra} could not be judged, through no fault of yours.`]
        : []),
      ...(failures.length > 0 ? ['', ...failures] : []),
    ];
    const judged = cases.filter(({ verdict }) => verdict !== 'infra' && verdict !== 'skipped');
    return {
      passed,
      total: total - counts.infra,
      cases: judged.map(({ name, verdict }) => ({ name, passed: verdict === 'pass' })),
      text: lines.join('\n'),
    };
  }

  private async nothingThere(): Promise<VisibleScore> {
    let total = 0;
    const { has } = parseSelection('visible');
    for await (const one of this.parts.target.store.readAll()) {
      total += Number(has(one));
    }
    return {
      passed: 0,
      total,
      text: `0 of ${total} visible test cases pass: there is no file in your source folder.`,
    };
  }

  private async keep(source: CandidateSource): Promise<number> {
    const { runDir, sampleId } = this.parts;
    const folder = path.join(runFile(runDir, 'artifacts'), sampleId);
    this.attempts = (this.attempts ?? (await lastAttempt(folder))) + 1;
    await packAttempt(folder, this.attempts, source.files);
    this.parts.onAttempt(this.attempts);
    return this.attempts;
  }

  private async sourceOf(files: readonly FileEntry[]): Promise<CandidateSource | undefined> {
    return files.some(({ kind }) => kind === 'file') ? candidateOf(files) : undefined;
  }
}

/** Rounded down, so that 100 % means all. */
function percent(share: number): string {
  return (Math.floor(share * 1000 + 1e-9) / 10).toFixed(1);
}

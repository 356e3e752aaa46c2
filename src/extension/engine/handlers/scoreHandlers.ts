import path from 'node:path';
import type { CaseResult } from '../../../core/scoring/score';
import { scoreCandidate } from '../../../core/scoring/scoreCandidate';
import { listScores, readHeader } from '../../../core/scoring/scoreFiles';
import { parseSelection, selectNames } from '../../../core/scoring/selection';
import type { Target } from '../../../core/targets/target';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { ScoreEvent, ScoreRequest } from '../callTypes';
import type { CallContext, Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';
import { FailureTexts } from './failureText';
import { pruneScores } from './pruneScores';

/** Scoring candidates. */
export function scoreHandlers(
  catalogue: Catalogue,
  engines: Engines,
): Handlers<Pick<EngineCalls, 'score'>> {
  return {
    score: async (request, context) => {
      const target = await catalogue.open(request.target);
      const engine = await engines.get(request.settings);
      const reporter = new ScoreReporter(target, context);
      const workFolder = new WorkFolder(request.target.root);
      const { dir } = await scoreCandidate({
        target,
        language: request.language,
        candidate: request.candidate,
        engine,
        selection: request.cases === undefined ? parseSelection('all') : selectNames(request.cases),
        ...(request.profile !== 'target' && { profile: request.profile }),
        jobs: engines.jobs(request.settings),
        workFolder,
        ...(request.resume !== undefined && { resume: request.resume }),
        signal: context.signal,
        onBuild: (build) => reporter.built(build),
        onResult: (result) => reporter.judged(result),
      }).finally(() => reporter.settled());
      await prune(request, workFolder, context);
      return { dir, header: await readHeader(dir) };
    },
  };
}

/** Hands verdicts over as they fall, each with its texts where there is something to compare. */
class ScoreReporter {
  private dir = '';
  private readonly texts = new FailureTexts();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly target: Target,
    private readonly context: CallContext<ScoreEvent>,
  ) {}

  built(build: { readonly ok: boolean; readonly log: string; readonly tail?: string }): void {
    this.dir = path.dirname(build.log);
    this.context.emit({ kind: 'started', dir: this.dir });
    if (!build.ok) {
      this.context.emit({ kind: 'buildFailed', log: build.log, tail: build.tail ?? '' });
    }
  }

  judged(result: CaseResult): void {
    if (result.actual === undefined) {
      this.context.emit({ kind: 'verdict', result });
      return;
    }
    // One at a time: a run in which everything fails must not hold every output in memory.
    this.last = this.last.then(() => this.explain(result));
  }

  settled(): Promise<void> {
    return this.last;
  }

  private async explain(result: CaseResult): Promise<void> {
    const failure = await this.target.store
      .read(result.name)
      .then((one) => this.texts.of(one, result, this.dir))
      .catch(() => undefined); // the verdict stands without its texts
    this.context.emit({ kind: 'verdict', result, ...(failure !== undefined && { failure }) });
  }
}

async function prune(
  { target, language, keep }: ScoreRequest,
  workFolder: WorkFolder,
  { emit }: CallContext<ScoreEvent>,
): Promise<void> {
  const removed = await pruneScores(await listScores(workFolder), target, language, keep);
  for (const dir of removed) {
    emit({
      kind: 'note',
      text: `Removed the old score ${dir} (mirrorcode.scores.keep is ${keep}).`,
    });
  }
}

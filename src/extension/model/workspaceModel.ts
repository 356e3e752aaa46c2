import type { StoredRun } from '../../core/agents/run/runFolder';
import type { CaseListing } from '../../core/cases/caseStore';
import { DisposableStore } from '../../core/disposable';
import type { Disposable } from '../../core/disposable';
import { countVerdicts } from '../../core/scoring/groups';
import type { CaseResult, Verdict } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { Language } from '../../core/targets/target';
import type { ListedScore } from '../engine/callTypes';
import type { EngineThread } from '../engine/engineThread';
import type { Capture } from '../trees/captureNodes';
import type { LanguageTally, TargetView } from '../trees/taskViews';
import { Coalescer } from './coalescer';
import { Signal } from './signal';
import type { BrokenTarget, CaseCounts, TargetInfo } from './targetInfo';

/** What of the workspace is new. */
export type ModelChange = 'targets' | 'counts' | 'scores' | 'runs' | 'captures';

/** Milliseconds of quiet in the file system before it is read again. */
const quietMs = 150;

/** What the editor knows of the workspace: read lazily, kept, and read anew when files change. */
export class WorkspaceModel implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Signal<ModelChange>());
  readonly onDidChange = this.changed.on;

  private targetList: readonly TargetInfo[] = [];
  private brokenList: readonly BrokenTarget[] = [];
  private rootList: readonly string[] = [];
  private scoreList: readonly ListedScore[] = [];
  private runList: readonly StoredRun[] = [];
  private captureList: readonly Capture[] = [];
  private readonly counts = new Map<string, CaseCounts>();
  /** Of scores that ran a part of the cases: what the task's newest verdicts are. By folder. */
  private readonly tallies = new Map<string, Record<Verdict, number>>();
  private readonly listings = new Map<string, Promise<CaseListing>>();
  private readonly verdicts = new Map<string, Promise<ReadonlyMap<string, CaseResult>>>();

  private readonly targetsReader: Coalescer;
  private readonly scoresReader: Coalescer;
  private readonly runsReader: Coalescer;
  private readonly capturesReader: Coalescer;
  private readonly counter: Coalescer;
  private counting: Promise<void> = Promise.resolve();

  constructor(
    private readonly engine: Pick<EngineThread, 'call'>,
    private readonly folders: () => readonly string[],
    private readonly onError: (error: unknown) => void,
  ) {
    const reader = (task: () => Promise<void>) =>
      this.store.add(new Coalescer(task, quietMs, onError));
    this.targetsReader = reader(() => this.readTargets());
    this.scoresReader = reader(() => this.readScores());
    this.runsReader = reader(() => this.readRuns());
    this.capturesReader = reader(() => this.readCaptures());
    this.counter = reader(() => this.countAll());
  }

  get targets(): readonly TargetInfo[] {
    return this.targetList;
  }

  get broken(): readonly BrokenTarget[] {
    return this.brokenList;
  }

  /** The folders whose `.mirrorcode` the workspace works in. */
  get roots(): readonly string[] {
    return this.rootList;
  }

  /** Newest first. */
  get scores(): readonly ListedScore[] {
    return this.scoreList;
  }

  /** Runs of agents, newest first. */
  get runs(): readonly StoredRun[] {
    return this.runList;
  }

  get captures(): readonly Capture[] {
    return this.captureList;
  }

  /** Reads everything anew; resolves when targets, scores, runs and captures are there. */
  async refresh(): Promise<void> {
    await this.targetsReader.run();
    await Promise.all([
      this.scoresReader.run(),
      this.runsReader.run(),
      this.capturesReader.run(),
      this.counting,
    ]);
  }

  /** Says that files changed; they are read again once it is quiet. */
  touch(what: 'targets' | 'scores' | 'runs' | 'captures'): void {
    const readers = {
      targets: this.targetsReader,
      scores: this.scoresReader,
      runs: this.runsReader,
      captures: this.capturesReader,
    };
    readers[what].ask();
  }

  listing(target: TargetInfo): Promise<CaseListing> {
    let listing = this.listings.get(target.key);
    if (listing === undefined) {
      listing = this.engine.call('list', { target });
      this.listings.set(target.key, listing);
      // What failed is tried again by the next who asks.
      listing.catch(() => this.listings.delete(target.key));
    }
    return listing;
  }

  countsOf(target: TargetInfo): CaseCounts | undefined {
    return this.counts.get(target.key);
  }

  /** Newest first. */
  scoresOf(target: TargetInfo, language?: Language): readonly StoredScore[] {
    return this.scoreList.filter(
      ({ header }) =>
        header.targetPath === target.path &&
        header.target === target.name &&
        (language === undefined || header.language === language),
    );
  }

  /** The verdicts of one score, by case. */
  verdictsOf({ dir, header }: StoredScore): Promise<ReadonlyMap<string, CaseResult>> {
    const key = `${dir}\n${header.state}\n${header.finished ?? ''}`;
    let verdicts = this.verdicts.get(key);
    if (verdicts === undefined) {
      verdicts = this.engine
        .call('verdicts', { dir })
        .then((results) => new Map(results.map((result) => [result.name, result])));
      if (header.state !== 'running') {
        this.verdicts.set(key, verdicts);
      }
      verdicts.catch(() => this.verdicts.delete(key));
    }
    return verdicts;
  }

  /** The newest verdict of each case in the language that was scored last. */
  async lastVerdicts(target: TargetInfo): Promise<ReadonlyMap<string, CaseResult>> {
    const newest = this.scoresOf(target)[0];
    return newest === undefined
      ? new Map<string, CaseResult>()
      : this.mergedVerdicts(this.scoresOf(target, newest.header.language));
  }

  /** The newest verdict of one case in the language that was scored last, and its score. */
  async lastVerdict(
    target: TargetInfo,
    name: string,
  ): Promise<{ readonly score: StoredScore; readonly result: CaseResult } | undefined> {
    const newest = this.scoresOf(target)[0];
    for (const score of this.scoresOf(target, newest?.header.language).slice(0, mergedScores)) {
      const result = (await this.verdictsOf(score)).get(name);
      if (result !== undefined) {
        return { score, result };
      }
    }
    return undefined;
  }

  /** The folders of the scores that give each language its newest verdicts; newest first. */
  verdictFolders(target: TargetInfo): readonly (readonly [Language, readonly string[]])[] {
    const languages = new Set(this.scoresOf(target).map(({ header }) => header.language));
    return [...languages].map((language) => [
      language,
      countedScores(this.scoresOf(target, language)).map(({ dir }) => dir),
    ]);
  }

  view(target: TargetInfo): TargetView {
    const counts = this.countsOf(target);
    const latest = new Map<Language, LanguageTally>();
    for (const score of this.scoresOf(target)) {
      const { language } = score.header;
      const tally = this.tallies.get(score.dir) ?? score.header.counts;
      if (!latest.has(language)) {
        latest.set(language, { score, ...(tally !== undefined && { counts: tally }) });
      }
    }
    return {
      info: target,
      ...(counts !== undefined && { counts }),
      tallies: [...latest.values()],
      listing: () => this.listing(target),
      lastVerdicts: () => this.lastVerdicts(target),
    };
  }

  findTarget(path: string, name?: string): TargetInfo | undefined {
    return this.targetList.find(
      (target) => target.path === path && (name === undefined || target.name === name),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private async readTargets(): Promise<void> {
    const { targets, broken, roots, remembered } = await this.engine.call('discover', {
      folders: this.folders(),
    });
    for (const [key, counts] of Object.entries(remembered)) {
      // What was counted in this window is newer.
      this.counts.set(key, this.counts.get(key) ?? counts);
    }
    this.targetList = targets;
    this.brokenList = broken;
    this.rootList = roots;
    this.listings.clear();
    this.changed.fire('targets');
    this.counting = this.counter.run();
  }

  /** Reads every case; the tree stands meanwhile and fills in. */
  private async countAll(): Promise<void> {
    await Promise.all(
      this.targetList.map(async (target) => {
        try {
          this.counts.set(target.key, await this.engine.call('count', { target }));
        } catch (error) {
          this.counts.delete(target.key);
          this.onError(error);
        }
      }),
    );
    this.changed.fire('counts');
  }

  private async readScores(): Promise<void> {
    this.scoreList = await this.engine.call('scores', { roots: this.rootList });
    await this.tallyParts();
    this.changed.fire('scores');
  }

  /** Where the newest score of a task ran a part of the cases only, earlier ones fill in. */
  private async tallyParts(): Promise<void> {
    this.tallies.clear();
    const seen = new Set<string>();
    for (const score of this.scoreList) {
      const { target, targetPath, language, state } = score.header;
      const task = `${targetPath}\n${target}\n${language}`;
      if (!seen.has(task) && !isWhole(score) && state !== 'running') {
        const sameTask = this.scoreList.filter(
          ({ header }) =>
            header.targetPath === targetPath &&
            header.target === target &&
            header.language === language,
        );
        const merged = await this.mergedVerdicts(sameTask);
        this.tallies.set(score.dir, countVerdicts([...merged.values()]));
      }
      seen.add(task);
    }
  }

  /** The newest verdict of each case, back to the newest score that ran all of them. */
  private async mergedVerdicts(
    scores: readonly StoredScore[],
  ): Promise<ReadonlyMap<string, CaseResult>> {
    const merged = new Map<string, CaseResult>();
    for (const score of [...countedScores(scores)].reverse()) {
      for (const [name, result] of await this.verdictsOf(score)) {
        merged.set(name, result);
      }
    }
    return merged;
  }

  private async readRuns(): Promise<void> {
    this.runList = await this.engine.call('runs', { roots: this.rootList });
    this.changed.fire('runs');
  }

  private async readCaptures(): Promise<void> {
    this.captureList = await this.engine.call('captures', { roots: this.rootList });
    this.changed.fire('captures');
  }
}

/** How many scores back a case that the newest did not run keeps its verdict. */
const mergedScores = 10;

/** Back to the newest score that ran all cases. */
function countedScores(scores: readonly StoredScore[]): readonly StoredScore[] {
  const whole = scores.findIndex(isWhole);
  return scores.slice(0, whole < 0 ? mergedScores : Math.min(whole + 1, mergedScores));
}

function isWhole({ header }: StoredScore): boolean {
  return header.cases === 'all' && header.state === 'done';
}

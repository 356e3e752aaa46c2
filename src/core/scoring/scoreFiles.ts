import { readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../atomicFile';
import { errorCode, errorText, UserError } from '../errors';
import { languages } from '../targets/target';
import { fromStored, toStored } from '../workFolder';
import type { WorkFolder } from '../workFolder';
import { countVerdicts, passRates } from './groups';
import { parseLines } from '../lineLog';
import type { CaseResult, Score } from './score';
import { verdicts } from './score';

/** The files of a score's folder. */
export const scoreFileNames = {
  header: 'score.json',
  verdicts: 'verdicts.jsonl',
  buildLog: 'build.log',
  /** Folder: what failing cases gave, each stream a file named by its SHA-256. */
  actual: 'actual',
} as const;

const build = z.object({
  ok: z.boolean(),
  command: z.string(),
  durationMs: z.number(),
  log: z.string(),
  tail: z.string().exactOptional(),
  cached: z.boolean().exactOptional(),
});

const header = z.object({
  version: z.literal(1),
  target: z.string(),
  /** The target's own folder, absolute; in the file as `toStored` has it. */
  targetPath: z.string(),
  language: z.enum(languages),
  /** The candidate's folder, the same, and the SHA-256 of its sources. */
  candidate: z.string(),
  candidateHash: z.string(),
  engine: z.enum(['bubblewrap', 'docker']),
  imageDigest: z.string().exactOptional(),
  profile: z.enum(['exact', 'mirrorcode']),
  /** As given: `all`, `visible`, `hidden` or a pattern. */
  cases: z.string(),
  /** Cases selected; verdicts still missing are those of an interrupted score. */
  total: z.number(),
  /** Not `done` and without a live process behind it: interrupted, and can be resumed. */
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Why, for `failed`. */
  error: z.string().exactOptional(),
  /** The process that makes it, while it is `running`. */
  process: z.object({ pid: z.number(), host: z.string() }),
  /** ISO 8601. */
  started: z.string(),
  finished: z.string().exactOptional(),
  build: build.exactOptional(),
  score: z.record(z.string(), z.number()).exactOptional(),
  counts: z.record(z.enum(verdicts), z.number()).exactOptional(),
});

/** What a score's folder says of the score without its verdicts. */
export type ScoreHeader = z.infer<typeof header>;

const difference = z.object({
  stream: z.string(),
  offset: z.number(),
  line: z.number(),
  column: z.number(),
  class: z.string(),
});

const result = z.object({
  name: z.string(),
  labels: z.array(z.string()),
  verdict: z.enum(verdicts),
  durationMs: z.number(),
  differences: z.array(difference),
});

/** Whether a score is being made right now, as far as this machine can tell. */
export function isRunning({ state, process: maker }: ScoreHeader): boolean {
  if (state !== 'running' || maker.host !== os.hostname()) {
    return state === 'running';
  }
  try {
    process.kill(maker.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

export interface StoredScore {
  /** The score's folder, absolute. */
  readonly dir: string;
  readonly header: ScoreHeader;
}

/** Writes `score.json` beside itself and renames it over. */
export async function writeHeader(dir: string, content: ScoreHeader): Promise<void> {
  const file = path.join(dir, scoreFileNames.header);
  const kept: ScoreHeader = {
    ...content,
    targetPath: toStored(dir, content.targetPath),
    candidate: toStored(dir, content.candidate),
  };
  await writeFileAtomically(file, JSON.stringify(kept, null, 2) + '\n');
}

/** @throws UserError when the folder holds no score that can be read. */
export async function readHeader(dir: string): Promise<ScoreHeader> {
  const file = path.join(dir, scoreFileNames.header);
  try {
    const kept = header.parse(JSON.parse(await readFile(file, 'utf8')));
    const { targetPath, candidate } = kept;
    return {
      ...kept,
      targetPath: fromStored(dir, targetPath),
      candidate: fromStored(dir, candidate),
    };
  } catch (error) {
    throw new UserError(`Reading the score in ${dir} failed: ${errorText(error)}.`, {
      action: 'Name a folder below .mirrorcode/scores.',
      cause: error,
    });
  }
}

/** Every readable score of a work folder, newest first; half-made folders are left out. */
export async function listScores({ scores }: WorkFolder): Promise<StoredScore[]> {
  return scoresIn(scores, '');
}

/** The final scores of runs, each in its run's folder, newest first. */
export async function listRunScores({ runs }: WorkFolder): Promise<StoredScore[]> {
  return scoresIn(runs, 'score');
}

/** The scores in the folders of a folder, or in one below each of these. */
async function scoresIn(folder: string, below: string): Promise<StoredScore[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  });
  const scores = await Promise.all(
    names.map(async (name) => {
      const dir = path.join(folder, name, below);
      return readHeader(dir).then(
        (content) => [{ dir, header: content }],
        () => [],
      );
    }),
  );
  return scores.flat().sort((a, b) => (a.header.started < b.header.started ? 1 : -1));
}

/**
 * The verdicts of a score, finished or not, in the order in which they fell. The last verdict of a
 * case counts: a resumed score judges anew what the harness had failed on.
 */
export async function readVerdicts(dir: string): Promise<CaseResult[]> {
  const text = await readFile(path.join(dir, scoreFileNames.verdicts), 'utf8').catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') {
        return '';
      }
      throw error;
    },
  );
  const byName = new Map<string, CaseResult>();
  for (const line of parseLines(text)) {
    if (result.safeParse(line).success) {
      // What else a line holds (a later version's keys) is kept as it is.
      const verdict = line as CaseResult;
      byName.delete(verdict.name);
      byName.set(verdict.name, verdict);
    }
  }
  return [...byName.values()];
}

/** The whole of a score as its folder has it; rates are counted anew, so an interrupted one has them too. */
export async function readScore(dir: string): Promise<Score & { readonly header: ScoreHeader }> {
  const [content, cases] = await Promise.all([readHeader(dir), readVerdicts(dir)]);
  const { target, language, engine, profile } = content;
  return {
    header: content,
    target,
    language,
    engine,
    profile,
    build: content.build ?? { ok: false, command: '', durationMs: 0, log: '' },
    score: passRates(cases),
    counts: countVerdicts(cases),
    cases,
  };
}

/** The file that holds an actual output of a failing case. */
export function actualPath(dir: string, sha256: string): string {
  return path.join(dir, scoreFileNames.actual, sha256);
}

/**
 * Removes all but the newest finished scores of each task. Returns the folders that went, so that it
 * can be said; a score that is being made, or could be resumed, stays.
 * @param keep Scores to keep of each target and language; at least 1, so that the last one stays.
 */
export async function pruneScores(workFolder: WorkFolder, keep: number): Promise<string[]> {
  const seen = new Map<string, number>();
  const old = (await listScores(workFolder)).filter(
    ({ header: { state, targetPath, language } }) => {
      if (state !== 'done') {
        return false;
      }
      const task = JSON.stringify([targetPath, language]);
      const newer = seen.get(task) ?? 0;
      seen.set(task, newer + 1);
      return newer >= Math.max(1, keep);
    },
  );
  await Promise.all(old.map(({ dir }) => rm(dir, { recursive: true, force: true })));
  return old.map(({ dir }) => dir);
}

import { isVisible } from '../../cases/case';
import { passRates } from '../../scoring/groups';
import type { CaseResult, Score as CandidateScore } from '../../scoring/score';
import type { Target } from '../../targets/target';
import type { Json, Score } from '../log/inspectLog';

/** The end of a run: MirrorCode's dictionary of pass rates, and what each case came to. */
export interface FinalScore {
  /** Pass rates 0 to 1 by group. */
  readonly rates: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly solved: boolean;
  readonly cases: readonly CaseResult[];
  /** Cases that the harness failed on: the score is not to be taken for final. */
  readonly unjudged: number;
}

/**
 * What a score says of a run. A candidate that does not build, or is not there, passes nothing.
 * @param score undefined where the candidate holds no file.
 */
export async function finalScore(
  target: Target,
  score: CandidateScore | undefined,
): Promise<FinalScore> {
  const built = score?.build.ok === true;
  const cases = built ? score.cases : await allFailing(target, score);
  return {
    rates: passRates(cases),
    counts: score?.counts ?? { fail: cases.length },
    solved: cases.length > 0 && cases.every(({ verdict }) => verdict === 'pass'),
    cases,
    unjudged: cases.filter(({ verdict }) => verdict === 'infra').length,
  };
}

async function allFailing(
  target: Target,
  score: CandidateScore | undefined,
): Promise<CaseResult[]> {
  const reason = score === undefined ? 'there is no candidate' : 'the build failed';
  const cases: CaseResult[] = [];
  for await (const { name, labels, gold } of target.store.readAll()) {
    cases.push({
      name,
      labels,
      verdict: 'fail',
      durationMs: 0,
      differences: [],
      reason,
      ...(gold === undefined ? {} : { exitZero: gold.returncode === 0 }),
    });
  }
  return cases;
}

/** The score as Inspect's log has it. */
export function inspectScore({ rates, counts, solved }: FinalScore): Score {
  return {
    value: { ...rates, solved: Number(solved), solved_99: Number((rates['all'] ?? 0) >= 0.99) },
    answer: solved ? 'solved' : 'not solved',
    explanation: Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(', '),
  };
}

/** Per-case results, where MirrorCode's logs have them in a sample's metadata. */
export function scoredCases({ cases }: FinalScore): { readonly [key: string]: Json } {
  const rows = cases.map((result) => ({
    name: result.name,
    labels: result.labels,
    visible: isVisible(result),
    passed: result.verdict === 'pass',
    verdict: result.verdict,
    duration_ms: result.durationMs,
    ...(result.returncode === undefined ? {} : { returncode: result.returncode }),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    differences: result.differences.map((difference) => ({ ...difference })),
  }));
  return { scored_cases_final: { cases: rows } };
}

import { breathe } from './bytes/byteStore';
import { caseVerdicts } from './casePasses';
import type { LoadedSample } from './loadedSample';
import type { CaseAttempt, CaseHistory, TestCaseResult } from './normalForm';
import { eventOf } from './summaries';

/** Attempts and cells that are held; no run has as many, and a hostile log must not fill memory. */
const mostAttempts = 5000;
const mostCells = 32_000_000;
/** Milliseconds of work between two looks at cancellation. */
const sliceMs = 25;

/**
 * Every case in every attempt of which the log lists the cases: test runs of the agent and scores, in
 * their order. Attempts that only give counts are no part of it.
 */
export async function readCaseHistory(
  sample: LoadedSample,
  signal?: AbortSignal,
): Promise<CaseHistory> {
  const table = new CaseTable();
  let rested = performance.now();
  for (const ordinal of attemptOrdinals(sample)) {
    const { testRun, kind } = eventOf(sample, ordinal);
    if (testRun?.cases !== undefined && testRun.cases.length > 0) {
      const { passed, total, cases } = testRun;
      table.add({ ordinal, isScore: kind === 'score', passed, total }, cases);
    }
    if (performance.now() - rested > sliceMs) {
      await breathe();
      signal?.throwIfAborted();
      rested = performance.now();
    }
  }
  return table.result();
}

function attemptOrdinals({ index }: LoadedSample): number[] {
  const ordinals = index
    .markers()
    .flatMap(({ type, ordinal }) => (type === 'testRun' || type === 'score' ? [ordinal] : []));
  // The last ones tell how it ended.
  return [...new Set(ordinals)].slice(-mostAttempts);
}

class CaseTable {
  private readonly attempts: CaseAttempt[] = [];
  private readonly rows = new Map<string, number>();
  private readonly columns: { readonly row: number; readonly passed: boolean }[][] = [];

  add(attempt: CaseAttempt, cases: readonly TestCaseResult[]): void {
    this.attempts.push(attempt);
    this.columns.push(cases.map(({ name, passed }) => ({ row: this.row(name), passed })));
  }

  result(): CaseHistory {
    const names = [...this.rows.keys()];
    const most = Math.max(1, Math.floor(mostCells / Math.max(1, names.length)));
    const attempts = this.attempts.slice(-most);
    const verdicts = new Uint8Array(names.length * attempts.length);
    this.columns.slice(-most).forEach((cells, column) => {
      for (const { row, passed } of cells) {
        verdicts[row * attempts.length + column] = passed ? caseVerdicts.pass : caseVerdicts.fail;
      }
    });
    return { attempts, names, verdicts };
  }

  private row(name: string): number {
    const known = this.rows.get(name);
    if (known !== undefined) {
      return known;
    }
    this.rows.set(name, this.rows.size);
    return this.rows.size - 1;
  }
}

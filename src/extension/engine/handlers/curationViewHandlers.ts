import { curationFacts } from '../../../core/audit/curationFacts';
import type { CaseFacts, CurationFacts } from '../../../core/audit/curationFacts';
import { isVisible } from '../../../core/cases/case';
import type { Verification } from '../../../core/audit/finding';
import type { CaseResult } from '../../../core/scoring/score';
import { readVerdicts } from '../../../core/scoring/scoreFiles';
import type { CurationRow } from '../../../protocol/curation';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';
import type { Verifications } from './verifications';

interface Held {
  readonly facts: CurationFacts;
  /** The newest verdicts of each candidate, in the order of the view's columns. */
  readonly verdicts: readonly ReadonlyMap<string, CaseResult>[];
  readonly reference: ReadonlyMap<string, Verification>;
}

/** The rows of curation views, held on this thread and handed out in pages. */
export function curationViewHandlers(
  catalogue: Catalogue,
  verifications: Verifications,
): Handlers<Pick<EngineCalls, 'curationFacts' | 'curationRows'>> {
  const held = new Map<string, Held>();
  return {
    curationFacts: async ({ target: info, scores }, { signal }) => {
      const target = await catalogue.open(info);
      const facts = await curationFacts(target, { signal });
      const verdicts = await Promise.all(scores.map((dirs) => newestVerdicts(dirs)));
      const reference = await verifications.of(info.key).stillTrue(target);
      held.set(info.key, { facts, verdicts, reference });
      return { total: facts.cases.length, options: facts.options };
    },
    curationRows: ({ target, from, count }) => {
      const known = held.get(target.key);
      const page = known?.facts.cases.slice(from, from + count) ?? [];
      return Promise.resolve(
        known === undefined ? [] : page.map((facts) => toRow(target.name, facts, known)),
      );
    },
  };
}

/** Of scores that ran a part of the cases each, newest first, the newest verdict of each case. */
async function newestVerdicts(dirs: readonly string[]): Promise<Map<string, CaseResult>> {
  const newest = new Map<string, CaseResult>();
  for (const dir of [...dirs].reverse()) {
    for (const result of await readVerdicts(dir)) {
      newest.set(result.name, result);
    }
  }
  return newest;
}

function toRow(
  program: string,
  { args, labels, returncode: _, ...facts }: CaseFacts,
  { verdicts, reference }: Held,
): CurationRow {
  const results = verdicts.map((candidate) => candidate.get(facts.name));
  const judged = results.find((result) => result !== undefined);
  const ms = reference.get(facts.name)?.durationMs ?? judged?.durationMs;
  return {
    ...facts,
    split: isVisible({ labels }) ? 'visible' : labels.includes('hidden') ? 'hidden' : 'ablated',
    labels: labels.filter((label) => label !== 'hidden' && label !== 'ablated'),
    command: [program, ...args.map(quoted)].join(' '),
    verdicts: results.map((result) => result?.verdict ?? ''),
    ...(ms !== undefined && { ms }),
  };
}

/** For people to read, so only what would mislead them is quoted. */
function quoted(arg: string): string {
  return /^[^\s"'\\$`]+$/u.test(arg) ? arg : JSON.stringify(arg);
}

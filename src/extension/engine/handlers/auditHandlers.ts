import { readFile } from 'node:fs/promises';
import { keepAnswer } from '../../../core/audit/answers';
import { auditTarget, checkOf } from '../../../core/audit/auditTarget';
import type { AuditReport } from '../../../core/audit/auditTarget';
import type { Finding } from '../../../core/audit/finding';
import { verifiedFacts } from '../../../core/audit/verifiedFacts';
import { formatCase } from '../../../core/cases/caseLayout';
import type { CaseSummary } from '../../../core/cases/caseStore';
import { readVariations, verifyTarget } from '../../../core/recording/verify';
import type { Target } from '../../../core/targets/target';
import type { FindingPlace, TargetAudit } from '../../audit/auditReport';
import { partRange } from '../../caseLanguage/outline';
import type { EngineCalls } from '../api';
import type { ProgressEvent } from '../callTypes';
import type { CallContext, Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';
import type { ReferenceHelps } from './referenceHelps';
import type { Verifications } from './verifications';

/** Cases of one finding that are located; a crowd is told by its first ones. */
const placesPerFinding = 8;

interface AuditParts {
  readonly catalogue: Catalogue;
  readonly engines: Engines;
  readonly verifications: Verifications;
  readonly helps: ReferenceHelps;
}

/** The quality checks of a target, with the place of each finding, and answers to them. */
export function auditHandlers({
  catalogue,
  engines,
  verifications,
  helps,
}: AuditParts): Handlers<Pick<EngineCalls, 'audit' | 'answerFinding'>> {
  return {
    audit: async ({ target: info, run }, context) => {
      const target = await catalogue.open(info);
      const golds = verifications.of(info.key);
      if (run !== undefined) {
        const engine = await engines.get(run.settings);
        const lanes = engines.jobs(run.settings);
        const verified = await verifyTarget(target, engine, {
          vary: readVariations('all'),
          lanes,
          signal: context.signal,
          onProgress: throttled(context, 'the reference'),
        });
        await golds.remember(target, verifiedFacts(verified));
        await helps.of(info, run.settings);
      }
      const verification = await golds.stillTrue(target);
      const report = await auditTarget(target, {
        verification,
        help: await helps.known(info),
        signal: context.signal,
        onProgress: throttled(context, 'the cases'),
      });
      return { ...(await locate(target, report)), verified: verification.size };
    },
    answerFinding: async ({ target, ...answer }) => ({
      file: await keepAnswer(await catalogue.open(target), answer),
    }),
  };
}

/** Progress that crosses between threads a hundred times at most. */
function throttled(
  { emit }: CallContext<ProgressEvent>,
  what: string,
): (progress: ProgressEvent) => void {
  let shown = -1;
  return ({ done, total = 0 }) => {
    const percent = total === 0 ? 0 : Math.floor((100 * done) / total);
    if (percent !== shown) {
      shown = percent;
      emit({ done, total, message: `${what}: ${done} of ${total}` });
    }
  };
}

async function locate(
  target: Target,
  { findings, unreadable, cases }: AuditReport,
): Promise<Omit<TargetAudit, 'verified'>> {
  const listing = await target.store.list();
  const summaries = new Map(listing.cases.map((one) => [one.name, one]));
  const lost: readonly Finding[] = unreadable
    .filter(({ name }) => summaries.has(name) && !listing.unreadable.some((u) => u.name === name))
    .map(({ name, problem }) => ({
      check: lostPart,
      severity: 'error',
      cases: [name],
      message: problem,
    }));
  const all = [...lost, ...findings];
  const texts = await textsOf(
    target,
    summaries,
    new Set(all.flatMap((finding) => finding.cases.slice(0, placesPerFinding))),
  );
  const place = (name: string, part: string | undefined): FindingPlace[] => {
    const summary = summaries.get(name);
    return summary === undefined
      ? []
      : [{ name, ...summary.location, ...partRange(texts.get(name) ?? '', part) }];
  };
  return {
    cases,
    findings: all.map((finding) => ({
      ...finding,
      places: finding.cases
        .slice(0, placesPerFinding)
        .flatMap((name, i) => place(name, i === 0 ? finding.part : undefined)),
    })),
    checks: Object.fromEntries(
      [...new Set(all.map(({ check }) => check))].map((check) => [check, textOf(check)]),
    ),
  };
}

/** Not a check of its own: the audit could not read the case. */
const lostPart = 'lost-part';

function textOf(check: string): TargetAudit['checks'][string] {
  if (check === lostPart) {
    return {
      title: 'Part of a case is missing',
      why: 'The case keeps the part in a file of its own, and that file is gone or is another one.',
      fix: 'Restore the file, or record the case again.',
    };
  }
  const { title, why, fix } = checkOf({ check });
  return { title, why, fix };
}

/** The texts that an editor shows of these cases. */
async function textsOf(
  target: Target,
  summaries: ReadonlyMap<string, CaseSummary>,
  names: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (target.store.kind === 'case') {
    for (const name of names) {
      const file = summaries.get(name)?.location.path;
      if (file !== undefined) {
        texts.set(name, await readFile(file, 'utf8').catch(() => '')); // gone since
      }
    }
    return texts;
  }
  for await (const one of target.store.readAll()) {
    if (names.has(one.name)) {
      texts.set(one.name, formatCase(one));
    }
  }
  return texts;
}

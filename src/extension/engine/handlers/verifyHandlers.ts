import type { CaseStore } from '../../../core/cases/caseStore';
import { describeFlake } from '../../../core/recording/capture';
import { isSound, verifyTarget } from '../../../core/recording/verify';
import type { VerifiedCase } from '../../../core/recording/verify';
import type { CaseResult } from '../../../core/scoring/score';
import type { Target } from '../../../core/targets/target';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';

/** Whether the reference still gives its golds. */
export function verifyHandlers(
  catalogue: Catalogue,
  engines: Engines,
): Handlers<Pick<EngineCalls, 'verify'>> {
  return {
    verify: async ({ target: info, cases, repeat, settings }, { signal, emit }) => {
      const target = await catalogue.open(info);
      const engine = await engines.get(settings);
      const { otherReference } = await verifyTarget(
        cases === undefined ? target : withCases(target, cases),
        engine,
        {
          runs: repeat,
          lanes: engines.jobs(settings),
          signal,
          onCase: (verified) => emit({ kind: 'verdict', result: toResult(verified) }),
        },
      );
      if (otherReference.length > 0) {
        const text = `${otherReference.length} golds were recorded from another executable than the reference of now.`;
        emit({ kind: 'note', text });
      }
      return null;
    },
  };
}

/** The target with only some of its cases to read. */
function withCases(target: Target, names: readonly string[]): Target {
  const { store } = target;
  const view: CaseStore = {
    kind: store.kind,
    path: store.path,
    list: () => store.list(),
    read: (name) => store.read(name),
    async *readAll() {
      for (const name of names) {
        yield await store.read(name);
      }
    },
    check: (changed) => store.check(changed),
    write: (changed, options) => store.write(changed, options),
    writeAll: (changed, options) => store.writeAll(changed, options),
    rename: (from, to) => store.rename(from, to),
    remove: (removed) => store.remove(removed),
    forget: () => store.forget(),
  };
  return { ...target, store: view };
}

function toResult(verified: VerifiedCase): CaseResult {
  const { name, drift, flakes, problem, durationMs } = verified;
  const base = { name, labels: [], durationMs, differences: drift };
  if (isSound(verified)) {
    return { ...base, verdict: 'pass' };
  }
  return problem === undefined
    ? { ...base, verdict: 'fail', ...reasonOf(flakes.map(describeFlake)) }
    : { ...base, verdict: 'infra', reason: problem };
}

function reasonOf(sentences: readonly string[]): { readonly reason?: string } {
  return sentences.length === 0 ? {} : { reason: sentences.join(' ').replace(/\.$/u, '') };
}

import type { Case } from '../cases/case';
import type { UnreadableCase } from '../cases/caseStore';
import { UserError } from '../errors';
import type { ReportProgress } from '../progress';
import type { Engine } from '../sandbox/sandbox';
import { compareAnswers } from '../scoring/comparison';
import type { Difference } from '../scoring/score';
import type { Target } from '../targets/target';
import type { Flake } from './capture';
import { Recorder } from './recorder';
import { variations } from './variations';
import type { Variation } from './variations';

/** What running the reference again showed of one case. */
export interface VerifiedCase {
  readonly name: string;
  /** Where the gold differs from what the reference gives now. */
  readonly drift: readonly Difference[];
  readonly flakes: readonly Flake[];
  /** Why there is nothing to compare: it can't be read, has no gold, or the reference gives none now. */
  readonly problem?: string;
  /** Wall clock of the reference, milliseconds. */
  readonly durationMs: number;
}

export interface Verification {
  /** `sha256:` and the hash of the reference as it is now, or of the image that holds it. */
  readonly reference: string;
  /** Names of the cases that were recorded from another executable. */
  readonly otherReference: readonly string[];
  /** Those of a chunk in the store's order; what can't be read comes before the others. */
  readonly cases: readonly VerifiedCase[];
}

export interface VerifyOptions {
  readonly runs?: number;
  readonly vary?: readonly Variation[];
  readonly lanes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ReportProgress;
  /** Each case as soon as it is known, in the order in which they end. */
  readonly onCase?: (verified: VerifiedCase) => void;
}

/** Cases held in memory at once. */
const chunkSize = 2000;

/** Does the reference still give the golds, and does each stay the same whatever is varied? */
export async function verifyTarget(
  target: Target,
  engine: Engine,
  options: VerifyOptions,
): Promise<Verification> {
  const recorder = await Recorder.open(target, engine, options);
  try {
    const now = recorder.referenceId;
    const verified: VerifiedCase[] = [];
    const otherReference: string[] = [];
    const unreadable = ({ name, problem }: UnreadableCase) => {
      const one = { ...nothing(name), problem };
      verified.push(one);
      options.onCase?.(one);
    };
    for await (const chunk of chunks(target.store.readAll(unreadable))) {
      otherReference.push(
        ...chunk
          .filter(({ provenance }) => provenance !== undefined && provenance.reference !== now)
          .map(({ name }) => name),
      );
      verified.push(...(await verifyChunk(recorder, chunk, options)));
    }
    return { reference: now, otherReference, cases: verified };
  } finally {
    await recorder.dispose();
  }
}

/** Whether there is anything to say of a case. */
export function isSound({ drift, flakes, problem }: VerifiedCase): boolean {
  return drift.length === 0 && flakes.length === 0 && problem === undefined;
}

/**
 * The variations of a list such as `tz,locale`, or all.
 * @throws UserError that names those there are.
 */
export function readVariations(list: string): readonly Variation[] {
  if (list === 'all') {
    return variations;
  }
  return list.split(',').map((name) => {
    const variation = variations.find((known) => known.name === name.trim());
    if (variation === undefined) {
      throw new UserError(`There is no variation named "${name.trim()}".`, {
        action: `Choose among all, ${variations.map((known) => known.name).join(', ')}.`,
      });
    }
    return variation;
  });
}

async function verifyChunk(
  recorder: Recorder,
  cases: readonly Case[],
  { onCase }: VerifyOptions,
): Promise<VerifiedCase[]> {
  const byName = new Map<string, VerifiedCase>();
  const tell = (verified: VerifiedCase) => {
    byName.set(verified.name, verified);
    onCase?.(verified);
  };
  await recorder.recordAll(cases, async (recording) => {
    const { draft } = recording;
    const { gold } = draft as Case;
    if ('refused' in recording) {
      tell({ ...nothing(draft.name), problem: recording.refused.message });
      return;
    }
    const { capture } = recording;
    const current = capture.case.gold;
    tell({
      name: draft.name,
      flakes: capture.flakes,
      durationMs: capture.durationMs,
      ...(gold === undefined || current === undefined
        ? { drift: [], problem: 'it has no gold' }
        : { drift: await drift(gold, current, capture.flakes) }),
    });
  });
  return cases.flatMap(({ name }) => byName.get(name) ?? []);
}

/** Differences of a stream that flakes from run to run are flakes, not drift. */
async function drift(
  gold: NonNullable<Case['gold']>,
  current: NonNullable<Case['gold']>,
  flakes: readonly Flake[],
): Promise<readonly Difference[]> {
  const flaky = new Set(
    flakes
      .filter(({ variations: causes }) => causes.length === 0 || causes.includes('clock'))
      .map(({ stream }) => stream),
  );
  const { differences } = await compareAnswers(gold, current, { profile: 'exact' });
  return differences.filter(({ stream }) => !flaky.has(stream));
}

function nothing(name: string): VerifiedCase {
  return { name, drift: [], flakes: [], durationMs: 0 };
}

async function* chunks(cases: AsyncIterable<Case>): AsyncIterable<Case[]> {
  let chunk: Case[] = [];
  for await (const one of cases) {
    chunk.push(one);
    if (chunk.length === chunkSize) {
      yield chunk;
      chunk = [];
    }
  }
  yield chunk;
}

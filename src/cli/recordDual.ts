import { UserError } from '../core/errors';
import { dualRules } from '../core/recording/duals/proposals';
import type { DualRule } from '../core/recording/duals/proposals';
import { storeDual } from '../core/recording/duals/storeDual';
import type { RecordOptions } from '../core/recording/recorder';
import type { StoredRecording } from '../core/recording/recordIntoStore';
import type { Engine } from '../core/sandbox/sandbox';
import type { Target } from '../core/targets/target';
import type { CliIo } from './io';

/** What `record --dual-of CASE --mutate` was told. */
export interface DualRequest {
  readonly of: readonly string[];
  /** The rule's name; `true` for whichever gives a dual. */
  readonly mutate: string | true;
  readonly name?: string;
}

/** Makes and keeps a dual, and says how it differs. */
export async function recordDual(
  io: CliIo,
  target: Target,
  engine: Engine,
  { of, mutate, name }: DualRequest,
  options: RecordOptions,
): Promise<StoredRecording[]> {
  const [original, ...more] = of;
  if (original === undefined || more.length > 0) {
    throw new UserError('Making a dual failed: --mutate needs one case to begin with.', {
      action: 'Name it with --dual-of CASE, once.',
    });
  }
  const rule = mutate === true ? undefined : readRule(mutate);
  const { kept, attempts } = await storeDual(target, engine, original, {
    ...options,
    ...(rule !== undefined && { rule }),
    ...(name !== undefined && { name }),
  });
  for (const attempt of attempts) {
    if ('refused' in attempt) {
      io.note(`left out: ${attempt.proposal.title}: ${attempt.refused}`);
    }
  }
  const { case: dual, durationMs } = kept;
  return [
    {
      name: dual.name,
      stored: true,
      flakes: [],
      pinned: [],
      ...(dual.gold !== undefined && { returncode: dual.gold.returncode }),
      durationMs,
    },
  ];
}

function readRule(text: string): DualRule {
  const rule = dualRules.find((known) => known === text);
  if (rule === undefined) {
    throw new UserError(`There is no rule named "${text}" to make a dual by.`, {
      action: `Choose among ${dualRules.join(', ')}, or leave it out.`,
    });
  }
  return rule;
}

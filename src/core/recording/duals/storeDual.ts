import { isVisible } from '../../cases/case';
import { withDual } from '../../cases/duals';
import { UserError } from '../../errors';
import type { Engine } from '../../sandbox/sandbox';
import type { Target } from '../../targets/target';
import type { Capture } from '../capture';
import { Recorder } from '../recorder';
import type { RecordOptions } from '../recorder';
import type { DualRule } from './proposals';
import { readInputs, recordDuals } from './recordDuals';
import type { DualAttempt } from './recordDuals';

export interface DualOptions extends RecordOptions {
  /** How the dual differs; the first rule that gives one when absent. */
  readonly rule?: DualRule;
  /** The dual's name; the original's with a number when absent. */
  readonly name?: string;
}

/**
 * Makes a dual of a case by rule, records it and keeps it in the target's store, linked.
 * @returns every attempt, and the capture that was kept: the first that is a dual.
 * @throws UserError when no attempt is one, or the name is taken.
 */
export async function storeDual(
  target: Target,
  engine: Engine,
  of: string,
  options: DualOptions,
): Promise<{ readonly kept: Capture; readonly attempts: readonly DualAttempt[] }> {
  const { store } = target;
  const original = await store.read(of);
  const others = await readInputs(store);
  const recorder = await Recorder.open(target, engine, options);
  const attempts = await recordDuals(recorder, original, others, options.rule).finally(() =>
    recorder.dispose(),
  );
  const found = attempts.find((attempt) => 'capture' in attempt);
  if (found === undefined || !('capture' in found)) {
    const reasons = attempts.flatMap((attempt) =>
      'refused' in attempt ? [`${attempt.proposal.title}: ${attempt.refused}`] : [],
    );
    throw new UserError(`No dual of ${of} was found. ${reasons.join(' ')}`, {
      action: 'Record one yourself: record TARGET --dual-of CASE -- ARGS.',
    });
  }
  const { capture } = found;
  const dual = { ...capture.case, name: options.name ?? capture.case.name };
  await store.write(dual);
  if (!isVisible(original)) {
    await store.write(withDual(original, dual.name), { replace: true });
  }
  return { kept: { ...capture, case: dual }, attempts };
}

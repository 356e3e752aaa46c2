import type { Case } from '../../cases/case';
import { isVisible } from '../../cases/case';
import type { CaseStore } from '../../cases/caseStore';
import { UserError } from '../../errors';
import { compareAnswers } from '../../scoring/comparison';
import { describeFlake } from '../capture';
import type { Capture, CaseDraft } from '../capture';
import { uniqueName } from '../names';
import { pinFlakes } from '../pin';
import type { Recorder } from '../recorder';
import { proposeDuals } from './proposals';
import type { DualProposal, DualRule, OtherCase } from './proposals';

/** What the reference made of a proposal: a dual, or why it can't be one. */
export type DualAttempt =
  | { readonly proposal: DualProposal; readonly capture: Capture }
  | { readonly proposal: DualProposal; readonly refused: string };

/** The inputs of a target's cases, without their golds. */
export async function readInputs(store: CaseStore): Promise<OtherCase[]> {
  const inputs: OtherCase[] = [];
  for await (const { name, input } of store.readAll()) {
    inputs.push({ name, input });
  }
  return inputs;
}

/** Splits that a dual does not take over from its original. */
const splits = new Set(['hidden', 'ablated', 'flaky']);

/**
 * Proposes duals of a case and records each. One that answers as the original does is refused, and
 * so is one that can't be recorded firm. Those that end as the original does come first.
 * @throws UserError when the case has no gold to differ from, or nothing in it can be changed.
 */
export async function recordDuals(
  recorder: Pick<Recorder, 'record' | 'recordAll'>,
  original: Case,
  others: readonly OtherCase[],
  rule?: DualRule,
): Promise<DualAttempt[]> {
  const { gold, name } = original;
  if (gold === undefined) {
    throw new UserError(`Making a dual of ${name} failed: it has no gold yet.`, {
      action: 'Re-record it first.',
    });
  }
  const all = await proposeDuals(original, others);
  const proposals = all.filter((proposal) => rule === undefined || proposal.rule === rule);
  if (proposals.length === 0) {
    throw new UserError(
      rule === undefined
        ? `Making a dual of ${name} failed: it has no number, word, date, option or line that can be another one.`
        : `Making a dual of ${name} failed: the rule "${rule}" changes nothing in it that no other case asks already.`,
      { action: 'Record the dual yourself, with Record Case… or record --dual-of.' },
    );
  }
  const drafts = new Map<CaseDraft, DualProposal>(
    proposals.map((proposal) => [draftOf(original, others, proposal), proposal]),
  );
  const attempts = new Map<DualProposal, DualAttempt>();
  await recorder.recordAll([...drafts.keys()], async (recording) => {
    const proposal = drafts.get(recording.draft);
    if (proposal !== undefined) {
      attempts.set(
        proposal,
        'refused' in recording
          ? { proposal, refused: recording.refused.message }
          : await judge(recorder, original, proposal, recording.capture),
      );
    }
  });
  return proposals
    .flatMap((proposal) => attempts.get(proposal) ?? [])
    .sort((a, b) => rank(a, gold.returncode) - rank(b, gold.returncode));
}

/** A hidden dual of a visible case; a visible one of a hidden case. */
function draftOf(original: Case, others: readonly OtherCase[], { input }: DualProposal): CaseDraft {
  const own = original.labels.filter((label) => !splits.has(label));
  const taken = new Set([original.name, ...others.map(({ name }) => name)]);
  const name = uniqueName(original.name, taken);
  return isVisible(original)
    ? { name, labels: ['hidden', ...own], duals: [original.name], input }
    : { name, labels: own, duals: [], input };
}

async function judge(
  recorder: Pick<Recorder, 'record' | 'recordAll'>,
  original: Case,
  proposal: DualProposal,
  recorded: Capture,
): Promise<DualAttempt> {
  const { capture } = await pinFlakes(recorder, recorded);
  const [flake] = capture.flakes;
  if (flake !== undefined) {
    return { proposal, refused: describeFlake(flake) };
  }
  const { gold } = capture.case;
  if (original.gold === undefined || gold === undefined || (await isSame(original.gold, gold))) {
    return { proposal, refused: `The output is the same as that of ${original.name}.` };
  }
  return { proposal, capture };
}

async function isSame(
  one: NonNullable<Case['gold']>,
  other: NonNullable<Case['gold']>,
): Promise<boolean> {
  return (await compareAnswers(one, other, { profile: 'exact' })).differences.length === 0;
}

function rank(attempt: DualAttempt, returncode: number): number {
  return 'refused' in attempt ? 2 : attempt.capture.case.gold?.returncode === returncode ? 0 : 1;
}

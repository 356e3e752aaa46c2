import type { Case } from '../cases/case';
import { UserError } from '../errors';
import type { Engine } from '../sandbox/sandbox';
import type { Target } from '../targets/target';
import { heldBytes } from './capture';
import type { Capture, CaseDraft, Flake } from './capture';
import { pinFlakes } from './pin';
import { Recorder } from './recorder';
import type { RecordOptions } from './recorder';

export interface StoreOptions extends RecordOptions {
  readonly replace: boolean;
  /** Keep flaky cases, labelled so, instead of refusing them. */
  readonly allowFlaky: boolean;
  /** Set the variable that makes a flaky case firm, where there is one, and record it anew. */
  readonly pin: boolean;
}

/** What came of one draft. */
export interface StoredRecording {
  readonly name: string;
  readonly stored: boolean;
  /** Why it was not stored. */
  readonly reason?: string;
  readonly flakes: readonly Flake[];
  /** Variables that were set in the case to make it firm. */
  readonly pinned: readonly string[];
  readonly returncode?: number;
  readonly durationMs: number;
}

/** The label of a case that was kept although it is flaky. */
export const flakyLabel = 'flaky';

/** Cases, and bytes of their golds, that are written to the store at once. */
const batchSize = 500;
const batchBytes = 64 << 20;

/**
 * Records drafts straight into the target's store, in their order. A case that gives no gold, that
 * the store can't carry, or that is flaky and not allowed to be, is left out and said; all others
 * are kept.
 * @throws UserError before anything is run when a name is taken and nothing is to be replaced.
 */
export async function recordIntoStore(
  target: Target,
  engine: Engine,
  drafts: readonly CaseDraft[],
  options: StoreOptions,
): Promise<StoredRecording[]> {
  await refuseTaken(target, drafts, options);
  const recorder = await Recorder.open(target, engine, options);
  const recordings = new Map<CaseDraft, StoredRecording>();
  const carried: CaseDraft[] = [];
  for (const draft of drafts) {
    const problem = await uncarried(target, draft);
    if (problem === undefined) {
      carried.push(draft);
    } else {
      recordings.set(draft, refusal(draft, problem));
    }
  }
  let waiting: Case[] = [];
  let waitingBytes = 0;
  let writing = Promise.resolve();
  // One after the other: a store lets nobody else write meanwhile.
  const write = () => {
    const batch = waiting;
    waiting = [];
    waitingBytes = 0;
    writing = writing.then(() => target.store.writeAll(batch, { replace: options.replace }));
    return writing;
  };
  try {
    await recorder.recordAll(carried, async (recording) => {
      const { draft } = recording;
      if ('refused' in recording) {
        recordings.set(draft, refusal(draft, recording.refused));
        return;
      }
      const { capture, pinned } = options.pin
        ? await pinFlakes(recorder, recording.capture)
        : { capture: recording.capture, pinned: [] };
      const kept = labelled(capture);
      const isFirm = capture.flakes.length === 0 || options.allowFlaky;
      const reason = isFirm ? (await uncarried(target, kept))?.message : 'it is flaky';
      recordings.set(draft, storedRecording(capture, pinned, reason));
      if (reason === undefined) {
        waiting.push(kept);
        waitingBytes += capture.case.gold === undefined ? 0 : heldBytes(capture.case.gold);
      }
      if (waiting.length >= batchSize || waitingBytes >= batchBytes) {
        await write();
      }
    });
  } finally {
    // Whatever ended the recording, what was recorded is kept.
    await recorder.dispose();
    await write();
  }
  return drafts.flatMap((draft) => recordings.get(draft) ?? []);
}

/** Why the store has no place for a case, recorded or not: one such case takes no other with it. */
async function uncarried({ store }: Target, one: Case): Promise<UserError | undefined> {
  try {
    await store.check(one);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) {
      return error;
    }
    throw error;
  }
}

async function refuseTaken(
  target: Target,
  drafts: readonly CaseDraft[],
  { replace }: StoreOptions,
): Promise<void> {
  if (replace) {
    return;
  }
  const { cases } = await target.store.list();
  const taken = new Set(cases.map(({ name }) => name));
  const [first, ...others] = drafts.filter(({ name }) => taken.has(name));
  if (first !== undefined) {
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    throw new UserError(
      `Recording into ${target.name} failed: it has a case ${first.name} already${more}.`,
      { action: 'Choose another name, or record over it with --replace.' },
    );
  }
}

function labelled({ case: captured, flakes }: Capture): Case {
  const labels = captured.labels.filter((label) => label !== flakyLabel);
  return { ...captured, labels: flakes.length > 0 ? [...labels, flakyLabel] : labels };
}

function storedRecording(
  { case: captured, flakes, durationMs }: Capture,
  pinned: readonly string[],
  reason: string | undefined,
): StoredRecording {
  return {
    name: captured.name,
    stored: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    flakes,
    pinned,
    ...(captured.gold === undefined ? {} : { returncode: captured.gold.returncode }),
    durationMs,
  };
}

function refusal({ name }: CaseDraft, { message }: Error): StoredRecording {
  return { name, stored: false, reason: message, flakes: [], pinned: [], durationMs: 0 };
}

import type { LoopCheckpoint, WorkEnd } from '../stepJournal';
import { addUsage, nothingSpent } from '../budget';
import type { Meter, Spent } from '../budget';
import { Conversation } from '../conversation';
import type { ChatMessage, ModelUsage } from '../log/inspectLog';
import { readJournal } from '../log/runJournal';

/** Where a run stands, from its journal. */
export interface RunPosition {
  readonly from: LoopCheckpoint | undefined;
  readonly conversation: Conversation;
  /** With what was paid for after the last checkpoint, in a step that was not finished. */
  readonly spent: Spent;
  /** Whether the last thing that happened was its final score. */
  readonly isScored: boolean;
}

/** Reads where to go on from; only messages that the model still sees are held in memory. */
export async function readPosition(
  journalPath: string,
  from: LoopCheckpoint | undefined,
): Promise<RunPosition> {
  const refs = from?.conversation ?? [];
  const pool: ChatMessage[] = [];
  let unfinished: ModelUsage = nothingSpent.usage;
  let index = 0;
  let isScored = false;
  for await (const entry of readJournal(journalPath)) {
    if (entry.kind === 'message') {
      const at = index++;
      if (refs.some(([first, end]) => at >= first && at < end)) {
        pool[at] = entry.message;
      }
    } else if (entry.kind === 'checkpoint') {
      unfinished = nothingSpent.usage;
    } else {
      const { event } = entry;
      isScored = event.event === 'score' && !event.intermediate;
      const used = event.event === 'model' ? event.output.usage : undefined;
      unfinished = used === undefined ? unfinished : addUsage(unfinished, used);
    }
  }
  const spent = from?.spent ?? nothingSpent;
  return {
    from,
    conversation: Conversation.restore(pool, refs),
    spent: { ...spent, usage: addUsage(spent.usage, unfinished) },
    isScored,
  };
}

/**
 * How the agent's work had ended when the run was killed before it could say so. A limit that has been
 * lifted since is none.
 */
export function endBefore(from: LoopCheckpoint | undefined, meter: Meter): WorkEnd | undefined {
  const end = from?.end;
  return end?.kind === 'limit' && meter.hit()?.type !== end.type ? undefined : end;
}

import type { LoopCheckpoint } from '../agentLoop';
import { addUsage, nothingSpent } from '../budget';
import type { Spent } from '../budget';
import { Conversation } from '../conversation';
import type { ChatMessage, ModelUsage } from '../log/inspectLog';
import { readJournal } from '../log/runJournal';

/** Where a run stands, from its journal. */
export interface RunPosition {
  readonly from: LoopCheckpoint | undefined;
  readonly conversation: Conversation;
  /** With what was paid for after the last checkpoint, in a step that was not finished. */
  readonly spent: Spent;
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
  for await (const entry of readJournal(journalPath)) {
    if (entry.kind === 'message') {
      const at = index++;
      if (refs.some(([first, end]) => at >= first && at < end)) {
        pool[at] = entry.message;
      }
    } else if (entry.kind === 'checkpoint') {
      unfinished = nothingSpent.usage;
    } else if (entry.event.event === 'model' && entry.event.output.usage !== undefined) {
      unfinished = addUsage(unfinished, entry.event.output.usage);
    }
  }
  const spent = from?.spent ?? nothingSpent;
  return {
    from,
    conversation: Conversation.restore(pool, refs),
    spent: { ...spent, usage: addUsage(spent.usage, unfinished) },
  };
}

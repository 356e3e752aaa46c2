import { createHash, randomUUID } from 'node:crypto';
import { readJournal } from '../log/runJournal';
import type { ChatMessage } from '../log/inspectLog';
import type { MessageDraft } from './apis/modelApi';

/** A message and its place in the run's pool. */
export interface Placed {
  readonly message: ChatMessage;
  readonly index: number;
  /** Whether it was not in the pool before. */
  readonly isNew: boolean;
}

/** Each call repeats the conversation: a message that was there before is found by its content. */
export class MessagePool {
  private readonly places = new Map<string, { readonly index: number; readonly id: string }>();

  private constructor() {}

  /** The pool of a run's journal, as far as it has come. */
  static async read(journalPath: string): Promise<MessagePool> {
    const pool = new MessagePool();
    let index = 0;
    for await (const entry of readJournal(journalPath)) {
      if (entry.kind === 'message') {
        const { id, ...draft } = entry.message;
        pool.places.set(keyOf(draft), { index, id });
        index += 1;
      }
    }
    return pool;
  }

  /** @param nextIndex The place of the next message that is new. */
  place(drafts: readonly MessageDraft[], nextIndex: number): readonly Placed[] {
    let next = nextIndex;
    return drafts.map((draft) => {
      const key = keyOf(draft);
      const known = this.places.get(key);
      const { index, id } = known ?? { index: next++, id: randomUUID() };
      this.places.set(key, { index, id });
      return { message: { ...draft, id }, index, isNew: known === undefined };
    });
  }
}

function keyOf(draft: MessageDraft): string {
  const calls = draft.role === 'assistant' ? draft.tool_calls : undefined;
  const of = draft.role === 'tool' ? draft.tool_call_id : undefined;
  // What a model thought is given back as it was, or not at all.
  const said =
    draft.role === 'assistant' && typeof draft.content !== 'string'
      ? draft.content.filter(({ type }) => type === 'text')
      : draft.content;
  const text = JSON.stringify([
    draft.role,
    said,
    calls?.map((call) => [call.id, call.function]),
    of,
  ]);
  return createHash('sha256').update(text).digest('base64');
}

import type { ChatMessage, MessageRefs } from './log/inspectLog';

/**
 * The messages that the model sees now, each with its place in the run's pool: compaction drops
 * messages from here, never from the pool.
 */
export class Conversation {
  private items: { readonly message: ChatMessage; readonly index: number }[] = [];

  get messages(): readonly ChatMessage[] {
    return this.items.map(({ message }) => message);
  }

  add(message: ChatMessage, index: number): void {
    this.items.push({ message, index });
  }

  /** Where the messages lie in the pool, as half-open ranges. */
  refs(): MessageRefs {
    return refsOf(this.items.map(({ index }) => index));
  }

  /**
   * Keeps what the run was given to begin with and puts a summary in the place of all that followed,
   * earlier summaries too: the model had them before it when it wrote the new one.
   */
  replaceAfterTask(summary: ChatMessage, index: number): void {
    this.items = this.items.filter(
      ({ message }) =>
        (message.role === 'system' || message.role === 'user') && message.source === 'input',
    );
    this.add(summary, index);
  }

  /** Puts another conversation in the place of this one. */
  replace(items: readonly { readonly message: ChatMessage; readonly index: number }[]): void {
    this.items = items.map(({ message, index }) => ({ message, index }));
  }

  /** The conversation whose messages lie at these places of the pool. */
  static restore(pool: readonly ChatMessage[], refs: MessageRefs): Conversation {
    const conversation = new Conversation();
    for (const [from, to] of refs) {
      pool.slice(from, to).forEach((message, i) => conversation.add(message, from + i));
    }
    return conversation;
  }
}

/** Places in the pool, in the order of a conversation, as half-open ranges. */
export function refsOf(indexes: readonly number[]): MessageRefs {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last?.[1] === index) {
      last[1] = index + 1;
    } else {
      ranges.push([index, index + 1]);
    }
  }
  return ranges;
}

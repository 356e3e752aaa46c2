import type { Meter, Spent } from './budget';
import type { Conversation } from './conversation';
import { eventEntry } from './log/eventEntry';
import type { EventBody } from './log/eventEntry';
import type { MessageRefs } from './log/inspectLog';
import type { JournalEntry, RunJournal } from './log/runJournal';

/** How the agent's work on a run came to its end. */
export type WorkEnd =
  | { readonly kind: 'submitted' }
  | {
      readonly kind: 'limit';
      readonly type: string;
      readonly limit: number;
      readonly message: string;
    };

/** What the loop needs to go on from where a run stopped. */
export interface LoopCheckpoint {
  /** Steps done. */
  readonly step: number;
  readonly conversation: MessageRefs;
  readonly spent: Spent;
  /** The workspace's state in the run's history. */
  readonly state: string;
  /** With this step the agent's work has ended. */
  readonly end?: WorkEnd;
  /** Of an agent that is a program: bytes of each file of its session that go with this state. */
  readonly session?: Readonly<Record<string, number>>;
}

/** What a checkpoint says beside what the journal knows itself. */
type Where = Pick<LoopCheckpoint, 'step' | 'state' | 'end' | 'session'>;

/** A run's journal and the conversation that the model sees, kept in step. */
export class StepJournal {
  constructor(
    private readonly journal: RunJournal,
    private readonly conversation: Conversation,
    private readonly meter: Meter,
  ) {}

  /** The place that the next message gets in the run's pool of messages. */
  get messageCount(): number {
    return this.journal.messageCount;
  }

  event(body: EventBody): JournalEntry {
    return eventEntry(this.meter, body);
  }

  /** Appends; messages join the conversation once they are on disk. */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    const added = this.messagesOf(entries);
    await this.journal.append(entries);
    added.forEach(({ message, index }) => this.conversation.add(message, index));
  }

  /** Appends a step's end: all of it counts, and a resumed run goes on from there. */
  async finish(entries: readonly JournalEntry[], where: Where): Promise<void> {
    this.messagesOf(entries).forEach(({ message, index }) => this.conversation.add(message, index));
    await this.finishWith(entries, where);
  }

  /** The same where the conversation holds already what it is to hold. */
  async finishWith(entries: readonly JournalEntry[], where: Where): Promise<void> {
    const checkpoint: LoopCheckpoint = {
      ...where,
      conversation: this.conversation.refs(),
      spent: this.meter.spent(),
    };
    await this.journal.append([...entries, { kind: 'checkpoint', checkpoint }]);
  }

  private messagesOf(entries: readonly JournalEntry[]) {
    let index = this.journal.messageCount;
    return entries.flatMap((entry) =>
      entry.kind === 'message' ? [{ message: entry.message, index: index++ }] : [],
    );
  }
}

import type { ByteStore } from '../../bytes/byteStore';
import type { SampleIndex } from '../../index/sampleIndex';
import type { Leaf, Shape } from '../../json/jsonStream';
import { JsonStream } from '../../json/jsonStream';
import { Members } from '../../json/members';
import type { PieceIndexer, SampleIndexer } from '../format';
import { eventKeys, InspectRows } from './inspectRows';
import { finishInspect } from './finishInspect';

/** Places of a sample's document that are followed value by value. */
export type Place =
  'event' | 'message' | 'poolMessage' | 'poolCall' | 'attachment' | 'numbered' | 'field';

/**
 * Indexes one `EvalSample` (Inspect `src/inspect_ai/log/_log.py`), of every shape since 2024: events
 * at the top or below `transcript`, pools below `events_data` or at the top, attachments by hash.
 */
export class InspectIndexer implements SampleIndexer {
  private readonly members = new Members([...eventKeys, 'tool_call_id']);
  private readonly rows: InspectRows;
  private base = 0;

  constructor(
    protected readonly index: SampleIndex,
    /** The shape of each piece; by default each piece is a whole sample. */
    private readonly shapes: readonly Place[] = [],
  ) {
    this.rows = new InspectRows(index);
  }

  piece(number: number, base: number): PieceIndexer {
    this.base = base;
    const place = this.shapes[number];
    return new JsonStream(place === undefined ? this.sampleShape() : this.listShape(place), {
      value: (leaf, bytes, start, end) => this.value(leaf, bytes, start, end),
      largeValue: (leaf) => this.largeValue(leaf),
    });
  }

  finish(store: ByteStore): void {
    finishInspect(this.index, this.rows, store);
  }

  private listShape(place: Place): Shape {
    if (place === 'field') {
      return { rest: { leaf: 'field' } };
    }
    return { items: { leaf: place, members: this.members } };
  }

  private sampleShape(): Shape {
    const { members } = this;
    const events = { items: { leaf: 'event', members } };
    const pooledMessages = { items: { leaf: 'poolMessage', members } };
    const pooledCalls = { items: { leaf: 'poolCall' } };
    const attachments = { rest: { leaf: 'attachment' } };
    return {
      keys: {
        events,
        messages: { items: { leaf: 'message', members } },
        attachments,
        events_data: { keys: { messages: pooledMessages, calls: pooledCalls } },
        message_pool: pooledMessages,
        call_pool: pooledCalls,
        transcript: { keys: { events, content: attachments } },
      },
      rest: { leaf: 'field' },
    };
  }

  private value(leaf: Leaf, bytes: Buffer, start: number, end: number): void {
    const offset = this.base + leaf.offset;
    const { index } = this;
    switch (leaf.id as Place) {
      case 'event':
        this.rows.add(bytes, this.members, start, offset, leaf.length);
        return;
      case 'message':
        this.addAnswer(bytes, start, offset, leaf.length);
        index.lists.messages.add(offset, leaf.length);
        return;
      case 'poolMessage':
        this.addAnswer(bytes, start, offset, leaf.length);
        this.rows.pooled(index.lists.poolMessages.length, bytes, start, end);
        index.lists.poolMessages.add(offset, leaf.length);
        return;
      case 'poolCall':
        index.lists.poolCalls.add(offset, leaf.length);
        return;
      case 'numbered':
        index.lists.numbered.add(offset, leaf.length);
        return;
      case 'attachment':
        index.attachments.add(String(leaf.key), this.base + leaf.keyOffset, offset, end - start);
        return;
      case 'field':
        index.fields.set(String(leaf.key), { offset, length: leaf.length });
    }
  }

  private largeValue(leaf: Leaf): void {
    const offset = this.base + leaf.offset;
    if (leaf.id === 'event') {
      this.rows.addLarge(offset, leaf.length);
      const size = Math.round(leaf.length / 1e6);
      this.index.addUnread(
        `Event ${this.index.events.length - 1} has ${size} MB; only its raw bytes can be read.`,
      );
    } else if (leaf.id === 'attachment') {
      this.index.attachments.add(String(leaf.key), this.base + leaf.keyOffset, offset, leaf.length);
    } else if (leaf.id === 'field') {
      this.index.fields.set(String(leaf.key), { offset, length: leaf.length });
    } else {
      this.listOf(leaf.id as Place)?.add(offset, leaf.length);
    }
  }

  private listOf(place: Place) {
    const { messages, poolMessages, poolCalls, numbered } = this.index.lists;
    const lists: Partial<Record<Place, typeof messages>> = {
      message: messages,
      poolMessage: poolMessages,
      poolCall: poolCalls,
      numbered,
    };
    return lists[place];
  }

  /** Remembers which message answers which call, for runs that record no tool events. */
  private addAnswer(bytes: Buffer, start: number, offset: number, length: number): void {
    const { members, index } = this;
    const id = members.text('tool_call_id');
    const member = members.find('tool_call_id');
    // An id with escapes could not be compared with the bytes; no provider gives such ids.
    if (id !== undefined && members.end(member) - members.start(member) === id.length + 2) {
      index.answers.add(id, offset + members.start(member) + 1 - start, offset, length);
    }
  }
}

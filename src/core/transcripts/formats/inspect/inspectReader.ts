import type { ByteStore } from '../../bytes/byteStore';
import type { SampleIndex } from '../../index/sampleIndex';
import { Members } from '../../json/members';
import { parseJson, tryParseJson } from '../../json/parseJson';
import type { Part, TestRun } from '../../normalForm';
import { testRunOf } from '../../testRuns';
import { partsTitle } from '../../titles';
import { asArray, asObject, asText } from '../../values';
import type { JsonObject } from '../../values';
import type { Described, Detail, SampleReader } from '../format';
import { messageParts } from './content';
import { describeInspect } from './describeInspect';
import { References } from './references';
import { scoredCases } from './scoredCases';
import { shownMembers } from './shownMembers';

/** Events above this size are not parsed whole for a title. */
const wholeForTitle = 64 * 1024;
/** Members that no title needs and that are most of an event's bytes. */
const bulky: ReadonlySet<string> = new Set([
  'input',
  'input_refs',
  'tools',
  'call',
  'config',
  'state',
  'metadata',
]);

function describeMessage(message: JsonObject, references: References): Described {
  const parts = messageParts(message, references);
  return { title: partsTitle(parts), parts };
}

/** Reads single events of one Inspect sample, with pools and attachments put in place when asked. */
export class InspectReader implements SampleReader {
  private readonly members = new Members([]);

  constructor(
    private readonly index: SampleIndex,
    private readonly store: ByteStore,
  ) {}

  get shownMembers(): SampleReader['shownMembers'] {
    return this.index.rowsAreMessages ? undefined : shownMembers;
  }

  describe(ordinal: number, detail: Detail): Described {
    const references = new References(this.index, this.store, detail);
    const event = this.parse(ordinal, detail);
    const described = this.index.rowsAreMessages
      ? describeMessage(event, references)
      : describeInspect(event, {
          references,
          detail,
          newInput: () => this.newInput(event),
          answer: (id) => this.answerMessage(id),
          scoredCases: () => scoredCases(this.index, this.store),
          hasToolEvents: this.index.events.pair(ordinal) >= 0,
        });
    return { ...described, unread: references.unread };
  }

  resolved(ordinal: number): unknown {
    const references = new References(this.index, this.store);
    const event = this.parse(ordinal, 'full');
    const call = asObject(event['call']);
    const request = asObject(call['request']);
    const callRefs = asArray(call['call_refs']);
    const expanded = {
      ...event,
      ...(event['input'] === undefined ? {} : { input: this.input(event) }),
      ...(callRefs.length === 0
        ? {}
        : {
            call: {
              ...call,
              request: {
                ...request,
                [asText(call['call_key']) || 'messages']: this.pooled(callRefs, 'poolCalls'),
              },
            },
          }),
    };
    return references.deep(expanded);
  }

  message(number: number): readonly Part[] {
    return messageParts(this.rawMessage(number), new References(this.index, this.store));
  }

  rawMessage(number: number): JsonObject {
    const { messages } = this.index.lists;
    return asObject(tryParseJson(this.store.read(messages.offset(number), messages.size(number))));
  }

  /** The names of the tools that a message calls. */
  callsOf(message: JsonObject): string[] {
    return messageParts(message, new References(this.index, this.store)).flatMap((part) =>
      part.type === 'toolCall' ? [part.name] : [],
    );
  }

  /** How many cases passed, as the event of a test tool says. */
  testRun(ordinal: number): TestRun | undefined {
    const references = new References(this.index, this.store);
    const event = this.parse(ordinal, 'full');
    const result = references.deep(event['result']);
    const texts = asArray(result).map((item) => asObject(item)['text']);
    const isContent = texts.length > 0 && texts.every((text) => typeof text === 'string');
    return testRunOf(isContent ? texts.join('\n') : result, event['metadata']);
  }

  /** The text that answers a call, where only messages hold it. */
  answer(id: string): string | undefined {
    const message = this.answerMessage(id);
    return message === undefined ? undefined : this.answerText(message);
  }

  /** What a message of a tool says. */
  answerText(message: JsonObject): string | undefined {
    const part = messageParts(message, new References(this.index, this.store))[0];
    return part?.type === 'toolResult' ? part.text : undefined;
  }

  private answerMessage(id: string): JsonObject | undefined {
    const { answers } = this.index;
    const number = answers.find(id, this.store);
    return number < 0
      ? undefined
      : asObject(
          tryParseJson(this.store.read(answers.values.offset(number), answers.values.size(number))),
        );
  }

  private parse(ordinal: number, detail: Detail): JsonObject {
    const { events } = this.index;
    const bytes = this.store.read(events.offset(ordinal), events.size(ordinal));
    if (detail === 'full' || bytes.length <= wholeForTitle) {
      return asObject(parseJson(bytes));
    }
    this.members.walk(bytes, 0, bytes.length);
    const event: Record<string, unknown> = {};
    for (let member = 0; member < this.members.count; member++) {
      const key = this.members.key(member);
      if (!bulky.has(key)) {
        event[key] = tryParseJson(
          bytes.subarray(this.members.start(member), this.members.end(member)),
        );
      }
    }
    return event;
  }

  private input(event: JsonObject): unknown[] {
    const refs = asArray(event['input_refs']);
    return refs.length === 0 ? [...asArray(event['input'])] : this.pooled(refs, 'poolMessages');
  }

  /** What a call was given after the last answer; a conversation is long, so it is read from its end. */
  private newInput(event: JsonObject): JsonObject[] {
    const messages: JsonObject[] = [];
    for (const message of this.inputBackwards(event)) {
      if (message['role'] === 'assistant') {
        break;
      }
      messages.push(message);
    }
    return messages.reverse();
  }

  private *inputBackwards(event: JsonObject): Generator<JsonObject> {
    const { poolMessages } = this.index.lists;
    for (const ref of asArray(event['input_refs']).toReversed()) {
      const [start, end] = asArray(ref);
      const last = Math.min(Number(end), poolMessages.length);
      for (let number = last - 1; number >= Math.max(0, Number(start)); number--) {
        const [offset, length] = [poolMessages.offset(number), poolMessages.size(number)];
        yield asObject(tryParseJson(this.store.read(offset, length)));
      }
    }
    yield* asArray(event['input']).map(asObject).reverse();
  }

  /** The values that `[[start, end], …]` name in a pool. */
  private pooled(refs: readonly unknown[], pool: 'poolMessages' | 'poolCalls'): unknown[] {
    const list = this.index.lists[pool];
    const values: unknown[] = [];
    for (const ref of refs) {
      const [start, end] = asArray(ref);
      const last = Math.min(Number(end), list.length);
      for (let number = Math.max(0, Number(start)); number < last; number++) {
        values.push(tryParseJson(this.store.read(list.offset(number), list.size(number))));
      }
    }
    return values;
  }
}

import { hashBytes } from '../../index/keyTable';
import type { SampleIndex } from '../../index/sampleIndex';
import type { Members } from '../../json/members';

/** What the names of attachments have in common: `attachment://…`, and `tc://…` of before. */
const mark = Buffer.from('://');
const quote = 0x22;
const zero = 0x30;
const colon = 0x3a;
const slash = 0x2f;
const longestKey = 64;
const lastOfAttachment = 't'.charCodeAt(0);
const lastOfTc = 'c'.charCodeAt(0);

/** The members of an event whose texts are shown, for events that have much that is not. */
const shownMembers: Readonly<Record<string, readonly string[]>> = {
  model: ['output', 'error'],
  tool: ['arguments', 'result', 'error'],
};

/**
 * Notes which events show which attachments, and which pooled messages came in by which model call,
 * so that what is found in an attachment or a pool can be led back to events.
 */
export class Mentions {
  constructor(private readonly index: SampleIndex) {}

  /** Notes the attachments that an event shows. */
  event(type: string, bytes: Buffer, members: Members, start: number, end: number): void {
    const ordinal = this.index.events.length - 1;
    const shown = Object.hasOwn(shownMembers, type) ? shownMembers[type] : undefined;
    if (shown === undefined) {
      this.range(ordinal, bytes, start, end);
      return;
    }
    for (const key of shown) {
      const member = members.find(key);
      if (member >= 0) {
        this.range(ordinal, bytes, members.start(member), members.end(member));
      }
    }
    if (type === 'model') {
      this.input(ordinal, bytes, members);
    }
  }

  /** Notes the attachments that a pooled message consists of. */
  pooled(number: number, bytes: Buffer, start: number, end: number): void {
    this.range(-1 - number, bytes, start, end);
  }

  private range(owner: number, bytes: Buffer, from: number, to: number): void {
    for (let at = markWithin(bytes, from, to); at >= 0; at = markWithin(bytes, at + 1, to)) {
      // Of other addresses, those of the web above all, the letter before is an s or a p.
      const before = bytes[at - 1];
      if (before !== lastOfAttachment && before !== lastOfTc) {
        continue;
      }
      const start = at + mark.length;
      const end = bytes.indexOf(quote, start);
      if (end > start && end - start <= longestKey) {
        const { mentions } = this.index;
        const row = mentions.addRow();
        mentions.set(row, 0, owner);
        mentions.set(row, 1, hashBytes(bytes, start, end));
      }
    }
  }

  /**
   * Gives each pooled message to the first model call that was given it. A message enters the pool by
   * the first call that refers to it, so that only the ranges beyond all earlier ones are new; those
   * stand at the end of `[[0,4],[7,9]]`.
   */
  private input(ordinal: number, bytes: Buffer, members: Members): void {
    const member = members.find('input_refs');
    if (member < 0) {
      return;
    }
    const { introducedBy } = this.index;
    const known = introducedBy.length;
    const start = members.start(member);
    for (let at = members.end(member); at > start;) {
      const last = numberBefore(bytes, at, start);
      const first = numberBefore(bytes, last.start, start);
      if (first.start < 0 || last.value <= known || last.value > mostPooled) {
        return;
      }
      while (introducedBy.length < last.value) {
        introducedBy.push(-1);
      }
      for (let number = Math.max(first.value, known); number < last.value; number++) {
        introducedBy.set(number, ordinal);
      }
      at = first.start;
    }
  }
}

/** The last number that ends before `end`, and where it starts; -1 if there is none after `limit`. */
function numberBefore(
  bytes: Buffer,
  end: number,
  limit: number,
): { readonly value: number; readonly start: number } {
  let at = end - 1;
  while (at > limit && !isDigit(bytes[at])) {
    at--;
  }
  let value = 0;
  let unit = 1;
  let start = -1;
  for (; at > limit && isDigit(bytes[at]); at--) {
    value += ((bytes[at] ?? zero) - zero) * unit;
    unit *= 10;
    start = at;
  }
  return { value, start };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= zero + 9;
}

/** Short ranges are searched byte by byte: calling out of the engine costs more. */
const shortRange = 2048;

function markWithin(bytes: Buffer, from: number, to: number): number {
  if (to - from > shortRange) {
    const found = bytes.subarray(from, to).indexOf(mark);
    return found < 0 ? -1 : from + found;
  }
  for (let at = from; at < to - 2; at++) {
    if (bytes[at] === colon && bytes[at + 1] === slash && bytes[at + 2] === slash) {
      return at;
    }
  }
  return -1;
}

/** No pool has more messages; a reference beyond it is damage. */
const mostPooled = 20_000_000;

import { hashBytes } from '../index/keyTable';
import { skipSpace, skipString, skipValue } from './scan';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const space = 0x20;
const caseBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const zero = 0x30;
const letterN = 0x6e;

/** Numbers kept a member: where its key starts and ends (without quotes), and where its value does. */
const stride = 4;

/** Names that are kept at once, and how long they may be. */
const internSlots = 256;
const longestName = 48;

/** Members beyond this many are skipped: no event has them, and a hostile one must not grow memory. */
const mostMembers = 4096;

/**
 * Where the direct members of one object lie, found in a single pass that also finds its end. One
 * instance is used again and again, so that walking 300,000 events allocates nothing.
 */
export class Members {
  private ranges = new Int32Array(64 * stride);
  /** How many members the last walked object has. */
  count = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly numbers = new Map<string, number>();
  /** For each key that is looked for, the member of the last walk that has it, or -1. */
  private readonly found: Int32Array;
  /** Keys that are looked for, by their length and first byte. */
  private readonly candidates: (number[] | undefined)[] = [];

  private readonly names = new Array<string | undefined>(internSlots).fill(undefined);

  /** `keys` are what `find` and its kin are asked for: ASCII, at most 31 characters each. */
  constructor(private readonly keys: readonly string[]) {
    this.found = new Int32Array(keys.length).fill(-1);
    keys.forEach((key, number) => {
      this.numbers.set(key, number);
      (this.candidates[bucket(key.length, key.charCodeAt(0))] ??= []).push(number);
    });
    // Without holes, so that looking up stays one load.
    for (let at = 0; at < 32 * 256; at++) {
      this.candidates[at] ??= undefined;
    }
  }

  /**
   * Walks the value at `from`. Returns the position after it, or -1 when the bytes end first. A
   * value that is no object has no members.
   */
  walk(bytes: Buffer, from: number, end: number): number {
    this.bytes = bytes;
    this.count = 0;
    this.found.fill(-1);
    if (bytes[from] !== openBrace) {
      return skipValue(bytes, from, end);
    }
    return this.walkMembers(bytes, from + 1, end);
  }

  /** One loop over all bytes: of the structure inside members nothing but its depth matters. */
  // eslint-disable-next-line sonarjs/cognitive-complexity -- every byte of an index goes through it: one loop over plain locals
  private walkMembers(bytes: Buffer, from: number, end: number): number {
    let depth = 1;
    let keyStart = -1;
    let keyEnd = -1;
    let valueStart = -1;
    let at = from;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        const after = skipString(bytes, at + 1, end);
        if (after < 0) {
          return -1;
        }
        if (depth === 1 && keyStart < 0) {
          keyStart = at + 1;
          keyEnd = after - 1;
        } else if (valueStart < 0) {
          valueStart = at;
        }
        at = after;
        continue;
      }
      const folded = byte | caseBit;
      if (folded === opening) {
        valueStart = valueStart < 0 ? at : valueStart;
        depth++;
      } else if (folded === closing) {
        if (--depth === 0) {
          this.add(keyStart, keyEnd, valueStart, at);
          return at + 1;
        }
      } else if (depth === 1) {
        if (byte === comma) {
          this.add(keyStart, keyEnd, valueStart, at);
          keyStart = -1;
          valueStart = -1;
        } else if (valueStart < 0 && byte > space && byte !== colon && keyStart >= 0) {
          valueStart = at;
        }
      }
      at++;
    }
    return -1;
  }

  /** Notes a member whose value ends before `end`, white space not counted. */
  private add(keyStart: number, keyEnd: number, valueStart: number, end: number): void {
    if (keyStart < 0 || valueStart < 0 || this.count >= mostMembers) {
      return;
    }
    let valueEnd = end;
    while (valueEnd > valueStart && (this.bytes[valueEnd - 1] ?? 0) <= space) {
      valueEnd--;
    }
    this.push(keyStart, keyEnd, valueStart, valueEnd);
  }

  private push(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.count * stride;
    if (at === this.ranges.length) {
      const larger = new Int32Array(this.ranges.length * 2);
      larger.set(this.ranges);
      this.ranges = larger;
    }
    this.ranges[at] = keyStart;
    this.ranges[at + 1] = keyEnd;
    this.ranges[at + 2] = valueStart;
    this.ranges[at + 3] = valueEnd;
    this.recognise(keyStart, keyEnd - keyStart, this.count++);
  }

  /** The key of a member as text; escapes in keys are left as they stand. */
  key(member: number): string {
    return this.bytes.toString('latin1', this.at(member, 0), this.at(member, 1));
  }

  /** Where a member's value starts. */
  start(member: number): number {
    return this.at(member, 2);
  }

  /** Where a member's value ends. */
  end(member: number): number {
    return this.at(member, 3);
  }

  private recognise(keyStart: number, length: number, member: number): void {
    if (length > 31) {
      return;
    }
    const candidates = this.candidates[bucket(length, this.bytes[keyStart] ?? 0)];
    if (candidates === undefined) {
      return;
    }
    for (const number of candidates) {
      if (this.isAt(this.keys[number] ?? '', keyStart)) {
        this.found[number] = member;
        return;
      }
    }
  }

  /** The member with this key (the last one, as parsers have it), or -1. */
  find(key: string): number {
    const number = this.numbers.get(key);
    return number === undefined ? -1 : (this.found[number] ?? -1);
  }

  /** The text of a string member without escapes; `undefined` if absent or no plain string. */
  text(key: string): string | undefined {
    const member = this.find(key);
    if (member < 0 || this.bytes[this.start(member)] !== quote) {
      return undefined;
    }
    const raw = this.bytes.toString('utf8', this.start(member) + 1, this.end(member) - 1);
    return raw.includes('\\') ? unescape(raw) : raw;
  }

  /** The same for texts of which there are few different ones: each is made once. */
  name(key: string): string | undefined {
    const member = this.find(key);
    if (member < 0 || this.bytes[this.start(member)] !== quote) {
      return undefined;
    }
    return this.interned(this.start(member) + 1, this.end(member) - 1) ?? this.text(key);
  }

  private interned(start: number, end: number): string | undefined {
    const length = end - start;
    if (length > longestName) {
      return undefined;
    }
    const slot = hashBytes(this.bytes, start, end) % internSlots;
    const known = this.names[slot];
    if (known?.length === length && this.isAt(known, start)) {
      return known;
    }
    const text = this.bytes.toString('latin1', start, end);
    // Only plain ASCII is what its bytes are.
    if (!/^[ !#-[\]-~]*$/.test(text)) {
      return undefined;
    }
    this.names[slot] = text;
    return text;
  }

  /** A number member; `undefined` if absent or no number. */
  number(key: string): number | undefined {
    const member = this.find(key);
    if (member < 0) {
      return undefined;
    }
    const start = this.start(member);
    const end = this.end(member);
    let whole = 0;
    for (let at = start; at < end; at++) {
      const digit = (this.bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9 || end - start > 15) {
        const value = Number(this.bytes.toString('latin1', start, end));
        return Number.isFinite(value) ? value : undefined;
      }
      whole = whole * 10 + digit;
    }
    return whole;
  }

  /** Whether a member exists and is neither `null` nor an empty string, list or object. */
  has(key: string): boolean {
    const member = this.find(key);
    return member >= 0 && !isEmptyValue(this.bytes, this.start(member), this.end(member));
  }

  private isAt(key: string, start: number): boolean {
    for (let index = 0; index < key.length; index++) {
      if (this.bytes[start + index] !== key.charCodeAt(index)) {
        return false;
      }
    }
    return true;
  }

  private at(member: number, field: number): number {
    return this.ranges[member * stride + field] ?? 0;
  }
}

function bucket(length: number, first: number): number {
  return (length & 31) * 256 + (first & 255);
}

function unescape(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

function isEmptyValue(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return (
    (length === 4 && bytes[start] === letterN) ||
    (length === 2 && (bytes[start] === openBracket || bytes[start] === quote)) ||
    (length === 2 && bytes[start] === openBrace)
  );
}

/** Calls `visit` with the range of every element of the array at `from`. */
export function forEachElement(
  bytes: Buffer,
  from: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  if (bytes[from] !== openBracket) {
    return;
  }
  let at = from + 1;
  for (;;) {
    at = skipSpace(bytes, at, end);
    if (at >= end || bytes[at] === closeBracket) {
      return;
    }
    if (bytes[at] === comma) {
      at++;
      continue;
    }
    const after = skipValue(bytes, at, end);
    if (after <= at) {
      return;
    }
    visit(at, after);
    at = after;
  }
}

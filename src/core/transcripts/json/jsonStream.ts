import { skipColon, skipSpace, skipString, skipValue } from './scan';
import type { Members } from './members';
import { ValueSkipper } from './valueSkipper';

const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** A value reported whole. `leaf` says to the sink which place of the document it came from. */
export interface LeafShape {
  readonly leaf: string;
  /** Filled with the value's members in the same pass that finds its end. */
  readonly members?: Members;
}
/** An object whose members are followed one by one; those without a shape of their own use `rest`. */
export interface ObjectShape {
  readonly keys?: Readonly<Record<string, Shape>>;
  readonly rest?: Shape;
  /** Reported to the sink when such an object begins and ends. */
  readonly scope?: string;
}
/** An array whose elements are followed one by one. */
export interface ArrayShape {
  readonly items: Shape;
}
/** What of a document is followed and what is reported; everything else is skipped. */
export type Shape = LeafShape | ObjectShape | ArrayShape;

/** Where a reported value lies. Given anew in the same object each time, so not to be kept. */
export interface Leaf {
  readonly id: string;
  /** Its member name or its index in the array. */
  readonly key: string | number;
  /** Bytes from the document's start. */
  readonly offset: number;
  readonly length: number;
  /** Where its key lies, bytes from the document's start; for elements of arrays -1. */
  readonly keyOffset: number;
}

export interface JsonSink {
  /** A value, with a buffer that holds it from `start` to `end` until the call returns. */
  value(leaf: Leaf, bytes: Buffer, start: number, end: number): void;
  /** A value too large to be held; only its place is known, and its first bytes. */
  largeValue(leaf: Leaf, head: Buffer): void;
  /** The name of a member of an object that is followed, before its value. */
  key?(name: string): void;
  /** An object with this scope begins at a document offset. */
  enter?(scope: string, offset: number): void;
  /** It ended before a document offset. */
  leave?(scope: string, offset: number): void;
}

interface Frame {
  readonly shape: ObjectShape | ArrayShape;
  readonly isArray: boolean;
  count: number;
}

/** A value that has not ended after this many bytes is followed without being held. */
const mostHeld = 32 * 1024 * 1024;
const headBytes = 64 * 1024;
/** How much of a chunk is first joined with what the last one left open. */
const firstJoin = 64 * 1024;

/**
 * Follows one JSON document as its bytes arrive and reports the values that a shape asks for. It
 * holds at most one value at a time, and never one larger than 32 MB.
 */
export class JsonStream {
  private readonly stack: Frame[] = [];
  private pending = Buffer.alloc(0);
  /** The document offset of `pending`'s first byte. */
  private base = 0;
  private key: string | number = 0;
  private keyOffset = -1;
  private target: Shape | undefined;
  private awaitsValue = true;
  private skipping: { skipper: ValueSkipper; leaf: Leaf; head: Buffer } | undefined;
  private started = false;
  private readonly reported = {
    id: '',
    key: '' as string | number,
    offset: 0,
    length: 0,
    keyOffset: -1,
  };
  /** Whether the document's last bracket was seen. */
  complete = false;

  constructor(
    shape: Shape,
    private readonly sink: JsonSink,
  ) {
    this.target = shape;
  }

  /** How many bytes are held because a value has not ended yet. */
  get held(): number {
    return this.pending.length;
  }

  /** Takes the next bytes of the document. They may be reused by the caller afterwards. */
  push(chunk: Buffer): void {
    if (this.skipping !== undefined) {
      chunk = this.skipLarge(chunk);
    }
    if (chunk.length === 0 || this.complete) {
      return;
    }
    const rest = this.pending.length === 0 ? chunk : this.joinPending(chunk);
    const consumed = this.consume(rest, 0, rest.length);
    this.base += consumed;
    if (this.pending.length === 0 || consumed > 0) {
      this.pending = Buffer.from(rest.subarray(consumed));
    }
    if (this.pending.length > mostHeld) {
      this.overflow();
    }
  }

  /** Ends the document. What is still held was cut off, and is given to nobody. */
  end(): void {
    // A document that is one bare number has no byte after it.
    if (!this.complete && this.pending.length > 0) {
      this.push(Buffer.from('\n'));
    }
  }

  /**
   * Ends what the last chunk left open by joining it with no more of this one than needed, and returns
   * what of this one is left. Where all of it is not enough, everything stays pending.
   */
  private joinPending(chunk: Buffer): Buffer {
    let taken = Math.min(firstJoin, chunk.length);
    for (;;) {
      const had = this.pending.length;
      const joined = Buffer.concat([this.pending, chunk.subarray(0, taken)]);
      const consumed = this.consume(joined, 0, joined.length);
      this.base += consumed;
      if (consumed >= had) {
        this.pending = Buffer.alloc(0);
        return chunk.subarray(consumed - had);
      }
      if (taken === chunk.length) {
        this.pending = Buffer.from(joined.subarray(consumed));
        return Buffer.alloc(0);
      }
      this.pending = Buffer.from(this.pending.subarray(consumed));
      taken = Math.min(taken * 8, chunk.length);
    }
  }

  private skipLarge(chunk: Buffer): Buffer {
    const current = this.skipping;
    if (current === undefined) {
      return chunk;
    }
    const used = current.skipper.push(chunk);
    this.base += used;
    if (current.skipper.done) {
      const { leaf, head } = current;
      this.sink.largeValue({ ...leaf, length: this.base - leaf.offset }, head);
      this.skipping = undefined;
      this.afterValue();
    }
    return chunk.subarray(used);
  }

  private overflow(): void {
    if (!this.awaitsValue) {
      // A key of this size is damage; what follows it cannot be told from what is inside it.
      this.complete = true;
      this.pending = Buffer.alloc(0);
      return;
    }
    const start = skipSpace(this.pending, 0, this.pending.length);
    const shape = this.target;
    const leaf: Leaf = {
      id: shape !== undefined && 'leaf' in shape ? shape.leaf : '',
      key: this.key,
      offset: this.base + start,
      length: 0,
      keyOffset: this.keyOffset,
    };
    const skipper = new ValueSkipper();
    const bytes = this.pending.subarray(start);
    const used = skipper.push(bytes);
    this.skipping = { skipper, leaf, head: Buffer.from(bytes.subarray(0, headBytes)) };
    this.base += start + used;
    this.pending = Buffer.alloc(0);
  }

  /** Works through complete items; returns how many bytes are done with. */
  private consume(bytes: Buffer, from: number, end: number): number {
    let done = from;
    while (!this.complete) {
      const at = skipSpace(bytes, done, end);
      if (at >= end) {
        return at;
      }
      const next = this.awaitsValue ? this.value(bytes, at, end) : this.between(bytes, at, end);
      if (next < 0) {
        return done;
      }
      done = next;
    }
    return end;
  }

  private value(bytes: Buffer, at: number, end: number): number {
    const shape = this.target;
    if (shape !== undefined && !('leaf' in shape)) {
      const isArray = 'items' in shape;
      if (bytes[at] === (isArray ? openBracket : openBrace)) {
        this.open(shape, isArray, at);
        return at + 1;
      }
    }
    // A BOM or garbage before the document must not stall it.
    if (!this.started && this.stack.length === 0 && bytes[at] !== openBrace) {
      this.complete = bytes[at] === openBracket;
      return at + 1;
    }
    const after =
      shape !== undefined && 'leaf' in shape && shape.members !== undefined
        ? shape.members.walk(bytes, at, end)
        : skipValue(bytes, at, end);
    if (after < 0) {
      return -1;
    }
    if (after === at) {
      // No value at all, as in `[,` or `{"a":}`.
      this.afterValue();
      return at;
    }
    if (shape !== undefined && 'leaf' in shape) {
      this.sink.value(this.leaf(shape.leaf, at, after), bytes, at, after);
    }
    this.afterValue();
    return after;
  }

  private leaf(id: string, start: number, end: number): Leaf {
    const { reported } = this;
    reported.id = id;
    reported.key = this.key;
    reported.offset = this.base + start;
    reported.length = end - start;
    reported.keyOffset = this.keyOffset;
    return reported;
  }

  private open(shape: ObjectShape | ArrayShape, isArray: boolean, at: number): void {
    this.started = true;
    this.stack.push({ shape, isArray, count: 0 });
    this.awaitsValue = false;
    if ('scope' in shape) {
      this.sink.enter?.(shape.scope, this.base + at);
    }
  }

  /** Between values: a comma, a closing bracket, a key, or the next element. */
  private between(bytes: Buffer, at: number, end: number): number {
    const frame = this.stack.at(-1);
    const byte = bytes[at];
    if (frame === undefined || byte === closeBrace || byte === closeBracket) {
      this.close(at + 1);
      return at + 1;
    }
    if (byte === comma) {
      return at + 1;
    }
    if (frame.isArray) {
      this.key = frame.count++;
      this.keyOffset = -1;
      this.target = (frame.shape as ArrayShape).items;
      this.awaitsValue = true;
      return at;
    }
    return byte === quote ? this.member(bytes, at, end, frame.shape as ObjectShape) : at + 1;
  }

  private member(bytes: Buffer, at: number, end: number, shape: ObjectShape): number {
    const keyEnd = skipString(bytes, at + 1, end);
    const value = keyEnd < 0 ? -1 : skipColon(bytes, keyEnd, end);
    if (value < 0) {
      return -1;
    }
    const key = bytes.toString('utf8', at + 1, keyEnd - 1);
    this.key = key;
    this.keyOffset = this.base + at + 1;
    this.sink.key?.(key);
    this.target =
      shape.keys !== undefined && Object.hasOwn(shape.keys, key) ? shape.keys[key] : shape.rest;
    this.awaitsValue = true;
    return value;
  }

  private close(after: number): void {
    const frame = this.stack.pop();
    if (frame !== undefined && 'scope' in frame.shape) {
      this.sink.leave?.(frame.shape.scope, this.base + after);
    }
    this.afterValue();
  }

  private afterValue(): void {
    this.awaitsValue = false;
    this.complete = this.stack.length === 0;
  }
}

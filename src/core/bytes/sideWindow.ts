import { lineFeed } from './lineFeeds';
import type { ByteSource } from './byteSource';
import { windowPadding } from './interner';
import { newTokenEnds, tokenise } from './tokens';
import type { TokenEnds } from './tokens';

/** The part of one side that is being compared: bytes from `position` on, and their tokens. */
export class SideWindow {
  /** Offset of the first byte that is not yet compared. */
  position = 0;
  bytes: Uint8Array = new Uint8Array(0);
  words = new Int32Array(0);
  tokens: TokenEnds = newTokenEnds();
  /** The byte before `position` exists and ends no line. */
  insideLine = false;

  constructor(
    readonly source: ByteSource,
    /** Where the side ends, for now. */
    public end: number,
  ) {}

  get atEnd(): boolean {
    return this.position === this.end;
  }

  /** The tokens reach the end of the side. */
  get isLast(): boolean {
    return this.position + this.tokenEnd(this.tokens.count) === this.end;
  }

  /** Reads at most `size` bytes from `position` on. */
  load(size: number): void {
    const length = Math.min(size, this.end - this.position);
    const capacity = this.words.byteLength;
    if (capacity < length + windowPadding || capacity > 4 * size + windowPadding) {
      // Only as large as needed: small files are compared by the thousand.
      this.words = new Int32Array(Math.ceil((length + windowPadding) / 4));
    }
    this.bytes = new Uint8Array(this.words.buffer, 0, length);
    this.source.readInto(this.bytes, this.position);
  }

  /** Cuts the bytes, at most the first `length` of them, into at most `limit` tokens. */
  tokenise(limit: number, length = this.bytes.length): void {
    tokenise(
      this.bytes.subarray(0, length),
      { more: this.position + length < this.end, insideLine: this.insideLine, limit },
      this.tokens,
    );
  }

  /** After the tokens of another side were lent to this one. */
  forgetTokens(): void {
    this.tokens = newTokenEnds();
  }

  /** Where the first `count` tokens end, relative to `position`. */
  tokenEnd(count: number): number {
    return count === 0 ? 0 : (this.tokens.ends[count - 1] ?? 0);
  }

  /** How many of the tokens from `from` to `to` (exclusive) end with a line feed. */
  lineEnds(from: number, to: number): number {
    let count = 0;
    for (let i = from; i < to; i++) {
      count += this.bytes[(this.tokens.ends[i] ?? 0) - 1] === lineFeed ? 1 : 0;
    }
    return count;
  }

  /** Leaves the first `count` tokens behind. */
  advance(count: number): void {
    const length = this.tokenEnd(count);
    if (length > 0) {
      this.insideLine = this.bytes[length - 1] !== lineFeed;
      this.position += length;
    }
  }
}

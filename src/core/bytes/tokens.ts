import { asBuffer } from './affix';
import { lineFeed } from './lineFeeds';

/**
 * What sides are matched by: lines with their terminators. A line longer than this (bytes) is cut
 * into pieces at places that its own bytes choose, so that both sides are cut alike again soon after
 * an insertion.
 */
export const longLine = 4096;
const shortestPiece = 256;
const longestPiece = 1024;
/** A piece ends where the rolling hash has these bits clear: after 256 bytes more, on average. */
const pieceMask = 0xff << 20;

/** Ends of consecutive tokens, relative to the first byte given; only `count` of them are set. */
export interface TokenEnds {
  ends: Uint32Array;
  count: number;
}

export interface TokeniseOptions {
  /** The bytes go on behind `bytes`: a token that reaches its end is not complete. */
  readonly more: boolean;
  /** The first byte lies inside a long line: the byte before it exists and is no line feed. */
  readonly insideLine: boolean;
  /** The bytes end inside a long line, where one of its pieces does. */
  readonly endsInside?: boolean;
  /** Stop after this many tokens. */
  readonly limit?: number;
}

export function newTokenEnds(): TokenEnds {
  return { ends: new Uint32Array(1024), count: 0 };
}

/** Cuts `bytes` into tokens, into `result`. */
export function tokenise(bytes: Uint8Array, options: TokeniseOptions, result: TokenEnds): void {
  const buffer = asBuffer(bytes);
  const limit = options.limit ?? Infinity;
  result.count = 0;
  let start = 0;
  let insideLine = options.insideLine;
  while (start < buffer.length && result.count < limit) {
    const at = buffer.indexOf(lineFeed, start);
    const complete = at !== -1 || !options.more;
    const end = at === -1 ? buffer.length : at + 1;
    const isCut = insideLine || (at === -1 && options.endsInside === true);
    if (isCut || end - start > longLine) {
      cutLine(buffer.subarray(0, end), { start, complete, limit }, result);
      insideLine = false;
    } else if (complete) {
      push(result, end);
    }
    start = end;
  }
}

function cutLine(
  line: Buffer,
  { start, complete, limit }: { start: number; complete: boolean; limit: number },
  result: TokenEnds,
): void {
  for (let from = start; from < line.length && result.count < limit;) {
    const next = pieceEnd(line, from);
    if (next === line.length && !complete && next - from < longestPiece) {
      return;
    }
    push(result, next);
    from = next;
  }
}

function pieceEnd(line: Buffer, from: number): number {
  const last = Math.min(line.length, from + longestPiece);
  const first = Math.min(last, from + shortestPiece);
  let hash = 0;
  // Each byte is shifted out after 32 others: the hash knows the last 32 bytes only.
  for (let i = Math.max(from, first - 32); i < last; i++) {
    hash = ((hash << 1) + Math.imul((line[i] ?? 0) + 1, 0x9e3779b1)) | 0;
    if (i >= first && (hash & pieceMask) === 0) {
      return i + 1;
    }
  }
  return last;
}

function push(result: TokenEnds, end: number): void {
  if (result.count === result.ends.length) {
    const larger = new Uint32Array(result.ends.length * 2);
    larger.set(result.ends);
    result.ends = larger;
  }
  result.ends[result.count++] = end;
}

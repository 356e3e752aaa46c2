import type { Progress } from '../progress';
import { commonPrefixLength } from './affix';
import type { ByteSource } from './byteSource';
import { Interner } from './interner';
import { MatchList } from './matchList';
import type { RegionTable } from './regionTable';
import { RegionWriter } from './regionWriter';
import { commonTail } from './sourceDifference';
import { SideWindow } from './sideWindow';
import { TokenMatcher } from './tokenMatcher';

/** Windows begin this small (bytes), so that their tables fit in the processor's caches … */
const firstWindow = 4 << 20;
/** … grow by this factor while they find nothing in common … */
const growth = 4;
/** … and end here: what moved farther is not found. */
const largestWindow = 128 << 20;
export interface WindowSizes {
  /** Bytes; more than twice the longest line that is not cut. */
  readonly first: number;
  readonly largest: number;
}

/** A window's tokens at most, per byte of `firstWindow`, so that short lines don't make it slow. */
const bytesPerToken = 32;
/** Matches below this share of a window's tokens may be chance: a larger window is tried first. */
const trustedShare = 0.1;

/**
 * Compares two sources into `table`, line by line. A generator, so that its caller can do something
 * else between steps, report progress (bytes of both sides) and stop. Memory is bounded by the
 * largest window and the table; time grows with the size of the sources, whatever they hold.
 * @returns whether the answer is coarser than it could be.
 * @throws UserError when a source can't be read.
 */
export function* compareSources(
  a: ByteSource,
  b: ByteSource,
  table: RegionTable,
  windows: WindowSizes = { first: firstWindow, largest: largestWindow },
): Generator<Progress, { coarse: boolean }> {
  const comparison = new Comparison(a, b, table, windows);
  const total = a.size + b.size;
  while (!comparison.done) {
    for (const _ of comparison.step()) {
      yield { done: table.aEnd + table.bEnd, total };
    }
    yield { done: table.aEnd + table.bEnd, total };
  }
  return { coarse: comparison.coarse };
}

class Comparison {
  coarse = false;
  done = false;
  private size: number;
  private readonly left: SideWindow;
  private readonly right: SideWindow;
  private readonly interner = new Interner();
  private readonly matches = new MatchList();
  private readonly work = { exact: 20_000_000, runs: 60_000_000 };
  private readonly writer: RegionWriter;
  /** Both sides end with this many equal bytes, which begin with a line. */
  private readonly tail: number;

  constructor(
    a: ByteSource,
    b: ByteSource,
    table: RegionTable,
    private readonly windows: WindowSizes,
  ) {
    this.size = windows.first;
    this.tail = commonTail(a, b);
    this.left = new SideWindow(a, a.size - this.tail);
    this.right = new SideWindow(b, b.size - this.tail);
    this.writer = new RegionWriter(table);
  }

  /** Compares one window; yields where it takes long. */
  *step(): Generator<undefined> {
    const { left, right } = this;
    if (left.atEnd && right.atEnd) {
      this.finish();
      return;
    }
    left.load(this.size);
    right.load(this.size);
    if (left.atEnd || right.atEnd) {
      this.takeRest();
      return;
    }
    // Inside a long line the same bytes are cut in another way than at the beginning of one.
    const isCutAlike = left.insideLine === right.insideLine;
    const same = isCutAlike ? commonPrefixLength(left.bytes, right.bytes) : 0;
    if (same > this.size / 2 || (same === left.bytes.length && same === right.bytes.length)) {
      this.takeEqual(same);
    } else {
      yield* this.takeMatches();
    }
  }

  /** The common tail, window by window. */
  private finish(): void {
    const { left, right } = this;
    if (left.end < left.source.size) {
      left.end = left.source.size;
      right.end = right.source.size;
      this.size = this.windows.first;
    } else {
      this.done = true;
    }
  }

  /** Where one side has ended, all that is left of the other was added or removed. */
  private takeRest(): void {
    const { left, right } = this;
    const limit = this.tokenLimit();
    left.tokenise(limit);
    right.tokenise(limit);
    this.matches.clear();
    this.take(left.tokens.count, right.tokens.count);
  }

  private takeEqual(length: number): void {
    const { left, right } = this;
    const whole = length === left.bytes.length && length === right.bytes.length;
    left.tokenise(Infinity, whole ? undefined : length);
    const { count } = left.tokens;
    this.matches.clear();
    this.matches.add(0, 0, count);
    right.tokens.count = count;
    right.tokens.ends = left.tokens.ends;
    this.take(count, count);
    right.forgetTokens();
  }

  private *takeMatches(): Generator<undefined> {
    const { left, right, matches } = this;
    const limit = this.tokenLimit();
    left.tokenise(limit);
    right.tokenise(limit);
    yield undefined;
    const ids = yield* this.interner.intern(left, right);
    yield undefined;
    matches.clear();
    const matcher = new TokenMatcher(ids.a, ids.b, ids.classes, matches, this.work);
    matcher.run();
    const isLast = left.isLast && right.isLast;
    if (isLast) {
      this.coarse ||= matcher.coarse;
      this.take(ids.a.length, ids.b.length);
      return;
    }
    const trusted = trustedShare * Math.min(ids.a.length, ids.b.length);
    const last = matcher.anchored - 1;
    if (last >= 0 && (matches.total() >= trusted || this.size >= this.windows.largest)) {
      this.coarse ||= matcher.coarse;
      matches.count = last + 1;
      this.take(
        matches.aStart(last) + matches.length(last),
        matches.bStart(last) + matches.length(last),
      );
      this.size = this.windows.first;
    } else if (this.size < this.windows.largest) {
      this.size = Math.min(this.windows.largest, this.size * growth);
    } else {
      this.coarse = true;
      this.take(ids.a.length, ids.b.length);
    }
  }

  private take(aTokens: number, bTokens: number): void {
    const { left, right } = this;
    this.writer.write(left, right, this.matches, { aTokens, bTokens });
    this.coarse ||= this.writer.coarse;
    left.advance(aTokens);
    right.advance(bTokens);
  }

  private tokenLimit(): number {
    return Math.ceil(this.size / bytesPerToken);
  }
}

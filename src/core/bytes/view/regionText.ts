import { lineFeed } from '../lineFeeds';
import { refine } from '../refine';
import type { Hunk, Region } from '../regionTable';
import { newTokenEnds, tokenise } from '../tokens';
import type { PagedReader } from './pagedReader';
import type { Span, TextCell } from '../../../protocol/bytes';

/** Regions up to this size (bytes of both sides) are refined as a whole, larger ones row by row. */
const refinedWhole = 16 << 10;

/** One side of a region, cut into its tokens. */
class SideText {
  readonly bytes: Buffer;
  private readonly ends: Uint32Array;
  /** Line ends before each token, from the region's start. */
  private readonly lines: Uint32Array;
  private readonly insideLine: boolean;

  constructor(
    reader: PagedReader,
    private readonly span: Span,
    readonly count: number,
    private readonly linesBefore: number,
  ) {
    this.bytes = reader.read(...span);
    const before = reader.byteAt(span[0] - 1);
    this.insideLine = before !== undefined && before !== lineFeed;
    const tokens = newTokenEnds();
    // Before the end of the side, a region that ends in no line feed ends where a long line was cut.
    const endsInside = span[1] < reader.size;
    const { insideLine } = this;
    tokenise(this.bytes, { more: false, insideLine, endsInside, limit: count }, tokens);
    this.ends = tokens.ends;
    this.lines = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      this.lines[i + 1] = (this.lines[i] ?? 0) + (this.endsLine(i) ? 1 : 0);
    }
  }

  /** Relative to the region. */
  tokenSpan(i: number): Span {
    return [i === 0 ? 0 : (this.ends[i - 1] ?? 0), this.ends[i] ?? 0];
  }

  /** The token that holds a byte, relative to the region. */
  tokenAt(offset: number): number {
    let i = 0;
    while (i + 1 < this.count && (this.ends[i] ?? 0) <= offset) {
      i++;
    }
    return i;
  }

  cell(i: number, changed: readonly Span[]): TextCell {
    const [start, end] = this.tokenSpan(i);
    return {
      offset: this.span[0] + start,
      line: this.linesBefore + (this.lines[i] ?? 0) + 1,
      startsLine: i === 0 ? !this.insideLine : this.endsLine(i - 1),
      bytes: Uint8Array.from(this.bytes.subarray(start, end)),
      changed,
    };
  }

  private endsLine(i: number): boolean {
    return this.bytes[(this.ends[i] ?? 0) - 1] === lineFeed;
  }
}

/** The text of one region: its rows, and which of their bytes changed. */
export class RegionText {
  readonly a: SideText;
  readonly b: SideText;
  private whole: readonly Hunk[] | undefined;

  constructor(
    readonly region: Region,
    readers: { readonly a: PagedReader; readonly b: PagedReader },
    linesBefore: { readonly a: number; readonly b: number },
  ) {
    this.a = new SideText(readers.a, region.a, region.aTokens, linesBefore.a);
    this.b = new SideText(readers.b, region.b, region.bTokens, linesBefore.b);
  }

  /** The cells of row `i`, as far as the sides have one. */
  cells(i: number): { readonly a?: TextCell; readonly b?: TextCell } {
    const marks = this.region.changed ? this.marks(i) : { a: [], b: [] };
    return {
      ...(i < this.a.count && { a: this.a.cell(i, marks.a) }),
      ...(i < this.b.count && { b: this.b.cell(i, marks.b) }),
    };
  }

  private marks(i: number): { a: readonly Span[]; b: readonly Span[] } {
    const aSpan: Span = i < this.a.count ? this.a.tokenSpan(i) : [0, 0];
    const bSpan: Span = i < this.b.count ? this.b.tokenSpan(i) : [0, 0];
    if (this.a.bytes.length + this.b.bytes.length <= refinedWhole) {
      this.whole ??= refine(this.a.bytes, this.b.bytes);
      return {
        a: within(
          this.whole.map((hunk) => hunk.a),
          aSpan,
        ),
        b: within(
          this.whole.map((hunk) => hunk.b),
          bSpan,
        ),
      };
    }
    const hunks = refine(this.a.bytes.subarray(...aSpan), this.b.bytes.subarray(...bSpan));
    return { a: hunks.map((hunk) => hunk.a), b: hunks.map((hunk) => hunk.b) };
  }
}

/** The parts of `spans` that lie in `range`, relative to it. */
function within(spans: readonly Span[], [start, end]: Span): Span[] {
  return spans
    .map(([from, to]): Span => [Math.max(from, start) - start, Math.min(to, end) - start])
    .filter(([from, to]) => to > from);
}

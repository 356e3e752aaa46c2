import type { Arrangement, Layout, Row, Side, StreamHead, Summary } from '../../../protocol/bytes';
import { mostRows } from '../../../protocol/bytes';
import type { Disposable } from '../../disposable';
import { errorText, UserError } from '../../errors';
import type { ByteSource } from '../byteSource';
import { readRange } from '../byteSource';
import { compareSources } from '../compareSources';
import type { FirstDifference } from '../difference';
import { explanations } from '../explanations';
import { hunksOf, RegionTable } from '../regionTable';
import { sourceClass } from '../sourceClass';
import { firstSourceDifference } from '../sourceDifference';
import { ArrangedRows } from './arrangedRows';
import { HexRows } from './hexRows';
import { PagedReader } from './pagedReader';
import { summarise } from './sideSummary';
import { TextRows } from './textRows';

/** Arrangements whose rows are kept: one each for text and hex, and the ones before. */
const keptArrangements = 4;
/** Bytes that are given at once. */
const mostBytes = 16 << 20;

export interface StreamSources {
  readonly name: string;
  readonly expected: ByteSource;
  readonly actual: ByteSource;
  readonly paths: { readonly expected?: string; readonly actual?: string };
  readonly missing: Readonly<Record<Side, boolean>>;
}

/** One pair of byte strings, compared step by step, and its rows. */
export class ComparedStream implements Disposable {
  readonly first: FirstDifference | undefined;
  private readonly table = new RegionTable();
  private readonly readers: { readonly a: PagedReader; readonly b: PagedReader };
  private readonly comparison: ReturnType<typeof compareSources>;
  private readonly arranged = new Map<string, ArrangedRows>();
  private readonly bases = new Map<string, TextRows | HexRows>();
  private progress = 0;
  private coarse = false;
  private complete = false;
  /** Why the comparison ended early. */
  private failure: UserError | undefined;
  private known: Summary | undefined;

  constructor(private readonly sources: StreamSources) {
    const { expected, actual } = sources;
    this.first = firstSourceDifference(expected, actual);
    this.readers = { a: new PagedReader(expected), b: new PagedReader(actual) };
    this.comparison = compareSources(expected, actual, this.table);
  }

  get head(): StreamHead {
    const { name, paths, missing } = this.sources;
    const side = (which: Side) => ({
      size: this.sources[which].size,
      ...(paths[which] !== undefined && { path: paths[which] }),
      ...(missing[which] && { missing: true }),
    });
    return {
      name,
      expected: side('expected'),
      actual: side('actual'),
      equal: this.first === undefined && missing.expected === missing.actual,
      ...(this.first !== undefined && { first: this.first }),
    };
  }

  get isComplete(): boolean {
    return this.complete;
  }

  /** Something has been compared, so that there are rows to show. */
  get hasRows(): boolean {
    return this.table.count > 0;
  }

  /**
   * Compares a little further.
   * @returns whether all is compared.
   * @throws UserError when a side can't be read.
   */
  step(): boolean {
    if (this.complete) {
      return true;
    }
    const { done, value } = this.advance();
    if (done === true) {
      this.complete = true;
      this.progress = 1;
      this.coarse = value.coarse;
    } else {
      this.progress = value.total === undefined ? 0 : value.done / Math.max(1, value.total);
    }
    return this.complete;
  }

  /** A generator that threw is done: what it threw is said again to whoever asks again. */
  private advance(): ReturnType<typeof this.comparison.next> {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    try {
      return this.comparison.next();
    } catch (error) {
      this.failure =
        error instanceof UserError ? error : new UserError(errorText(error), { cause: error });
      throw this.failure;
    }
  }

  layout(arrangement: Arrangement): Layout {
    const rows = this.arrange(arrangement);
    const firstChange = rows.change(-1, 'next');
    return {
      rows: rows.count,
      changes: rows.hunks,
      ...(firstChange !== undefined && { firstChange }),
      marks: rows.marks(),
      progress: this.progress,
      coarse: this.coarse,
    };
  }

  rows(arrangement: Arrangement, from: number, count: number): readonly Row[] {
    const rows = this.arrange(arrangement);
    const end = Math.min(rows.count, from + Math.min(count, mostRows));
    return Array.from({ length: Math.max(0, end - from) }, (_, i) => rows.read(from + i));
  }

  change(arrangement: Arrangement, row: number, direction: 'next' | 'previous') {
    const found = this.arrange(arrangement).change(row, direction);
    return found === undefined ? {} : { row: found };
  }

  locate(arrangement: Arrangement, side: Side, offset: number) {
    return this.arrange(arrangement).locate(side, offset);
  }

  source(side: Side): ByteSource {
    return this.sources[side];
  }

  /** @throws UserError when more is asked for than is handed over at once. */
  bytes(side: Side, start: number, end: number): Buffer {
    if (end - start > mostBytes) {
      throw new UserError('That are too many bytes to take at once.', {
        action: `Select at most ${mostBytes >> 20} MiB.`,
      });
    }
    return readRange(this.source(side), start, end);
  }

  /** Hashes and counts; yields between chunks. The comparison must be complete. */
  *summary(): Generator<undefined, Summary> {
    if (this.known === undefined) {
      const { expected, actual } = this.sources;
      const sides = { expected: yield* summarise(expected), actual: yield* summarise(actual) };
      const kind = sourceClass(expected, actual, this.first?.offset);
      let changes = 0;
      const changedBytes = { expected: 0, actual: 0 };
      for (const { a, b } of hunksOf(this.table)) {
        changes++;
        changedBytes.expected += a[1] - a[0];
        changedBytes.actual += b[1] - b[0];
      }
      this.known = {
        class: kind,
        explanation: explanations[kind],
        ...sides,
        changes,
        changedBytes,
      };
    }
    return this.known;
  }

  dispose(): void {
    this.sources.expected.dispose();
    this.sources.actual.dispose();
  }

  private arrange(arrangement: Arrangement): ArrangedRows {
    const key = JSON.stringify(arrangement);
    let rows = this.arranged.get(key);
    if (rows === undefined) {
      rows = new ArrangedRows(this.baseRows(arrangement), arrangement);
      this.arranged.set(key, rows);
      for (const oldest of this.arranged.keys()) {
        if (this.arranged.size > keptArrangements) {
          this.arranged.delete(oldest);
        }
      }
    }
    rows.update({ complete: this.complete });
    return rows;
  }

  private baseRows({ mode, bytesPerRow }: Arrangement): TextRows | HexRows {
    const width = Math.min(64, Math.max(1, bytesPerRow));
    const key = mode === 'text' ? mode : `${mode} ${width}`;
    const known = this.bases.get(key);
    const rows =
      known ??
      (mode === 'text'
        ? new TextRows(this.table, this.readers)
        : new HexRows(this.table, this.readers, width));
    this.bases.set(key, rows);
    return rows;
  }
}

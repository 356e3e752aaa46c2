import type { ByteStore } from '../bytes/byteStore';
import { FileStore } from '../bytes/byteStore';
import { Members } from '../json/members';
import type { Needle } from './needle';

const chunkBytes = 4 * 1024 * 1024;

/** Finds byte strings in a store, going forward. */
export class ByteScanner {
  private readonly overlap: number;
  private readonly reused: Buffer | undefined;
  private chunk: Buffer = Buffer.alloc(0);
  private text: string | undefined;
  private base = 0;
  /** Looks for the needles whatever their case: faster than to fold every chunk. */
  private readonly patterns: readonly RegExp[];
  private readonly members = new Map<readonly string[], Members>();

  constructor(
    private readonly store: ByteStore,
    private readonly needles: readonly Buffer[],
    private readonly ignoreCase: Needle['ignoreCase'],
  ) {
    this.overlap = Math.max(...needles.map(({ length }) => length)) - 1;
    this.reused = store instanceof FileStore ? Buffer.allocUnsafe(chunkBytes) : undefined;
    this.patterns = needles.map(
      (needle) => new RegExp(needle.toString('latin1').replace(/\W/g, '\\$&'), 'gi'),
    );
  }

  /**
   * The offset of the first occurrence at or after `from` within the chunk that starts there, or where
   * to go on if this chunk has none; `undefined` at the end.
   */
  next(from: number): { readonly found: boolean; readonly at: number } | undefined {
    if (from >= this.store.size) {
      return undefined;
    }
    if (from < this.base || from >= this.base + this.chunk.length - this.overlap) {
      this.load(from);
    }
    const at = this.search(from - this.base);
    if (at >= 0) {
      return { found: true, at: this.base + at };
    }
    const end = this.base + this.chunk.length;
    return {
      found: false,
      at: end >= this.store.size ? end : Math.max(from + 1, end - this.overlap),
    };
  }

  /**
   * Whether a record holds an occurrence in one of these members. Records that are longer than a chunk
   * are taken to.
   */
  recordHolds(offset: number, length: number, keys: readonly string[]): boolean {
    if (length > chunkBytes) {
      return true;
    }
    if (keys.length === 0) {
      return false;
    }
    if (offset < this.base || offset + length > this.base + this.chunk.length) {
      this.load(offset);
    }
    const members = this.membersOf(keys);
    const start = offset - this.base;
    members.walk(this.chunk, start, start + length);
    return keys.some((key) => {
      const member = members.find(key);
      return member >= 0 && this.within(members.start(member), members.end(member));
    });
  }

  private membersOf(keys: readonly string[]): Members {
    const known = this.members.get(keys);
    if (known !== undefined) {
      return known;
    }
    const members = new Members(keys);
    this.members.set(keys, members);
    return members;
  }

  /** Whether an occurrence lies between two places of the chunk. */
  private within(start: number, end: number): boolean {
    return this.needles.some((needle, index) => {
      const at = this.indexOf(needle, index, start);
      return at >= 0 && at + needle.length <= end;
    });
  }

  private load(from: number): void {
    this.base = from;
    this.text = undefined;
    this.chunk =
      this.reused !== undefined && this.store instanceof FileStore
        ? this.reused.subarray(0, this.store.readInto(this.reused, from))
        : this.store.read(from, chunkBytes);
  }

  private search(start: number): number {
    let first = -1;
    this.needles.forEach((needle, index) => {
      const at = this.indexOf(needle, index, start);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    });
    return first;
  }

  private indexOf(needle: Buffer, index: number, start: number): number {
    if (!this.ignoreCase) {
      return this.chunk.indexOf(needle, start);
    }
    // One character a byte, so that places in the text are places in the bytes.
    this.text ??= this.chunk.toString('latin1');
    const pattern = this.patterns[index];
    if (pattern === undefined) {
      return -1;
    }
    pattern.lastIndex = start;
    return pattern.test(this.text) ? pattern.lastIndex - needle.length : -1;
  }
}

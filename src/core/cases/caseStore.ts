import type { Case } from './case';
import type { ListingIndex } from './listingIndex';

/** What a list shows of a case without reading its streams. */
export interface CaseSummary {
  readonly name: string;
  readonly labels: readonly string[];
  readonly duals: readonly string[];
  readonly args: readonly string[];
  /** Where it lies: a file of its own, or a row (base 0) of a shared one. */
  readonly location: { readonly path: string; readonly row?: number };
  readonly hasGold: boolean;
}

/** A case that is there and cannot be read: shown beside the others, never dropped in silence. */
export interface UnreadableCase {
  readonly name: string;
  readonly location: {
    readonly path: string;
    readonly row?: number;
    /** base 1 */ readonly line?: number;
  };
  /** A sentence that says what is wrong and what to do. */
  readonly problem: string;
}

export interface CaseListing {
  /** In the store's own order: by name in a folder, by row in a gold file. */
  readonly cases: readonly CaseSummary[];
  readonly unreadable: readonly UnreadableCase[];
}

export interface WriteOptions {
  /** Replace a case of the same name; without it, an existing one is refused with a UserError. */
  readonly replace?: boolean;
}

/**
 * The cases of one target, whatever they lie in: a folder of `.case` files, or the rows of a
 * MirrorCode gold file. Every write is beside and renamed over; what the store's format cannot
 * carry is refused with the reason, never altered.
 */
export interface CaseStore {
  readonly kind: 'case' | 'gold';
  /** The folder `cases/`, or the gold file. Absolute. */
  readonly path: string;
  /** @param index What is known of files that may not have to be read again; a row has none. */
  list(index?: ListingIndex): Promise<CaseListing>;
  /** @throws UserError when there is no such case or it is unreadable. */
  read(name: string): Promise<Case>;
  /**
   * All cases, in the store's order, in chunks that keep memory bounded. Those that can't be read
   * are told to `onUnreadable`: whoever counts, compares or hands on all cases has to say so.
   */
  readAll(onUnreadable?: (one: UnreadableCase) => void): AsyncIterable<Case>;
  /** @throws UserError when the store's format can't carry the case; writes nothing. */
  check(candidate: Case): Promise<void>;
  write(changed: Case, options?: WriteOptions): Promise<void>;
  /** Many at once; one rewrite of the file where the store is one file. */
  writeAll(changed: readonly Case[], options?: WriteOptions): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(names: readonly string[]): Promise<void>;
  /** Takes what lies there now for known: someone who knows has changed it. */
  forget(): void;
}

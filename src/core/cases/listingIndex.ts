import { lstatSync, readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { writeFileAtomically } from '../atomicFile';
import type { CaseFile, Split } from './caseFiles';
import { caseExtension } from './caseFiles';
import type { CaseListing, CaseSummary, UnreadableCase } from './caseStore';
import { listingOf } from './folderListing';

/** What one case file gives a listing; both where its place and its headers disagree. */
export interface ListedFile {
  readonly summary?: Omit<CaseSummary, 'name' | 'location'>;
  readonly problem?: UnreadableCase;
}

/**
 * Size in bytes, then modified and changed in milliseconds, then the number of the file; nothing for
 * a file that has to be read again.
 */
type Stamp = readonly number[];

/** By the split and the name of the file's case; as it is kept. */
type Entry = readonly [split: Split, name: string, stamp: Stamp, file: ListedFile];
type Entries = ReadonlyMap<string, Entry>;

/**
 * A file that was changed so shortly before it was read may change again without another time, since
 * a file system counts in ticks: of 2 s at most. Milliseconds, with some for clocks that differ.
 */
const settledMs = 3000;

/**
 * What the case files of one store held when they were read, so that those that stay are not read
 * again. A file is known by its size, both its times and its number; changing it in place changes the
 * second time, which no program can set.
 *
 * It is kept as a file that may be lost, damaged, or written by another window or version at any
 * time: then the cases are read.
 */
export class ListingIndex {
  private known: Entries | undefined;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      /** The folder of the cases, absolute. */
      readonly store: string;
      /** Absolute; made when it is missing. */
      readonly file: string;
      /** Of the code that reads cases: what another one has understood is not taken over. */
      readonly version: string;
      /** The clock, in milliseconds; the system's when absent. */
      readonly now?: () => number;
    },
  ) {}

  /** What was listed last, without a look at the files; undefined when nothing was. */
  remembered(): CaseListing | undefined {
    const { store } = this.options;
    const entries = this.entries();
    return entries.size === 0
      ? undefined
      : listingOf(
          [...entries.values()].map(([split, name, , file]) => ({
            name,
            path: `${store}${path.sep}${split}${path.sep}${name}${caseExtension}`,
            file,
          })),
        );
  }

  /** Begins a listing: what is not asked for until its end is forgotten. */
  begin(): Relisting {
    return new Relisting(this.entries(), this.options.now ?? Date.now);
  }

  /** Keeps what a listing found. The file is written behind it; failing to costs time later on. */
  end(listing: Relisting): void {
    const { found } = listing;
    this.known = found;
    if (listing.hasChanged) {
      this.saving = this.saving.then(() => this.save(found));
    }
  }

  /** Resolves when what was kept so far has been written. */
  saved(): Promise<void> {
    return this.saving;
  }

  private entries(): Entries {
    this.known ??= this.load();
    return this.known;
  }

  private load(): Entries {
    const { file, version } = this.options;
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      // Nothing was kept yet.
    }
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (end < 0 || text.slice(0, end) !== heading(version, body)) {
      return new Map();
    }
    // Written by this very version and whole, so that its shape needs no check.
    const entries = JSON.parse(body) as readonly Entry[];
    return new Map(entries.map((entry) => [keyOf(entry[0], entry[1]), entry]));
  }

  private async save(entries: Entries): Promise<void> {
    const { file, version } = this.options;
    const body = JSON.stringify([...entries.values()]);
    try {
      await writeFileAtomically(file, `${heading(version, body)}\n${body}`);
    } catch {
      // On a full disk, say: the cases are read the next time.
    }
  }
}

/** One listing with the help of what is known from the last one. */
export class Relisting {
  readonly found = new Map<string, Entry>();
  private read = 0;

  constructor(
    private readonly known: Entries,
    private readonly now: () => number,
  ) {}

  /** Whether it found anything else than the one before. */
  get hasChanged(): boolean {
    return this.read > 0 || this.found.size !== this.known.size;
  }

  /** What a file gives: as it is known, or read. */
  file(found: CaseFile, read: (found: CaseFile) => ListedFile): ListedFile {
    const { split, name } = found;
    // Before it is read: what changes it after this look is noticed by the next.
    const stamp = stampOf(found.path, this.now());
    const key = keyOf(split, name);
    let entry = this.known.get(key);
    if (entry === undefined || !isSame(entry[2], stamp)) {
      entry = [split, name, stamp, read(found)];
      this.read++;
    }
    this.found.set(key, entry);
    return entry[3];
  }
}

function keyOf(split: Split, name: string): string {
  return `${split}/${name}`;
}

function stampOf(file: string, now: number): Stamp {
  let stats: Stats;
  try {
    stats = lstatSync(file);
  } catch {
    return []; // reading it says why
  }
  const { size, mtimeMs, ctimeMs, ino } = stats;
  const isSettled = Math.max(mtimeMs, ctimeMs) < now - settledMs;
  return isSettled ? [size, mtimeMs, ctimeMs, ino] : [];
}

function isSame(known: Stamp, now: Stamp): boolean {
  return known.length > 0 && known.every((value, i) => value === now[i]);
}

function heading(version: string, body: string): string {
  return `${version} ${crc32(body).toString(16)}`;
}

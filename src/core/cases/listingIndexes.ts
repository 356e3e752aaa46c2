import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ListingIndex } from './listingIndex';

/** The listing indexes of a workspace's stores, each a file in one folder that holds nothing else. */
export class ListingIndexes {
  private readonly opened = new Map<string, ListingIndex>();

  constructor(
    private readonly options: {
      /** Absolute; made when it is missing. */
      readonly folder: string;
      /** Of the code that reads cases. */
      readonly version: string;
    },
  ) {}

  /** The index of the store at a path, absolute. */
  of(store: string): ListingIndex {
    let index = this.opened.get(store);
    if (index === undefined) {
      const { folder, version } = this.options;
      index = new ListingIndex({ store, file: path.join(folder, fileName(store)), version });
      this.opened.set(store, index);
    }
    return index;
  }

  /** Removes what was kept of other stores, which are gone from the workspace. */
  async keepOnly(stores: readonly string[]): Promise<void> {
    const { folder } = this.options;
    const kept = new Set(stores.map(fileName));
    const names = await readdir(folder).catch((): string[] => []); // nothing was kept yet
    const gone = names.filter((name) => name.endsWith(ending) && !kept.has(name));
    await Promise.all(gone.map((name) => rm(path.join(folder, name), { force: true })));
    for (const store of this.opened.keys()) {
      if (!kept.has(fileName(store))) {
        this.opened.delete(store);
      }
    }
  }
}

const ending = '.json';

function fileName(store: string): string {
  return createHash('sha256').update(store).digest('hex').slice(0, 32) + ending;
}

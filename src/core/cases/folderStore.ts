import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { writeFilesAtomically } from '../atomicFile';
import { UserError } from '../errors';
import { withFileLock } from '../fileLock';
import type { Case } from './case';
import type { CaseFile, ReadCaseFile, Split } from './caseFiles';
import {
  caseExtension,
  caseFilePath,
  findCaseFile,
  findCaseFiles,
  ownBlobs,
  readCaseFile,
  removeCaseFile,
  removeFiles,
} from './caseFiles';
import { layoutCase } from './caseLayout';
import { streamContent } from './content';
import { assertCaseName } from './caseNames';
import type { CaseListing, CaseStore, UnreadableCase, WriteOptions } from './caseStore';
import { givenTwice, listedFile, listingOf } from './folderListing';
import type { ListedFile, ListingIndex } from './listingIndex';

/** Cases written side by side. */
const writers = 16;
/** Files read before other work gets its turn. */
const batch = 64;

/**
 * One text file a case, below `visible/` and `hidden/`: the folder is the split, so that export,
 * code owners and `.dockerignore` can act on it.
 */
export class FolderStore implements CaseStore {
  readonly kind = 'case';
  /** What each case's file held when it was last read here: name → hash, to notice other writers. */
  private readonly known = new Map<string, string>();

  /** @param path Absolute path of the folder `cases/`; it need not exist yet. */
  constructor(readonly path: string) {}

  async list(index?: ListingIndex): Promise<CaseListing> {
    const known = index?.begin();
    const files: { name: string; path: string; file: ListedFile }[] = [];
    for await (const batch of this.batches()) {
      for (const found of batch) {
        const file = known?.file(found, listedFile) ?? listedFile(found);
        files.push({ name: found.name, path: found.path, file });
      }
    }
    if (known !== undefined) {
      index?.end(known);
    }
    return listingOf(files);
  }

  async read(name: string): Promise<Case> {
    const found = await findCaseFile(this.path, name);
    if (found === undefined) {
      throw this.missing(name);
    }
    const { value, problem, text } = readCaseFile(found);
    if (value === undefined) {
      throw new UserError(problem?.problem ?? `${found.path} is not readable.`, {
        action: 'Correct the file, or record the case again.',
      });
    }
    this.known.set(name, hashOf(text ?? ''));
    return value;
  }

  async *readAll(onUnreadable?: (one: UnreadableCase) => void): AsyncIterable<Case> {
    const seen = new Set<string>();
    for await (const batch of this.batches()) {
      for (const found of batch) {
        const { value, problem }: ReadCaseFile = seen.has(found.name)
          ? { problem: givenTwice(found) }
          : readCaseFile(found);
        seen.add(found.name);
        if (value !== undefined) {
          yield value;
        } else if (problem !== undefined) {
          onUnreadable?.(problem);
        }
      }
    }
  }

  check({ name }: Case): Promise<void> {
    return Promise.resolve().then(() => assertCaseName(name));
  }

  write(changed: Case, options: WriteOptions = {}): Promise<void> {
    return this.writeAll([changed], options);
  }

  async writeAll(changed: readonly Case[], options: WriteOptions = {}): Promise<void> {
    await Promise.all(changed.map((one) => this.check(one)));
    if (new Set(changed.map(({ name }) => name)).size < changed.length) {
      throw new UserError(`Writing to ${this.path} failed: two of the cases have the same name.`, {
        action: 'Give each case a name of its own.',
      });
    }
    await this.locked(async () => {
      if (options.replace !== true) {
        // All or none: a refusal half-way would leave the first ones behind.
        await Promise.all(changed.map(({ name }) => this.refuseTaken(name)));
      }
      // Each waits for the disk to have it: side by side that takes a fraction of the time. What a
      // case leaves behind goes last, so that no folder vanishes under one that is being written.
      const queue = new PQueue({ concurrency: writers });
      const leftovers = await queue.addAll(changed.map((one) => () => this.writeOne(one)));
      await queue.addAll(leftovers);
    });
  }

  async rename(from: string, to: string): Promise<void> {
    const source = await this.read(from);
    await this.check({ ...source, name: to });
    await this.locked(async () => {
      await this.refuseTaken(to);
      const removeLeftovers = await this.writeOne({ ...source, name: to });
      await removeLeftovers();
      await this.removeOne(from);
    });
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.locked(async () => {
      for (const name of names) {
        await this.removeOne(name);
      }
    });
  }

  forget(): void {
    this.known.clear();
  }

  /** One writer at a time, in whatever window or process. */
  private locked(work: () => Promise<void>): Promise<void> {
    return withFileLock(path.join(this.path, '.lock'), work);
  }

  private async refuseTaken(name: string): Promise<void> {
    if ((await findCaseFile(this.path, name)) !== undefined) {
      throw new UserError(`There is already a case ${name}.`, {
        action: 'Choose another name, or say that it is to be replaced.',
      });
    }
  }

  /** @returns what removes the files that the case had before and has no more. */
  private async writeOne(changed: Case): Promise<() => Promise<void>> {
    const found = await findCaseFile(this.path, changed.name);
    const file = this.pathOf(changed);
    const folder = path.dirname(file);
    await this.refuseLinks(folder);
    await this.refuseChanged(changed.name, found);
    const { text, blobs } = layoutCase(changed, { baseName: path.basename(file, caseExtension) });
    const parts = [...blobs].flatMap(([relative, content]) => {
      const blob = path.join(folder, relative);
      const isThere = content.kind === 'blob' && content.path === blob;
      return isThere ? [] : [{ file: blob, bytes: streamContent(content) }];
    });
    const before = found?.path === file ? ownBlobs(found) : [];
    await writeFilesAtomically([...parts, { file, bytes: text }]);
    this.known.set(changed.name, hashOf(text));
    const kept = new Set([...blobs.keys()].map((relative) => path.join(folder, relative)));
    return async () => {
      await removeFiles(
        before.filter((blob) => !kept.has(blob)),
        this.path,
      );
      if (found !== undefined && found.path !== file) {
        await removeCaseFile(found, this.path);
      }
    };
  }

  private async removeOne(name: string): Promise<void> {
    const found = await findCaseFile(this.path, name);
    if (found === undefined) {
      throw this.missing(name);
    }
    this.known.delete(name);
    await removeCaseFile(found, this.path);
  }

  private missing(name: string): UserError {
    return new UserError(`There is no case ${name} in ${this.path}.`, {
      action: 'List the names with: mirrorcode cases TARGET',
    });
  }

  /**
   * What was read here and has been changed since by someone else is not written over unseen. The
   * second attempt is allowed: by then it has been said.
   */
  private async refuseChanged(name: string, found: CaseFile | undefined): Promise<void> {
    const known = this.known.get(name);
    if (known === undefined || found === undefined) {
      return;
    }
    if (hashOf(await readFile(found.path, 'utf8')) !== known) {
      this.known.delete(name);
      throw new UserError(`${found.path} was changed by someone else since it was read here.`, {
        action: 'Nothing was written. Look at what it holds now, then save again.',
      });
    }
  }

  /** A folder that is a link would take the case out of its tree. */
  private async refuseLinks(folder: string): Promise<void> {
    for (let at = folder; at !== this.path; at = path.dirname(at)) {
      const stats = await lstat(at).catch(() => undefined);
      if (stats?.isSymbolicLink() === true) {
        throw new UserError(`Writing into ${at} failed: it is a link to another folder.`, {
          action: 'Make it a folder: cases lie in their own tree.',
        });
      }
    }
  }

  private pathOf({ name, labels }: Pick<Case, 'name' | 'labels'>): string {
    const split: Split = labels.includes('hidden') ? 'hidden' : 'visible';
    return caseFilePath(this.path, split, name);
  }

  private async *batches(): AsyncIterable<readonly CaseFile[]> {
    const files = findCaseFiles(this.path);
    for (let start = 0; start < files.length; start += batch) {
      yield files.slice(start, start + batch);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../errors';
import type { FileEntry } from '../../case';
import { defaultDirMode, defaultFileMode } from '../../caseLayout';
import { bytesContent, readContent } from '../../content';
import { byText, isInsidePath } from '../../paths';
import { readTree } from '../byteTree';

export interface BesideOptions {
  /** Where the suite lies, absolute. */
  readonly folder: string;
  /** Whether commands run there: then any name may be one of a file beside the suite. */
  readonly isWorkingFolder: boolean;
}

/** The files of a suite as its commands have left them so far, and the folder they run in. */
export class SceneFiles {
  private readonly entries = new Map<string, FileEntry>();
  /** Files whose bytes only running could tell. */
  private readonly unknown = new Set<string>();
  /** Names that the suite asks for beside itself. */
  private readonly asked = new Set<string>();
  /** Below the folder in which the suite begins; empty there. */
  private cwd = '';

  constructor(
    private readonly beside: BesideOptions,
    files: readonly FileEntry[],
  ) {
    files.forEach((entry) => this.entries.set(entry.path, entry));
  }

  /** A file with unknown bytes, if there is any. */
  get anyUnknown(): string | undefined {
    return [...this.unknown][0];
  }

  /** Lets a name be looked for beside the suite. */
  ask(name: string): void {
    this.asked.add(path.posix.normalize(name));
  }

  /**
   * What a program finds in the folder that it is run in.
   * @throws UserError when there is something above, which a case can't carry.
   */
  found(): FileEntry[] {
    const above = this.cwd === '' ? '' : `${this.cwd}/`;
    const found: FileEntry[] = [];
    for (const entry of this.entries.values()) {
      if (entry.path.startsWith(above)) {
        found.push({ ...entry, path: entry.path.slice(above.length) });
      } else if (!above.startsWith(`${entry.path}/`)) {
        throw new UserError(`it runs in ${this.cwd}, and a case can't carry what lies above that`);
      }
    }
    return found.sort((a, b) => byText(a.path, b.path));
  }

  /** Takes over what a program did in the folder that it was run in. */
  apply(outputs: readonly FileEntry[]): void {
    for (const entry of outputs) {
      const at = path.posix.join(this.cwd, entry.path);
      this.unknown.delete(at);
      if (entry.kind === 'absent') {
        this.remove(at);
      } else {
        this.entries.set(at, { ...entry, path: at });
      }
    }
  }

  /** A file that an argument names and that lies beside the suite goes into the case. */
  async stage(word: string): Promise<void> {
    const name = path.posix.normalize(word).replace(/\/$/u, '');
    const at = path.posix.join(this.cwd, name);
    if (this.unknown.has(at)) {
      throw new UserError(`it reads ${name}, which another command wrote`);
    }
    if (!this.entries.has(at)) {
      (await this.lookBeside(word)).forEach((entry) => {
        const inside = path.posix.join(at, entry.path);
        this.entries.set(inside, { ...entry, path: inside });
      });
    }
  }

  /** @throws UserError where there is no such file, or only running could tell its bytes. */
  async read(word: string): Promise<Uint8Array> {
    const at = this.at(word);
    if (this.unknown.has(at)) {
      throw new UserError(`it reads ${word}, which another command wrote`);
    }
    const [beside] = this.entries.has(at) ? [] : await this.lookBeside(word);
    const entry = this.entries.get(at) ?? beside;
    if (entry?.kind !== 'file') {
      throw new UserError(`it reads ${word}, which is not there`);
    }
    return readContent(entry.content);
  }

  /** @returns undefined where there is no such file, or only running could tell its bytes. */
  async readIfKnown(word: string): Promise<Uint8Array | undefined> {
    return this.read(word).catch((error: unknown) => {
      if (error instanceof UserError) {
        return undefined;
      }
      throw error;
    });
  }

  /** Writes a file; without bytes it is one whose bytes only running could tell. */
  write(word: string, bytes: Uint8Array | undefined): void {
    const at = this.at(word);
    if (bytes === undefined) {
      this.entries.delete(at);
      this.unknown.add(at);
      return;
    }
    this.unknown.delete(at);
    const before = this.entries.get(at);
    const mode = before?.kind === 'file' ? before.mode : defaultFileMode;
    this.entries.set(at, { kind: 'file', path: at, mode, content: bytesContent(bytes) });
  }

  /** Adds to a file's end; makes one where there is none. */
  async append(word: string, bytes: Uint8Array | undefined): Promise<void> {
    const at = this.at(word);
    if (this.unknown.has(at)) {
      return;
    }
    const before = this.entries.has(at) ? await this.read(word) : new Uint8Array(0);
    this.write(word, bytes === undefined ? undefined : Buffer.concat([before, bytes]));
  }

  has(word: string): boolean {
    const at = this.at(word);
    return this.entries.has(at) || this.unknown.has(at);
  }

  isFolder(word: string): boolean {
    const at = this.at(word);
    const isAbove = (entry: FileEntry) => entry.path.startsWith(`${at}/`);
    return this.entries.get(at)?.kind === 'dir' || [...this.entries.values()].some(isAbove);
  }

  makeFolder(word: string): void {
    const at = this.at(word);
    if (!this.entries.has(at)) {
      this.entries.set(at, { kind: 'dir', path: at, mode: defaultDirMode });
    }
  }

  removeAll(word: string): void {
    this.remove(this.at(word));
  }

  /** @throws UserError for a folder that isn't there. */
  enter(word: string): void {
    const at = path.posix.join(this.cwd, word).replace(/\/$/u, '');
    if (at === '.' || at === '') {
      this.cwd = '';
      return;
    }
    if (!isInsidePath(at) || !this.isFolder(word)) {
      throw new UserError(`it goes to ${word}, which is no folder of its own`);
    }
    this.cwd = at;
  }

  /** @throws UserError where the suite asks for something that isn't there. */
  private async lookBeside(word: string): Promise<FileEntry[]> {
    const isAsked = this.asked.has(path.posix.normalize(word));
    const name = path.posix.normalize(word).replace(/\/$/u, '');
    if (isAsked && !isInsidePath(name)) {
      throw new UserError(`it reads ${name}, outside the suite's folder`);
    }
    const mayLie = (isAsked || this.beside.isWorkingFolder) && isInsidePath(name);
    const found = mayLie ? await readBeside(path.join(this.beside.folder, name)) : [];
    if (isAsked && found.length === 0) {
      throw new UserError(`it reads ${name}, which does not lie beside the suite`);
    }
    return found;
  }

  private remove(at: string): void {
    for (const known of [...this.entries.keys(), ...this.unknown]) {
      if (known === at || known.startsWith(`${at}/`)) {
        this.entries.delete(known);
        this.unknown.delete(known);
      }
    }
  }

  private at(word: string): string {
    const at = path.posix.join(this.cwd, word).replace(/\/$/u, '');
    if (!isInsidePath(at)) {
      throw new UserError(`it names ${word}, outside its folder`);
    }
    return at;
  }
}

/** A file, or a folder with all that is in it; paths are relative to it. */
async function readBeside(at: string): Promise<FileEntry[]> {
  const stats = await lstat(at).catch(() => undefined);
  if (stats?.isDirectory() === true) {
    const folder = { kind: 'dir', path: '', mode: defaultDirMode } as const;
    return [folder, ...(await readTree(at, { modes: 'executable' }))];
  }
  if (stats?.isFile() !== true) {
    return [];
  }
  const mode = (stats.mode & 0o100) === 0 ? defaultFileMode : 0o755;
  return [{ kind: 'file', path: '', mode, content: bytesContent(await readFile(at)) }];
}

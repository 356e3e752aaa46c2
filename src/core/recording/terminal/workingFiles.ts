import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../../cases/case';
import { bytesContent } from '../../cases/content';
import { joinBytes } from '../../cases/exchange/byteTree';
import { decodeOsString, encodeOsString } from '../../cases/osString';
import { byText } from '../../cases/paths';

/** What a call finds in its working directory. */
export interface WorkingFiles {
  /** Sorted by path. */
  readonly entries: readonly FileEntry[];
  /** Whether the folder holds more than a case may. */
  readonly cut: boolean;
  /** Arguments that name something outside of the folder: the reference can't see it. */
  readonly outside: readonly string[];
}

const mostEntries = 2000;
/** Bytes of all files together. */
const mostBytes = 32 << 20;
/** What no case is about, unless an argument names it. */
const leftOut = new Set(['.git', '.hg', '.mirrorcode', 'node_modules']);

/** Reads what a call may need: first what its arguments name, then the rest of the folder. */
export async function readWorkingFiles(
  cwd: string,
  args: readonly string[],
): Promise<WorkingFiles> {
  const reader = new FolderReader(encodeOsString(cwd));
  const outside: string[] = [];
  for (const named of args.flatMap(pathsIn)) {
    const inside = path.posix.normalize(named).replace(/\/$/u, '');
    if (path.posix.isAbsolute(named) || inside === '..' || inside.startsWith('../')) {
      const isThere = await stat(encodeOsString(path.resolve(cwd, named))).then(
        (stats) => stats.isFile() || stats.isDirectory(),
        () => false,
      );
      outside.push(...(isThere && named !== '/' ? [named] : []));
    } else if (inside !== '.') {
      await reader.add(inside);
    }
  }
  await reader.addFolder('');
  const { entries, cut } = reader;
  return { entries: [...entries.values()].sort((a, b) => byText(a.path, b.path)), cut, outside };
}

/** What of an argument may be a path: all of it, or the value of an option. */
function pathsIn(arg: string): string[] {
  const [, value] = /^(?:--[^=]+=|-[A-Za-z])(.+)$/su.exec(arg) ?? [];
  return [arg, value ?? ''].filter((text) => text !== '' && !text.includes('\0'));
}

class FolderReader {
  readonly entries = new Map<string, FileEntry>();
  cut = false;
  private bytes = 0;

  constructor(private readonly root: Buffer) {}

  /** The entries of a folder, its own files before those of the folders in it. */
  async addFolder(below: string): Promise<void> {
    const folder = below === '' ? this.root : joinBytes(this.root, below);
    const names = await readdir(folder, { encoding: 'buffer' }).catch((): Buffer[] => []);
    const folders: string[] = [];
    for (const name of names.map(decodeOsString).sort()) {
      const inside = below === '' ? name : `${below}/${name}`;
      if (!leftOut.has(name) && (await this.addOne(inside)) === 'dir') {
        folders.push(inside);
      }
    }
    for (const inside of folders) {
      await this.addFolder(inside);
    }
  }

  /** A path that was named, with all that is below it. */
  async add(inside: string): Promise<void> {
    if ((await this.addOne(inside)) === 'dir') {
      await this.addFolder(inside);
    }
  }

  private async addOne(inside: string): Promise<FileEntry['kind'] | undefined> {
    const known = this.entries.get(inside);
    if (known !== undefined) {
      return known.kind;
    }
    // What went away or may not be read is not there for the reference either.
    const entry = await this.read(inside).catch(() => undefined);
    if (entry === undefined) {
      return undefined;
    }
    const size =
      entry.kind === 'file' && entry.content.kind === 'bytes' ? entry.content.bytes.length : 0;
    if (this.entries.size >= mostEntries || this.bytes + size > mostBytes) {
      this.cut = true;
      return undefined;
    }
    this.bytes += size;
    this.entries.set(inside, entry);
    return entry.kind;
  }

  private async read(inside: string): Promise<FileEntry | undefined> {
    const at = joinBytes(this.root, inside);
    const stats = await lstat(at);
    const mode = stats.mode & 0o777;
    if (stats.isSymbolicLink()) {
      return this.readLink(inside, at);
    }
    if (stats.isDirectory()) {
      return { kind: 'dir', path: inside, mode };
    }
    if (!stats.isFile()) {
      return undefined;
    }
    if (stats.size > mostBytes - this.bytes) {
      this.cut = true;
      return undefined;
    }
    return { kind: 'file', path: inside, mode, content: bytesContent(await readFile(at)) };
  }

  /** A link to a file elsewhere is that file to the reference. */
  private async readLink(inside: string, at: Buffer): Promise<FileEntry> {
    const target = decodeOsString(await readlink(at, { encoding: 'buffer' }));
    const real = await realpath(at, { encoding: 'buffer' }).catch(() => undefined);
    const root = `${decodeOsString(await realpath(this.root, { encoding: 'buffer' }))}/`;
    const stats = real === undefined ? undefined : await stat(real);
    if (
      real === undefined ||
      stats?.isFile() !== true ||
      stats.size > mostBytes ||
      decodeOsString(real).startsWith(root)
    ) {
      return { kind: 'link', path: inside, target };
    }
    const content = bytesContent(await readFile(real));
    return { kind: 'file', path: inside, mode: stats.mode & 0o777, content };
  }
}

/**
 * The entries that a run had to do with: those that it read, changed or removed, and all of a folder
 * that it listed.
 * @param reads As a watched run tells them.
 */
export function filesInUse(
  entries: readonly FileEntry[],
  reads: readonly string[],
  outputs: readonly FileEntry[],
): FileEntry[] {
  const used = new Set([...reads, ...outputs.map((output) => output.path)]);
  const listed = new Set(reads);
  return entries.filter(({ path: at }) => {
    return used.has(at) || listed.has(path.posix.dirname(at));
  });
}

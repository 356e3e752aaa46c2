import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, InfraError, UserError } from '../../errors';
import type { Target } from '../../targets/target';
import type { Case, FileEntry } from '../case';
import { encodeOsString } from '../osString';
import { isInsidePath } from '../paths';
import { writeContent, writeTree } from './byteTree';
import { refuseUnreadable } from './exchange';
import type { Exchanged, Refused } from './exchange';

/** What a folder can't say in files of its own. */
export interface DirMeta {
  readonly name: string;
  readonly labels: readonly string[];
  readonly duals: readonly string[];
  readonly provenance?: Case['provenance'];
  readonly suppress?: Case['suppress'];
  /** Input files that the program removes. */
  readonly absent?: readonly string[];
  /** Folders that are listed although there is something in them: `files/d`, `expected_files/d`. */
  readonly folders?: readonly string[];
}

export interface ExportOptions {
  /** Write over what an earlier export left in the folder. */
  readonly replace?: boolean;
  /** The cases to write; all when left out. */
  readonly wanted?: (source: Case) => boolean;
  /** Leaves out `case.json`, for a reader who is not to see labels and duals. */
  readonly bare?: boolean;
}

export const dirMetaName = 'case.json';

/** Names of files and folders that mean something in a case's folder. */
const reserved = new Set([
  'cmd',
  'stdin',
  'expected_output',
  'expected_stderr',
  'returncode',
  'env.json',
  'files',
  'expected_files',
  dirMetaName,
]);

/**
 * Writes each case as a folder of raw bytes: `cmd` (the whole argv, NUL between its words), `stdin`,
 * `expected_output`, `expected_stderr`, `returncode` (decimal; negative for a signal), `env.json`,
 * `files/` and `expected_files/` with their modes and links, and `case.json` for the rest.
 * @throws UserError when there is something in the folder, unless it may be replaced.
 */
export async function exportDirs(
  target: Target,
  folder: string,
  options: ExportOptions = {},
): Promise<Exchanged> {
  await clear(folder, options);
  const done: string[] = [];
  const refused: Refused[] = [];
  for await (const source of target.store.readAll(refuseUnreadable(refused))) {
    if (options.wanted?.(source) === false) {
      continue;
    }
    const at = path.join(folder, dirName(source.name));
    try {
      await exportDir(source, argvOf(target, source), at);
      if (options.bare !== true) {
        await writeMeta(source, at);
      }
      done.push(source.name);
    } catch (error) {
      // Half a case would be taken for a whole one.
      await removeExported(at).catch(() => undefined);
      if (!(error instanceof UserError)) {
        throw new InfraError(`Exporting ${source.name} to ${at} failed: ${errorText(error)}.`, {
          action: 'Free some space or fix the permissions, then export again with --replace.',
          cause: error,
        });
      }
      refused.push({ name: source.name, reason: errorText(error) });
    }
  }
  return { done, refused };
}

/** Removes what an earlier export wrote, and nothing else. */
async function clear(folder: string, { replace = false }: ExportOptions): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') {
        return [];
      }
      throw new UserError(`Exporting to ${folder} failed: ${errorText(error)}.`, { cause: error });
    },
  );
  if (found.length > 0 && !replace) {
    throw new UserError(`Exporting to ${folder} failed: there is something in it.`, {
      action: 'Name a new folder, or say --replace to write over an earlier export.',
    });
  }
  // A case's folder has both: a `case.json` alone may be anyone's.
  const isThere = (name: string) => found.filter((entry) => entry.isFile() && entry.name === name);
  const commands = new Set(isThere('cmd').map(({ parentPath }) => parentPath));
  for (const { parentPath } of isThere(dirMetaName)) {
    if (commands.has(parentPath)) {
      await removeExported(parentPath);
    }
  }
}

/** Removes what makes a folder a case; other cases may lie below it. */
async function removeExported(folder: string): Promise<void> {
  for (const name of reserved) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

/** The words with which the reference is called: its name, its own arguments, the case's. */
export function argvOf({ name, reference }: Target, { input }: Case): readonly string[] {
  return [reference?.argv0 ?? name, ...(reference?.prefixArgs ?? []), ...input.args];
}

async function exportDir(source: Case, argv: readonly string[], folder: string): Promise<void> {
  const { input, gold } = source;
  const at = (name: string) => path.join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    at('cmd'),
    Buffer.concat(
      argv.flatMap((word, i) => [Buffer.from(i === 0 ? '' : '\0'), encodeOsString(word)]),
    ),
  );
  await writeFile(at('env.json'), `${JSON.stringify(input.env, null, 2)}\n`);
  await writeContent(at('stdin'), input.stdin);
  await writeTree(at('files'), input.files);
  if (gold !== undefined) {
    await writeContent(at('expected_output'), gold.stdout);
    await writeContent(at('expected_stderr'), gold.stderr);
    await writeFile(at('returncode'), `${gold.returncode}\n`);
    await writeTree(at('expected_files'), gold.outputs);
  }
}

async function writeMeta(source: Case, folder: string): Promise<void> {
  const { input, gold } = source;
  const absent = (gold?.outputs ?? []).filter(({ kind }) => kind === 'absent').map((e) => e.path);
  const folders = [
    ...listedFolders('files', input.files),
    ...listedFolders('expected_files', gold?.outputs ?? []),
  ];
  const meta: DirMeta = {
    name: source.name,
    labels: source.labels,
    duals: source.duals,
    ...(source.provenance === undefined ? {} : { provenance: source.provenance }),
    ...(source.suppress === undefined ? {} : { suppress: source.suppress }),
    ...(absent.length > 0 ? { absent } : {}),
    ...(folders.length > 0 ? { folders } : {}),
  };
  await writeFile(path.join(folder, dirMetaName), `${JSON.stringify(meta, null, 2)}\n`);
}

function listedFolders(tree: string, entries: readonly FileEntry[]): string[] {
  return entries
    .filter(
      ({ kind, path: at }) => kind === 'dir' && entries.some((e) => e.path.startsWith(`${at}/`)),
    )
    .map((entry) => `${tree}/${entry.path}`);
}

/** A case's name where it can be a path; otherwise what can be kept of it, and its hash. */
function dirName(name: string): string {
  if (
    isInsidePath(name) &&
    !/[\p{Cc}\p{Cs}\\]/u.test(name) &&
    name.split('/').every((part) => Buffer.byteLength(part) < 200 && !reserved.has(part))
  ) {
    return name;
  }
  const kept = name.replace(/[^\w.-]+/gu, '_').slice(0, 60);
  return `${kept}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}

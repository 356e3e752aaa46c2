import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { lstat, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, UserError } from '../errors';
import type { Case, Content } from './case';
import { inBlobs } from './caseNames';
import type { UnreadableCase } from './caseStore';
import { readCaseText } from './caseText';
import { byText, isInsidePath } from './paths';

export const caseExtension = '.case';
const splits = ['visible', 'hidden'] as const;
export type Split = (typeof splits)[number];

/** A case's file in its tree: what its place says of it. */
export interface CaseFile {
  readonly name: string;
  readonly split: Split;
  /** Absolute. */
  readonly path: string;
}

export interface ReadCaseFile {
  /** What the place says wins over what the headers say. */
  readonly value?: Case;
  readonly problem?: UnreadableCase;
  readonly text?: string;
}

/**
 * All case files below `visible/` and `hidden/`, by name.
 * @throws UserError when one of these can't be read, or is a link to anywhere.
 */
export function findCaseFiles(root: string): CaseFile[] {
  const found = splits.flatMap((split) => {
    const folder = path.join(root, split);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new UserError(`Reading the cases failed: ${folder} is a link to another folder.`, {
        action: 'Make it a folder: cases lie in their own tree.',
      });
    }
    return [...filesBelow(folder, '', split)];
  });
  return found.sort((a, b) => byText(a.name, b.name));
}

/** Links are not followed: a case lies in its own tree. `prefix` is empty or ends with a slash. */
function* filesBelow(folder: string, prefix: string, split: Split): Generator<CaseFile> {
  for (const entry of readEntries(folder)) {
    const file = `${folder}${path.sep}${entry.name}`;
    if (entry.isDirectory()) {
      const below = `${prefix}${entry.name}/`;
      if (!inBlobs.test(below)) {
        yield* filesBelow(file, below, split);
      }
    } else if (entry.isFile() && entry.name.endsWith(caseExtension)) {
      yield { name: prefix + entry.name.slice(0, -caseExtension.length), split, path: file };
    }
  }
}

/** At once, like the files: a promise a folder takes longer than the folder. */
function readEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return noFolder(error);
  }
}

/** Whether a path below a store's folder is one of a case's file or of its blobs. */
export function isCasePath(inside: string): boolean {
  const isInSplit = splits.some((split) => inside.startsWith(`${split}/`));
  return isInSplit && (inside.endsWith(caseExtension) || inBlobs.test(inside));
}

/** Where the case of a split and a name lies. */
export function caseFilePath(root: string, split: Split, name: string): string {
  return path.join(root, split, `${name}${caseExtension}`);
}

/** A link among the folders between a store and a file in it: a checkout may bring one along. */
export async function linkAbove(file: string, store: string): Promise<string | undefined> {
  for (let at = path.dirname(file); at.startsWith(store + path.sep); at = path.dirname(at)) {
    if ((await lstat(at).catch(() => undefined))?.isSymbolicLink() === true) {
      return at;
    }
  }
  return undefined;
}

/** The file of the case with this name, visible or hidden. */
export async function findCaseFile(root: string, name: string): Promise<CaseFile | undefined> {
  if (!isInsidePath(name) || inBlobs.test(name)) {
    return undefined;
  }
  for (const split of splits) {
    const file = caseFilePath(root, split, name);
    if (await isFile(file)) {
      return { name, split, path: file };
    }
  }
  return undefined;
}

/** Given as an object, since Node copies its defaults anew for a name. */
const asText = { encoding: 'utf8', flag: 'r' } as const;

/** Small files are read at once: 2,000 of them take a tenth of what as many promises take. */
export function readCaseFile(found: CaseFile): ReadCaseFile {
  const read = readText(found);
  return 'text' in read ? parseCaseFile(found, read.text) : read;
}

/** The text of a case's file, or why there is none. */
export function readText(
  found: CaseFile,
): { readonly text: string } | { readonly problem: UnreadableCase } {
  try {
    return { text: readFileSync(found.path, asText) };
  } catch (error) {
    return { problem: unreadable(found, `Reading ${found.path} failed: ${errorText(error)}.`) };
  }
}

/** What the text of a case's file says. */
export function parseCaseFile(found: CaseFile, text: string): ReadCaseFile {
  const { value, problems } = readCaseText(text, { folder: path.dirname(found.path) });
  const [first] = problems;
  if (value === undefined || first !== undefined) {
    const line = (first?.line ?? 0) + 1;
    const message = `${found.path}:${line}: ${first?.message ?? 'it is empty'}.`;
    return { problem: unreadable(found, message, line), text };
  }
  const disagreement = agreement(found, value);
  return disagreement === undefined
    ? { value, text }
    : {
        value: { ...value, name: found.name, labels: splitLabels(found, value) },
        problem: unreadable(found, disagreement),
        text,
      };
}

export function unreadable(
  found: Pick<CaseFile, 'name' | 'path'>,
  problem: string,
  line?: number,
): UnreadableCase {
  const location = { path: found.path, ...(line === undefined ? {} : { line }) };
  return { name: found.name, location, problem };
}

/** Where blobs of a case lie that are its own, absolute; a fixture that cases share is not. */
export function ownBlobs(found: CaseFile): string[] {
  const { value } = readCaseFile(found);
  if (value === undefined) {
    return [];
  }
  const { input, gold } = value;
  const contents: (Content | undefined)[] = [input.stdin, gold?.stdout, gold?.stderr];
  for (const entry of [...input.files, ...(gold?.outputs ?? [])]) {
    contents.push(entry.kind === 'file' ? entry.content : undefined);
  }
  const own = blobFolder(found.path) + path.sep;
  return contents.flatMap((content) =>
    content?.kind === 'blob' && content.path.startsWith(own) ? [content.path] : [],
  );
}

/** Removes a case's file and its own blobs, and the folders below `root` that become empty. */
export async function removeCaseFile(found: CaseFile, root: string): Promise<void> {
  const blobs = ownBlobs(found);
  await rm(found.path, { force: true });
  await removeFiles(blobs, root);
  await removeEmptyFolders(path.dirname(found.path), root);
}

export async function removeFiles(files: readonly string[], root: string): Promise<void> {
  for (const file of files) {
    await rm(file, { force: true });
    await removeEmptyFolders(path.dirname(file), root);
  }
}

async function removeEmptyFolders(from: string, root: string): Promise<void> {
  for (let folder = from; folder !== root; folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      // There is something in it still.
      return;
    }
  }
}

/** The path is the truth: a header that says otherwise is reported. */
export function agreement(
  found: CaseFile,
  value: Pick<Case, 'name' | 'labels'>,
): string | undefined {
  if (value.name !== found.name) {
    return `${found.path} says that its name is ${value.name}; by its place it is ${found.name}.`;
  }
  const saysHidden = value.labels.includes('hidden');
  return saysHidden === (found.split === 'hidden')
    ? undefined
    : `${found.path} lies among the ${found.split} cases and its labels say otherwise.`;
}

function splitLabels({ split }: CaseFile, { labels }: Case): string[] {
  const others = labels.filter((label) => label !== 'hidden');
  return split === 'hidden' ? ['hidden', ...others] : others;
}

function blobFolder(file: string): string {
  return `${file.slice(0, -caseExtension.length)}.d`;
}

/** Links are not followed. */
async function isFile(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile();
  } catch {
    return false;
  }
}

function noFolder(error: unknown): [] {
  if (errorCode(error) === 'ENOENT') {
    return [];
  }
  throw new UserError(`Reading the cases failed: ${errorText(error)}.`, {
    action: 'Check the permissions of the folder.',
    cause: error,
  });
}

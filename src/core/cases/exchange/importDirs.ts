import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseShell } from 'shell-quote';
import * as z from 'zod';
import { errorCode, errorText, UserError } from '../../errors';
import type { Case, FileEntry } from '../case';
import { provenanceSchema } from '../caseHeaders';
import { bytesContent } from '../content';
import { decodeOsString } from '../osString';
import { byText, isInsidePath } from '../paths';
import { readTree } from './byteTree';
import { dirMetaName } from './exportDirs';
import type { Refused } from './exchange';

const metaSchema = z.looseObject({
  name: z.string().min(1),
  labels: z.array(z.string()).default([]),
  duals: z.array(z.string()).default([]),
  provenance: provenanceSchema.optional(),
  suppress: z.record(z.string(), z.string()).optional(),
  folders: z.array(z.string()).default([]),
  absent: z.array(z.string().refine(isInsidePath, 'must stay inside')).default([]),
});

const envSchema = z.record(z.string(), z.string());

/**
 * Reads folders with a `cmd` and, beside it, `stdin`, `expected_output`, …, as `exportDirs` writes
 * them. A `cmd` of plain text, as benchmarks keep it, is split as a shell would, and what needs a
 * shell is refused. The first word is the program and is left out, and so are `prefixArgs`.
 */
export async function importDirs(
  root: string,
  prefixArgs: readonly string[] = [],
): Promise<{ cases: Case[]; refused: Refused[] }> {
  const cases: Case[] = [];
  const refused: Refused[] = [];
  for (const folder of await caseFolders(root)) {
    const name = path.relative(root, folder).split(path.sep).join('/');
    try {
      cases.push(await readDir(folder, name, prefixArgs));
    } catch (error) {
      refused.push({ name, reason: errorText(error) });
    }
  }
  if (cases.length === 0 && refused.length === 0) {
    throw new UserError(`There are no cases below ${root}: no folder has a file cmd.`, {
      action: 'Name the folder whose subfolders hold cmd and expected_output.',
    });
  }
  return { cases, refused };
}

/** Whether there is a folder below with a file `cmd`. */
export async function hasCaseFolders(root: string): Promise<boolean> {
  const stats = await lstat(root).catch(() => undefined);
  return stats?.isDirectory() === true && (await caseFolders(root)).length > 0;
}

async function caseFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isFile() && entry.name === 'cmd')
    .map((entry) => entry.parentPath)
    .sort(byText);
  // A file `cmd` among a case's own files starts no case; a case below another one's folder does.
  const own = folders.flatMap((folder) =>
    ['files', 'expected_files'].map((name) => path.join(folder, name)),
  );
  return folders.filter(
    (folder) => !own.some((tree) => folder === tree || folder.startsWith(tree + path.sep)),
  );
}

async function readDir(
  folder: string,
  fallback: string,
  prefixArgs: readonly string[],
): Promise<Case> {
  const bytes = (name: string) => readOptional(path.join(folder, name));
  const written = await bytes(dirMetaName);
  const modes = written === undefined ? 'executable' : 'exact';
  const meta = readJson(dirMetaName, metaSchema, written ?? JSON.stringify({ name: fallback }));
  const tree = (name: string) =>
    readTree(path.join(folder, name), { modes, folders: foldersBelow(name, meta.folders) });
  const env = readJson('env.json', envSchema, (await bytes('env.json')) ?? '{}');
  const cmd = (await bytes('cmd')) ?? Buffer.alloc(0);
  // Ours has NUL between its words, of which there may be one alone.
  const argv = written === undefined ? words(cmd) : splitNul(cmd).map(decodeOsString);
  const isPrefixed = prefixArgs.every((arg, i) => argv[i + 1] === arg);
  const stdout = await bytes('expected_output');
  const code = (await bytes('returncode')) ?? (await bytes('exit_code'));
  const outputs = [
    ...(await tree('expected_files')),
    ...meta.absent.map((at): FileEntry => ({ kind: 'absent', path: at })),
  ].sort((a, b) => byText(a.path, b.path));
  return {
    name: meta.name,
    labels: meta.labels,
    duals: meta.duals,
    input: {
      args: argv.slice(1 + (isPrefixed ? prefixArgs.length : 0)),
      env,
      stdin: bytesContent((await bytes('stdin')) ?? Buffer.alloc(0)),
      files: await tree('files'),
    },
    ...(meta.provenance === undefined ? {} : { provenance: meta.provenance }),
    ...(meta.suppress === undefined ? {} : { suppress: meta.suppress }),
    ...(stdout === undefined
      ? {}
      : {
          gold: {
            stdout: bytesContent(stdout),
            stderr: bytesContent((await bytes('expected_stderr')) ?? Buffer.alloc(0)),
            returncode: code === undefined ? 0 : readCode(code),
            outputs,
          },
        }),
  };
}

function foldersBelow(tree: string, folders: readonly string[]): ReadonlySet<string> {
  const prefix = `${tree}/`;
  return new Set(
    folders.filter((at) => at.startsWith(prefix)).map((at) => at.slice(prefix.length)),
  );
}

function readJson<T>(name: string, schema: z.ZodType<T>, bytes: Buffer | string): T {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch (error) {
    throw new UserError(`${name} is not JSON: ${errorText(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `${name} is not right at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  return parsed.data;
}

function readCode(bytes: Buffer): number {
  const text = bytes.toString().trim();
  const code = Number(text);
  if (!/^-?\d+$/u.test(text) || code < -128 || code > 255) {
    throw new UserError(`the return code "${text}" is none`);
  }
  return code;
}

/** NUL-separated words, or a line as typed in a shell. */
function words(cmd: Buffer): string[] {
  if (cmd.includes(0) || !/[\s'"\\$`|&;<>()*?[\]{}~#]/u.test(cmd.toString('latin1'))) {
    return splitNul(cmd).map(decodeOsString);
  }
  const parsed = parseShell(cmd.toString('utf8').trim(), (name) => `$${name}`);
  return parsed.map((word) => {
    if (typeof word !== 'string' || word.includes('$')) {
      throw new UserError(`its command needs a shell: ${cmd.toString('utf8').trim()}`);
    }
    return word;
  });
}

function splitNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; ;) {
    const end = bytes.indexOf(0, start);
    if (end < 0) {
      parts.push(bytes.subarray(start));
      return parts;
    }
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
}

/** @throws UserError for what is no file: a link could lead anywhere. */
async function readOptional(file: string): Promise<Buffer | undefined> {
  try {
    if (!(await lstat(file)).isFile()) {
      throw new UserError(`${path.basename(file)} is not a file`);
    }
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { FileEntry } from '../cases/case';
import { encodeOsString, standsForBytes } from '../cases/osString';
import { errorText, UserError } from '../errors';

const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, {
    error: 'is not base64',
  });

/** Bytes: a text, base64, or a file beside the list. MirrorCode's own form of files is read too. */
const bytes = z.union([
  z.string(),
  z.strictObject({ base64, mode: z.string().optional() }),
  z.strictObject({ text: z.string(), mode: z.string().optional() }),
  z.strictObject({ file: z.string(), mode: z.string().optional() }),
  z.strictObject({ format: z.literal('str'), content: z.string() }),
  z.strictObject({ format: z.literal('bytes_base64'), content: base64 }),
]);

const file = z.union([
  bytes,
  z.strictObject({ link: z.string() }),
  z.strictObject({ dir: z.literal(true) }),
]);

/** One line of a list of inputs; a MirrorCode `test_case` reads as one. */
const row = z.strictObject({
  name: z.string().min(1).optional(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string().min(1), z.string()).default({}),
  stdin: bytes.nullable().default(''),
  files: z.record(z.string().min(1), file).default({}),
  labels: z.array(z.string().min(1)).default([]),
  duals: z.array(z.string().min(1)).optional(),
  visible_duals: z.array(z.string().min(1)).optional(),
});

export type InputRow = z.infer<typeof row>;

/** @throws UserError that names the key and what is wrong with it. */
export function parseInputRow(text: string): InputRow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`it is no JSON object: ${errorText(error)}`);
  }
  const inner =
    typeof json === 'object' && json !== null && 'test_case' in json ? json.test_case : json;
  const parsed = row.safeParse(inner);
  if (!parsed.success) {
    throw new UserError(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  }
  return parsed.data;
}

/** Reads what a row says of some bytes; `dir` is the list's folder. */
export async function rowBytes(value: z.infer<typeof bytes>, dir: string): Promise<Uint8Array> {
  if (typeof value === 'string') {
    return textBytes(value);
  }
  if ('base64' in value) {
    return Buffer.from(value.base64, 'base64');
  }
  if ('text' in value) {
    return textBytes(value.text);
  }
  if ('file' in value) {
    return readInput(path.resolve(dir, value.file));
  }
  return value.format === 'str' ? textBytes(value.content) : Buffer.from(value.content, 'base64');
}

function textBytes(text: string): Uint8Array {
  if (!standsForBytes(text)) {
    throw new UserError('a text holds half a character, which stands for no byte');
  }
  return encodeOsString(text);
}

/** The files of a row, sorted by path. */
export async function rowFiles(files: InputRow['files'], dir: string): Promise<FileEntry[]> {
  const entries = await Promise.all(
    Object.entries(files).map(async ([name, value]): Promise<FileEntry> => {
      if (typeof value === 'object' && 'link' in value) {
        return { kind: 'link', path: name, target: value.link };
      }
      if (typeof value === 'object' && 'dir' in value) {
        return { kind: 'dir', path: name, mode: 0o755 };
      }
      const mode = typeof value === 'object' && 'mode' in value ? value.mode : undefined;
      return {
        kind: 'file',
        path: name,
        mode: readMode(mode),
        content: { kind: 'bytes', bytes: await rowBytes(value, dir) },
      };
    }),
  );
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readMode(mode: string | undefined): number {
  if (mode !== undefined && !/^0?[0-7]{3}$/u.test(mode)) {
    throw new UserError(`the mode "${mode}" is not three octal digits`);
  }
  return mode === undefined ? 0o644 : parseInt(mode, 8);
}

/** @throws UserError when the file cannot be read. */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(encodeOsString(file));
  } catch (error) {
    throw new UserError(`Reading the input ${file} failed: ${errorText(error)}.`, {
      action: 'Check the path.',
      cause: error,
    });
  }
}

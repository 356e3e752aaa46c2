/**
 * The rows of MirrorCode's gold files (`data/gold_outputs/<target>.jsonl`): one JSON object a case.
 *
 * `{"test_case":{"name","args","env","stdin","files":{path:{"format","content"}},"labels",
 * "visible_duals"},"stdout","stderr","returncode"}`; `format` is `str`, `bytes_base64` or `error`.
 *
 * Its strings are what Python made of bytes: a lone surrogate U+DC80 to U+DCFF is a byte that was
 * not UTF-8 (`surrogateescape`); any other one stands for nothing.
 */
import * as z from 'zod';
import type { Case, FileEntry } from '../case';
import { defaultFileMode } from '../caseLayout';
import { bytesContent } from '../content';
import { encodeOsString, standsForBytes } from '../osString';
import { isInsidePath } from '../paths';
import { inputProblem } from '../soundInput';

const file = z.looseObject({ format: z.string(), content: z.string().nullish() });

const testCase = z.looseObject({
  name: z.string().min(1),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).nullish(),
  stdin: z.string().nullish(),
  files: z.record(z.string(), file).nullish(),
  labels: z.array(z.string()).nullish(),
  visible_duals: z.array(z.string()).nullish(),
});

const row = z.looseObject({
  test_case: testCase,
  stdout: z.string().nullish(),
  stderr: z.string().nullish(),
  returncode: z.int().min(-128).max(255).nullish(),
});

export type GoldRow = z.infer<typeof row>;

/** @returns the row, or a sentence without its full stop that says why it is none. */
export function parseRow(text: string): GoldRow | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `it is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  const parsed = row.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `it is no gold row: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  }
  // The parsed copy lacks a name such as `__proto__`.
  return json as GoldRow;
}

/** The name of a row that may not be right otherwise. */
export function rowName(text: string): string | undefined {
  try {
    const parsed = z
      .object({ test_case: z.object({ name: z.string().min(1) }) })
      .safeParse(JSON.parse(text));
    return parsed.data?.test_case.name;
  } catch {
    return undefined;
  }
}

/** @returns the case, or a sentence without its full stop that says why the row can't be used. */
export function rowToCase(source: GoldRow): Case | string {
  const { test_case: given, stdout, stderr, returncode } = source;
  const files: FileEntry[] = [];
  for (const [path, { format, content }] of Object.entries(given.files ?? {})) {
    const entry = toFile(path, format, content ?? '');
    if (typeof entry === 'string') {
      return entry;
    }
    files.push(entry);
  }
  const { args } = given;
  const env = given.env ?? {};
  const problem = inputProblem({ args, env, files }) ?? textProblem(source);
  if (problem !== undefined) {
    return problem;
  }
  return {
    name: given.name,
    labels: given.labels ?? [],
    duals: given.visible_duals ?? [],
    input: {
      args,
      env,
      stdin: bytesContent(encodeOsString(given.stdin ?? '')),
      files,
    },
    ...(typeof returncode === 'number'
      ? {
          gold: {
            stdout: bytesContent(encodeOsString(stdout ?? '')),
            stderr: bytesContent(encodeOsString(stderr ?? '')),
            returncode,
            outputs: [],
          },
        }
      : {}),
  };
}

function toFile(path: string, format: string, content: string): FileEntry | string {
  if (!isInsidePath(path)) {
    return `its file ${path} would lie outside the working directory`;
  }
  if (format !== 'str' && format !== 'bytes_base64') {
    return `its file ${path} was not captured (format "${format}")`;
  }
  if (format === 'str' && !standsForBytes(content)) {
    return `its file ${path} holds half a character, which stands for no byte`;
  }
  const bytes = format === 'str' ? encodeOsString(content) : fromBase64(content);
  return bytes === undefined
    ? `its file ${path} is not base64`
    : { kind: 'file', path, mode: defaultFileMode, content: bytesContent(bytes) };
}

/** `Buffer.from` takes anything; what is cut short or holds other characters is refused here. */
function fromBase64(text: string): Buffer | undefined {
  const bare = text.replaceAll(/\s/gu, '');
  const isSound = bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(bare);
  return isSound ? Buffer.from(bare, 'base64') : undefined;
}

function textProblem({ test_case: given, stdout, stderr }: GoldRow): string | undefined {
  const streams = { name: given.name, stdin: given.stdin, stdout, stderr };
  const [broken] = Object.entries(streams).find(([, text]) => !standsForBytes(text ?? '')) ?? [];
  return broken === undefined
    ? undefined
    : `its ${broken} holds half a character, which stands for no byte`;
}

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { CaseInput, FileEntry } from '../cases/case';
import { encodeOsString } from '../cases/osString';
import { canonicalInput, inputProblem } from '../cases/soundInput';
import { errorText, UserError } from '../errors';
import type { CaseDraft } from './capture';
import { readInput } from './inputRow';
import { nameFor, uniqueName } from './names';

/** One case as its parts are named on a command line or in a form. */
export interface DraftParts {
  /** Generated from the arguments when absent. */
  readonly name?: string;
  readonly args: readonly string[];
  readonly stdin: Uint8Array;
  /** `PATH=SOURCE`: a file of this machine and its path in the working directory. */
  readonly files: readonly string[];
  /** `NAME=VALUE`. */
  readonly env: readonly string[];
  readonly labels: readonly string[];
  readonly duals: readonly string[];
}

/**
 * @param taken Names that a generated one must differ from.
 * @throws UserError when a part can't be read, or no program could be given it.
 */
export async function makeDraft(
  parts: DraftParts,
  from: string,
  taken: ReadonlySet<string>,
): Promise<CaseDraft> {
  const input: CaseInput = {
    args: parts.args,
    env: readAssignments(parts.env),
    stdin: { kind: 'bytes', bytes: parts.stdin },
    files: await readFiles(parts.files, from),
  };
  const name = parts.name ?? uniqueName(nameFor(input), new Set(taken));
  return { name, labels: parts.labels, duals: parts.duals, input: sound(name, input) };
}

function sound(name: string, input: CaseInput): CaseInput {
  const problem = inputProblem(input);
  if (problem !== undefined) {
    throw new UserError(`${name} cannot be recorded: ${problem}.`, {
      action: 'Correct the command line, the variables or the files; nothing was recorded.',
    });
  }
  return canonicalInput(input);
}

/** @throws UserError for what is no `NAME=VALUE`. */
export function readAssignments(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [name, value] = splitAt(assignment);
      if (name === '' || value === undefined) {
        throw new UserError(`Setting the variable "${assignment}" failed: it is no NAME=VALUE.`, {
          action: 'Write, for example, --env TZ=UTC.',
        });
      }
      return [name, value] as const;
    }),
  );
}

/** @throws UserError for what is no `PATH=SOURCE` or cannot be read. `PATH` alone is both. */
export async function readFiles(files: readonly string[], from: string): Promise<FileEntry[]> {
  const entries = await Promise.all(
    files.map(async (text): Promise<FileEntry> => {
      const [inside, source = inside] = splitAt(text);
      const file = path.resolve(from, source);
      const stats = await stat(encodeOsString(file)).catch((error: unknown) => {
        throw new UserError(`Reading the input ${file} failed: ${errorText(error)}.`, {
          action: 'Write --file PATH=SOURCE: the path in the case, and the file on this machine.',
          cause: error,
        });
      });
      const content = { kind: 'bytes', bytes: await readInput(file) } as const;
      return { kind: 'file', path: inside, mode: stats.mode & 0o777, content };
    }),
  );
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function splitAt(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

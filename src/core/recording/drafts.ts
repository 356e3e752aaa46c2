import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CaseInput, FileEntry } from '../cases/case';
import { emptyContent } from '../cases/case';
import { decodeOsString, encodeOsString } from '../cases/osString';
import { canonicalInput, inputProblem } from '../cases/soundInput';
import { errorText, UserError } from '../errors';
import type { Target } from '../targets/target';
import type { CaseDraft } from './capture';
import { parseCommandLine } from './commandLine';
import { parseInputRow, readInput, rowBytes, rowFiles } from './inputRow';
import { nameFor, uniqueName } from './names';

/** What every draft of a list gets beside what its own line says. */
export interface DraftDefaults {
  readonly labels: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly FileEntry[];
  /** Names that generated ones must differ from. */
  readonly taken: ReadonlySet<string>;
}

/**
 * Reads a list of inputs: on each line a command line as typed in a shell, or a JSON object. A file
 * that a command line reads with `<`, or names as an argument, lies beside the list.
 * @throws UserError with the number of the first line that cannot be recorded, and why.
 */
export async function readDrafts(
  listFile: string,
  target: Target,
  defaults: DraftDefaults,
): Promise<CaseDraft[]> {
  const lines = decodeOsString(await readList(listFile)).split('\n');
  const taken = new Set(defaults.taken);
  const dir = path.dirname(listFile);
  const drafts: CaseDraft[] = [];
  const named = new Set<string>();
  for (const [index, line] of lines.entries()) {
    try {
      const draft = line.trimStart().startsWith('{')
        ? await draftOfRow(line, dir, defaults, taken)
        : await draftOfCommand(line, dir, target, defaults, taken);
      if (draft !== undefined) {
        refuseTwice(draft.name, named);
        drafts.push(soundDraft(draft));
      }
    } catch (error) {
      throw error instanceof UserError ? atLine(listFile, index + 1, error) : error;
    }
  }
  return drafts;
}

function refuseTwice(name: string, named: Set<string>): void {
  if (named.has(name)) {
    throw new UserError(`the name ${name} is used twice in the list`);
  }
  named.add(name);
}

function soundDraft(draft: CaseDraft): CaseDraft {
  const problem = inputProblem(draft.input);
  if (problem !== undefined) {
    throw new UserError(problem);
  }
  return { ...draft, input: canonicalInput(draft.input) };
}

async function draftOfRow(
  line: string,
  dir: string,
  defaults: DraftDefaults,
  taken: Set<string>,
): Promise<CaseDraft> {
  const row = parseInputRow(line);
  const input: CaseInput = {
    args: row.args,
    env: { ...defaults.env, ...row.env },
    stdin: { kind: 'bytes', bytes: await rowBytes(row.stdin ?? '', dir) },
    files: mergeFiles(defaults.files, await rowFiles(row.files, dir)),
  };
  return {
    name: row.name ?? uniqueName(nameFor(input), taken),
    labels: [...new Set([...defaults.labels, ...row.labels])],
    duals: row.duals ?? row.visible_duals ?? [],
    input,
  };
}

async function draftOfCommand(
  line: string,
  dir: string,
  target: Target,
  defaults: DraftDefaults,
  taken: Set<string>,
): Promise<CaseDraft | undefined> {
  const typed = parseCommandLine(line);
  if (typed === undefined) {
    return undefined;
  }
  const args = argsAfterCommand([typed.command, ...typed.args], target);
  const { stdin } = typed;
  const input: CaseInput = {
    args,
    env: { ...defaults.env, ...typed.env },
    stdin:
      stdin.kind === 'none'
        ? emptyContent
        : {
            kind: 'bytes',
            bytes:
              stdin.kind === 'text'
                ? encodeOsString(stdin.text)
                : await readInput(path.resolve(dir, stdin.path)),
          },
    files: mergeFiles(defaults.files, await filesNamed(args, dir)),
  };
  return {
    name: uniqueName(nameFor(input), taken),
    labels: defaults.labels,
    duals: [],
    input,
  };
}

/** Whether the first word of a command line names a target's program, under whatever path. */
export function isCallOf(command: string, { name, reference }: Target): boolean {
  const names = [name, reference?.argv0, reference?.path].flatMap((known) =>
    known === undefined ? [] : [known, path.basename(known)],
  );
  return names.includes(command) || names.includes(path.basename(command));
}

/**
 * The case's own arguments of a command line that begins as the target is called.
 * @throws UserError when it calls something else.
 */
export function argsAfterCommand(words: readonly string[], target: Target): string[] {
  const { reference, name } = target;
  const prefix = reference?.prefixArgs ?? [];
  const [command = '', ...args] = words;
  if (!isCallOf(command, target) || prefix.some((arg, i) => args[i] !== arg)) {
    const called = [reference?.argv0 ?? name, ...prefix].join(' ');
    throw new UserError(`it calls "${words.slice(0, 1 + prefix.length).join(' ')}"`, {
      action: `A case of ${name} begins with "${called}".`,
    });
  }
  return args.slice(prefix.length);
}

/** Regular files beside the list that arguments name, so that the case has them too. */
async function filesNamed(args: readonly string[], dir: string): Promise<FileEntry[]> {
  const found = new Map<string, FileEntry>();
  for (const arg of args) {
    const inside = path.posix.normalize(arg);
    if (arg === '' || inside.startsWith('..') || path.posix.isAbsolute(inside)) {
      continue;
    }
    const file = path.join(dir, inside);
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile() === true) {
      const content = { kind: 'bytes', bytes: await readInput(file) } as const;
      found.set(inside, { kind: 'file', path: inside, mode: stats.mode & 0o777, content });
    }
  }
  return [...found.values()];
}

/** Both, sorted by path; the later wins where both have one. */
function mergeFiles(base: readonly FileEntry[], own: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map([...base, ...own].map((entry) => [entry.path, entry]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readList(listFile: string): Promise<Uint8Array> {
  try {
    return await readFile(listFile);
  } catch (error) {
    throw new UserError(`Reading the list ${listFile} failed: ${errorText(error)}.`, {
      action: 'Check the path.',
      cause: error,
    });
  }
}

function atLine(listFile: string, line: number, error: UserError): UserError {
  const message = error.message.replace(/\.$/u, '');
  const what = message.includes('cannot be recorded') ? ':' : ' cannot be recorded:';
  return new UserError(`Line ${line} of ${listFile}${what} ${message}.`, {
    action: error.action ?? 'Correct the line; nothing was recorded.',
    cause: error,
  });
}

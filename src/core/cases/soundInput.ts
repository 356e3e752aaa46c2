import type { CaseInput, FileEntry } from './case';
import { canonicalOsString } from './osString';
import { isInsidePath } from './paths';

type Given = Pick<CaseInput, 'args' | 'env' | 'files'>;

/**
 * Why an input can be given to no program: a clause without its full stop; undefined when it can.
 * A NUL ends a string of the operating system, and a `=` the name of a variable.
 */
export function inputProblem({ args, env, files }: Given): string | undefined {
  if ([...args, ...Object.entries(env).flat()].some((each) => isNoOsString(each))) {
    return 'an argument or variable holds a NUL or half a character, which no program can be given';
  }
  if (Object.keys(env).some((name) => name === '' || name.includes('='))) {
    return 'the name of a variable is empty or holds a =';
  }
  return filesProblem(files);
}

/** The same, of the working directory alone. */
function filesProblem(files: readonly FileEntry[]): string | undefined {
  const paths = new Set<string>();
  for (const entry of files) {
    const problem = entryProblem(entry);
    if (problem !== undefined) {
      return problem;
    }
    if (paths.has(entry.path)) {
      return `its file ${entry.path} is there twice`;
    }
    paths.add(entry.path);
  }
  return treeProblem(files);
}

function entryProblem(entry: FileEntry): string | undefined {
  const { path } = entry;
  if (!isInsidePath(path)) {
    return `its file ${path} would lie outside the working directory`;
  }
  if (isNoOsString(path)) {
    return `the name of its file ${path} holds half a character, which stands for no byte`;
  }
  const leadsNowhere = entry.kind === 'link' && (entry.target === '' || isNoOsString(entry.target));
  return leadsNowhere ? `its link ${path} leads to no path` : undefined;
}

function treeProblem(files: readonly FileEntry[]): string | undefined {
  const others = new Set(files.filter(({ kind }) => kind !== 'dir').map(({ path }) => path));
  for (const { path } of files) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      if (others.has(above)) {
        return `its file ${above} is a folder for ${path} too`;
      }
    }
  }
  return undefined;
}

/** The input with the one spelling of its arguments and variables. */
export function canonicalInput(input: CaseInput): CaseInput {
  const canonical = (text: string) => canonicalOsString(text) ?? text;
  return {
    ...input,
    args: input.args.map(canonical),
    env: Object.fromEntries(
      Object.entries(input.env).map(([name, value]) => [canonical(name), canonical(value)]),
    ),
  };
}

function isNoOsString(text: string): boolean {
  return canonicalOsString(text) === undefined;
}

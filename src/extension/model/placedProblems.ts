import type { BrokenTarget } from './targetInfo';

/** One line of what is wrong with a file, at its place. */
export interface PlacedProblem {
  /** Base 0. */
  readonly line: number;
  /** Base 0, code units. */
  readonly column: number;
  readonly message: string;
}

/** What a tree says of a broken target, as an editor underlines it: the same sentences. */
export function placedProblems({ path, problem }: BrokenTarget): PlacedProblem[] {
  return problem.split('\n').flatMap((text) => {
    const rest = text.startsWith(`${path}:`) ? text.slice(path.length) : '';
    const [, line, column, message] = /^:(\d+):(\d+) (.+)$/u.exec(rest) ?? [];
    return message === undefined
      ? []
      : [
          {
            line: Number(line) - 1,
            column: Number(column) - 1,
            message: `mirrorcode.json ${message}`,
          },
        ];
  });
}

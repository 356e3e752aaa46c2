import { outlineCase } from './outline';

/** A name of a case that stands in a case's text: its own, or one among its duals. */
export interface NameAt {
  readonly name: string;
  readonly kind: 'name' | 'dual';
  readonly line: number;
  /** Columns between the quotes. */
  readonly start: number;
  readonly end: number;
}

/** Every name in the headers of a case's text, also while it is being typed. */
export function caseNamesIn(text: string): NameAt[] {
  return outlineCase(text)
    .headers.filter(({ key }) => key === 'name' || key === 'duals')
    .flatMap(({ key, line, value, valueStart }) =>
      [...value.matchAll(/"(?:[^"\\]|\\.)*"/gu)].flatMap((match): NameAt[] => {
        const name = parse(match[0]);
        const start = valueStart + match.index + 1;
        const end = start + match[0].length - 2;
        const kind = key === 'name' ? 'name' : 'dual';
        return name === undefined ? [] : [{ name, kind, line, start, end }];
      }),
    );
}

/** The name that a position stands in. */
export function caseNameAt(
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): NameAt | undefined {
  return caseNamesIn(text).find(
    (found) => found.line === line && column >= found.start && column <= found.end,
  );
}

function parse(json: string): string | undefined {
  try {
    return JSON.parse(json) as string;
  } catch {
    return undefined;
  }
}

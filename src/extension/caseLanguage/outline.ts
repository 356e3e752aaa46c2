/**
 * Where things stand in the text of a case, also while it is being typed and is no case yet.
 * Lines and columns from 0, columns in UTF-16 units, as VS Code counts. Whether the text is right
 * is not said here but by `caseText`.
 */
export interface CaseOutline {
  readonly headers: readonly HeaderLine[];
  readonly parts: readonly PartOutline[];
  /** The first line that is no header any more. */
  readonly headersEnd: number;
  readonly lineCount: number;
}

export interface HeaderLine {
  readonly key: string;
  readonly line: number;
  readonly valueStart: number;
  readonly value: string;
}

export interface PartOutline {
  /** `stdin`, `stdout`, `stderr`, `file`, `out`. */
  readonly kind: string;
  /** The path of a `file` or `out`. */
  readonly path?: string;
  /** What stands after the kind and the path. */
  readonly attributes: string;
  readonly line: number;
  /** The last line of the part; `line` itself when it has no content. */
  readonly end: number;
}

const headerPattern = /^([a-z][a-zA-Z0-9_]*):[ ]?(.*)$/u;
const partPattern = /^-- (\S+)(?: ("(?:[^"\\]|\\.)*"))?(.*)$/u;

export function outlineCase(text: string): CaseOutline {
  const lines = text.split(/\r?\n/u);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  const headers: HeaderLine[] = [];
  const parts: PartOutline[] = [];
  let headersEnd = lines.length;
  lines.forEach((content, line) => {
    const part = partPattern.exec(content);
    if (part !== null) {
      headersEnd = Math.min(headersEnd, line);
      const path = unquote(part[2]);
      parts.push({
        kind: part[1] ?? '',
        ...(path !== undefined && { path }),
        attributes: (part[3] ?? '').trim(),
        line,
        end: line,
      });
      return;
    }
    const last = parts.at(-1);
    if (last !== undefined) {
      if (/^[|\\<]/u.test(content)) {
        parts[parts.length - 1] = { ...last, end: line };
      }
      return;
    }
    const header = headerPattern.exec(content);
    if (header !== null) {
      const [, key = '', value = ''] = header;
      headers.push({ key, line, valueStart: content.length - value.length, value });
    }
  });
  return { headers, parts, headersEnd, lineCount: lines.length };
}

/**
 * The columns of the line at which a part of a case is shown: `args`, `stdin`, `file a.txt`, …; of
 * its name where it has no such part, which is empty then.
 */
export function partRange(
  text: string,
  part: string | undefined,
): { readonly line: number; readonly start: number; readonly end: number } {
  const { headers, parts } = outlineCase(text);
  const lines = text.split(/\r?\n/u);
  const [, kind = part, path] = /^(file|out) (.+)$/su.exec(part ?? '') ?? [];
  const found = parts.find((one) => one.kind === kind && one.path === path);
  const header =
    headers.find(({ key }) => key === kind) ?? headers.find(({ key }) => key === 'name');
  const line = found?.line ?? header?.line ?? 0;
  return { line, start: 0, end: lines[line]?.length ?? 0 };
}

/** The value of a header line, if it is JSON already. */
export function headerValue(outline: CaseOutline, key: string): unknown {
  const header = outline.headers.find((candidate) => candidate.key === key);
  try {
    return header === undefined ? undefined : (JSON.parse(header.value) as unknown);
  } catch {
    return undefined;
  }
}

function unquote(json: string | undefined): string | undefined {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as string);
  } catch {
    return json;
  }
}

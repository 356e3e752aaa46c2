/** The kinds of a case's parts, in the order in which they stand. */
export const partKinds = ['stdin', 'file', 'stdout', 'stderr', 'out'] as const;
export type PartKind = (typeof partKinds)[number];

/** The line that opens a part, taken apart. */
export interface PartHead {
  readonly kind: PartKind;
  /** Only of `file` and `out`. */
  readonly path?: string;
  readonly mode?: number;
  readonly link?: string;
  readonly blob?: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly dir: boolean;
  readonly absent: boolean;
}

/** What is wrong with such a line, and where: base 0, UTF-16 units. */
export interface PartHeadProblem {
  readonly column: number;
  readonly message: string;
}

interface Token {
  /** The path has the key `path`; a word such as `dir` is its own. */
  readonly key: string;
  readonly value: string;
  readonly column: number;
}

const token = /\s+(?:(?<key>[a-z0-9]+)=)?(?<value>"(?:[^"\\]|\\.)*"|[^\s"]+)/uy;

const blobKeys = ['blob', 'size', 'sha256'];
/** What may stand behind a part's kind. */
const allowed: Readonly<Record<PartKind, readonly string[]>> = {
  stdin: blobKeys,
  file: ['path', 'mode', 'link', 'dir', ...blobKeys],
  stdout: blobKeys,
  stderr: blobKeys,
  out: ['path', 'mode', 'link', 'dir', 'absent', ...blobKeys],
};
/** What an entry is, where it is not a file whose lines follow. */
const natures = ['link', 'dir', 'absent', 'blob'];

const shapes: Readonly<Record<string, readonly [shape: RegExp, problem: string]>> = {
  mode: [/^0?[0-7]{3,4}$/u, 'mode must be octal, as in mode=0755'],
  size: [/^\d{1,15}$/u, 'size must be a number of bytes'],
  sha256: [/^[0-9a-f]{64}$/u, 'sha256 must be 64 hex digits'],
};

/** The heads of streams that say nothing more: most of all heads. */
const bareHeads: ReadonlyMap<string, PartHead> = new Map(
  (['stdin', 'stdout', 'stderr'] as const).map((kind) => [
    `-- ${kind}`,
    { kind, dir: false, absent: false },
  ]),
);

/** @returns the head, or what is wrong with it. */
export function parsePartHead(line: string): PartHead | PartHeadProblem {
  const bare = bareHeads.get(line);
  if (bare !== undefined) {
    return bare;
  }
  const match = /^-- (\w+)/u.exec(line);
  const kind = partKinds.find((known) => known === match?.[1]);
  if (match === null || kind === undefined) {
    return { column: 0, message: `unknown part; known are ${partKinds.join(', ')}` };
  }
  const tokens = readTokens(line, match[0].length);
  if ('message' in tokens) {
    return tokens;
  }
  return firstProblem(kind, tokens) ?? toHead(kind, tokens);
}

function readTokens(line: string, start: number): Token[] | PartHeadProblem {
  const tokens: Token[] = [];
  const end = line.trimEnd().length;
  token.lastIndex = start;
  while (token.lastIndex < end) {
    const column = token.lastIndex + 1;
    const groups = token.exec(line)?.groups;
    const written = groups?.['value'];
    const value = written?.startsWith('"') === true ? unquote(written) : written;
    if (written === undefined || value === undefined) {
      return { column, message: 'this does not parse; write -- file "path" mode=0644' };
    }
    const bareKey = written.startsWith('"') ? 'path' : written;
    tokens.push({ key: groups?.['key'] ?? bareKey, value, column });
  }
  return tokens;
}

function unquote(value: string): string | undefined {
  try {
    return JSON.parse(value) as string;
  } catch {
    return undefined;
  }
}

function firstProblem(kind: PartKind, tokens: readonly Token[]): PartHeadProblem | undefined {
  const keys = tokens.map(({ key }) => key);
  const problems = tokens.map(({ key, value, column }, i) => {
    const [shape, problem] = shapes[key] ?? [];
    if (!allowed[kind].includes(key)) {
      const known = allowed[kind].map((each) => (each === 'path' ? 'a path in quotes' : each));
      const message = `a ${kind} part takes no ${key}; it takes ${known.join(', ')}`;
      return { column, message };
    }
    if (keys.indexOf(key) < i) {
      return { column, message: `${key} stands twice` };
    }
    return shape?.test(value) === false ? { column, message: problem ?? '' } : undefined;
  });
  return problems.find((problem) => problem !== undefined) ?? misfit(kind, tokens);
}

/** What is wrong with words that are each right alone. */
function misfit(kind: PartKind, tokens: readonly Token[]): PartHeadProblem | undefined {
  const has = (key: string) => tokens.some((each) => each.key === key);
  const given = natures.filter(has);
  const problems: [boolean, string][] = [
    [
      allowed[kind].includes('path') && !has('path'),
      `a ${kind} part needs a path in quotes: -- ${kind} "name"`,
    ],
    [given.length > 1, `an entry is either ${given.join(' or ')}`],
    [has('mode') && (has('link') || has('absent')), 'only a file and a folder have a mode'],
    [
      has('blob') !== has('size') || has('blob') !== has('sha256'),
      'blob, size and sha256 belong together',
    ],
  ];
  const found = problems.find(([wrong]) => wrong);
  return found === undefined ? undefined : { column: 0, message: found[1] };
}

function toHead(kind: PartKind, tokens: readonly Token[]): PartHead {
  const value = (key: string) => tokens.find((each) => each.key === key)?.value;
  const [path, mode, link] = [value('path'), value('mode'), value('link')];
  const [blob, size, sha256] = [value('blob'), value('size'), value('sha256')];
  return {
    kind,
    dir: value('dir') !== undefined,
    absent: value('absent') !== undefined,
    ...(path === undefined ? {} : { path }),
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
    ...(link === undefined ? {} : { link }),
    ...(blob === undefined ? {} : { blob, size: Number(size), sha256: sha256 ?? '' }),
  };
}

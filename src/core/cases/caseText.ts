import path from 'node:path';
import { UserError } from '../errors';
import type { Case, Content, FileEntry } from './case';
import { emptyContent } from './case';
import type { Headers } from './caseHeaders';
import { readHeaders } from './caseHeaders';
import { caseMagic, defaultDirMode, defaultFileMode } from './caseLayout';
import { canonicalOsString } from './osString';
import { isInsidePath } from './paths';
import type { PartHead, PartKind } from './partHead';
import { parsePartHead, partKinds } from './partHead';
import { decodeLines, StreamTextError } from './streamText';

/** Something wrong in a case's text, where an editor can underline it. */
export interface CaseProblem {
  /** Base 0. */
  readonly line: number;
  /** Base 0, UTF-16 units. */
  readonly column: number;
  /** A sentence without its full stop: what is wrong and what would be right. */
  readonly message: string;
}

export interface ParsedCase {
  /** Absent when the text is too broken to be a case. */
  readonly value?: Case;
  readonly problems: readonly CaseProblem[];
}

export interface ParseOptions {
  /** Absolute folder of the case's file: blobs are looked for in it. */
  readonly folder: string;
}

/** Stands where a decoder met bytes that are not UTF-8; and half a character. */
const undecodable = /[\ufffd\p{Cs}]/u;

/**
 * Reads the text of a case, canonical or not, and says all that is wrong with it. CRLF, trimmed
 * trailing blanks, a byte order mark and a missing or added final newline change nothing.
 */
export function readCaseText(text: string, options: ParseOptions): ParsedCase {
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text;
  const lines = (bare.includes('\r') ? bare.replaceAll(/\r(?=\n|$)/gu, '') : bare).split('\n');
  while (lines.at(-1) === '') {
    lines.pop();
  }
  const parsed = new CaseReader(lines, options.folder).read();
  if (!undecodable.test(bare)) {
    return parsed;
  }
  const broken = lines.flatMap((line, i): CaseProblem[] => {
    const column = line.search(undecodable);
    return column < 0 ? [] : [{ line: i, column, message: notUtf8 }];
  });
  return { ...parsed, problems: [...broken, ...parsed.problems] };
}

const notUtf8 =
  'here the file is not UTF-8, or holds U+FFFD itself; write such bytes as \\xHH in a line that begins with \\ or <';

/** @throws UserError naming the first problem, its line and its column (base 1). */
export function parseCase(text: string, options: ParseOptions & { readonly file?: string }): Case {
  const { value, problems } = readCaseText(text, options);
  const [first] = problems;
  if (value === undefined || first !== undefined) {
    const where = `${options.file ?? 'the case'}:${(first?.line ?? 0) + 1}:${(first?.column ?? 0) + 1}`;
    throw new UserError(`Reading ${where} failed: ${first?.message ?? 'it is empty'}.`, {
      action: 'Correct the line, or record the case again.',
    });
  }
  return value;
}

interface Part {
  readonly head: PartHead;
  readonly content: Content;
  readonly line: number;
}

class CaseReader {
  private readonly problems: CaseProblem[] = [];
  private headers: Headers = {};
  private readonly parts: Part[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly lines: readonly string[],
    private readonly folder: string,
  ) {}

  read(): ParsedCase {
    if (this.lines[0] !== caseMagic) {
      this.problem(0, 0, `the first line must be ${caseMagic}`);
      return { problems: this.problems };
    }
    const firstPart = this.lines.findIndex((line) => line.startsWith('-- '));
    const end = firstPart < 0 ? this.lines.length : firstPart;
    this.headers = readHeaders(this.lines.slice(1, end), (line, column, message) =>
      this.problem(line + 1, column, message),
    );
    this.readParts(end);
    this.checkTree('file');
    this.checkTree('out');
    const { name, args } = this.headers;
    if (name === undefined || args === undefined) {
      this.problem(0, 0, `the ${name === undefined ? 'name' : 'args'} header is missing`);
      return { problems: this.problems };
    }
    return { value: this.assemble(name, args), problems: this.problems };
  }

  private problem(line: number, column: number, message: string): void {
    this.problems.push({ line, column, message });
  }

  private readParts(first: number): void {
    let start = first;
    while (start < this.lines.length) {
      let end = start + 1;
      while (end < this.lines.length && !(this.lines[end] ?? '').startsWith('-- ')) {
        end += 1;
      }
      this.readPart(start, end);
      start = end;
    }
  }

  private readPart(line: number, end: number): void {
    const head = parsePartHead(this.lines[line] ?? '');
    if ('message' in head) {
      this.problem(line, head.column, head.message);
      return;
    }
    const last = this.parts.at(-1)?.head.kind;
    if (last !== undefined && partKinds.indexOf(head.kind) < partKinds.indexOf(last)) {
      this.problem(line, 0, `parts stand in the order ${partKinds.join(', ')}`);
    }
    const target = canonicalOsString(head.link ?? '');
    const at = canonicalOsString(head.path ?? '');
    if (at === undefined || target === undefined || (at !== '' && !isInsidePath(at))) {
      const column = head.kind.length + 4;
      this.problem(line, column, 'a path must stay inside the working directory');
      return;
    }
    const id = `${head.kind} ${at}`;
    if (this.seen.has(id)) {
      this.problem(line, 0, `the part ${id.trim()} stands twice`);
    }
    this.seen.add(id);
    const named = head.path === undefined ? head : { ...head, path: at };
    const linked = head.link === undefined ? named : { ...named, link: target };
    this.parts.push({ head: linked, content: this.partContent(head, line, end), line });
  }

  /** A file or a link can't have entries below it. */
  private checkTree(kind: PartKind): void {
    const parts = this.parts.filter(({ head }) => head.kind === kind);
    const leaves = new Set(
      parts.flatMap(({ head }) => (head.dir || head.absent ? [] : [head.path ?? ''])),
    );
    for (const { head, line } of parts) {
      const above = parentsOf(head.path ?? '').find((parent) => leaves.has(parent));
      if (above !== undefined) {
        this.problem(line, kind.length + 4, `${above} is no folder, so nothing can lie in it`);
      }
    }
  }

  private partContent(head: PartHead, line: number, end: number): Content {
    const body = this.lines.slice(line + 1, end);
    const where = bodyElsewhere(head);
    if (where !== undefined && body.length > 0) {
      this.problem(line + 1, 0, `${where} has no lines here`);
    }
    if (head.blob !== undefined) {
      if (!isInsidePath(head.blob)) {
        this.problem(line, 0, 'a blob must lie below the folder of its case');
        return emptyContent;
      }
      const { blob, size = 0, sha256 = '' } = head;
      return { kind: 'blob', path: path.join(this.folder, blob), size, sha256 };
    }
    try {
      return { kind: 'bytes', bytes: decodeLines(body) };
    } catch (error) {
      if (!(error instanceof StreamTextError)) {
        throw error;
      }
      this.problem(line + 1 + error.line, error.column, error.message);
      return emptyContent;
    }
  }

  private assemble(name: string, args: readonly string[]): Case {
    const { labels = [], duals = [], env = {}, returncode, provenance, suppress } = this.headers;
    const stream = (kind: string) =>
      this.parts.find(({ head }) => head.kind === kind)?.content ?? emptyContent;
    const entries = (kind: string) =>
      this.parts.filter(({ head }) => head.kind === kind).map(toEntry);
    const golden = this.parts.find(
      ({ head }) => head.kind === 'stdout' || head.kind === 'stderr' || head.kind === 'out',
    );
    if (returncode === undefined && golden !== undefined) {
      this.problem(golden.line, 0, 'a case with a gold needs the header returncode');
    }
    return {
      name,
      labels,
      duals,
      input: { args, env, stdin: stream('stdin'), files: entries('file') },
      ...(returncode === undefined
        ? {}
        : {
            gold: {
              stdout: stream('stdout'),
              stderr: stream('stderr'),
              returncode,
              outputs: entries('out'),
            },
          }),
      ...(provenance === undefined ? {} : { provenance }),
      ...(suppress === undefined ? {} : { suppress }),
    };
  }
}

function bodyElsewhere({ blob, dir, absent, link }: PartHead): string | undefined {
  if (blob !== undefined) {
    return 'a part that lies in a blob';
  }
  return dir || absent || link !== undefined ? 'an entry that is no file' : undefined;
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(at: string): string[] {
  const names = at.split('/');
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'));
}

function toEntry({ head, content }: Part): FileEntry {
  const { path: at = '', mode, link } = head;
  if (head.absent) {
    return { kind: 'absent', path: at };
  }
  if (head.dir) {
    return { kind: 'dir', path: at, mode: mode ?? defaultDirMode };
  }
  return link === undefined
    ? { kind: 'file', path: at, mode: mode ?? defaultFileMode, content }
    : { kind: 'link', path: at, target: link };
}

import { UserError } from '../../../errors';

/** One command of a pipeline, without its redirections. */
export interface ShellCommand {
  /** Words as typed, with `< FILE` and `<<< TEXT` still in it. */
  readonly text: string;
  /** The lines of a here-document. */
  readonly heredoc?: string;
  /** Where its standard output and its standard error go. */
  readonly sinks: Sinks;
}

/** The command's own standard output or error, or a file, as typed. */
export type Sink = 'stdout' | 'stderr' | { readonly append: boolean; readonly file: string };

export interface Sinks {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** Commands joined by `|`. */
export interface Pipeline {
  readonly commands: readonly ShellCommand[];
  /** How it hangs on the pipeline before: whether that has to succeed, or to fail. */
  readonly after: '&&' | '||' | ';';
}

/** Operators between commands, the longer ones first. */
const operators = ['&&', '||', '|&', ';', '|', '&', '\n'] as const;
const terminal: Sinks = { stdout: 'stdout', stderr: 'stderr' };
const redirection = /^(?<op>&>>|&>|>>|>&|>\||<<-|<<<|<<|<|>)/u;
const word = /^[ \t]*(?<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\<>|&;()])+)/su;
const heredocStart =
  /'[^']*'|"(?:[^"\\]|\\.)*"|\\.|<<<|<<(?<tabs>-?)[ \t]*(?<delimiter>'[^']+'|"[^"]+"|[^\s'"<>|&;()]+)/gsu;

/**
 * Takes a short script apart: pipelines in their order, here-documents, output redirections. It
 * knows what test suites are made of; what else a shell can do is refused.
 * @throws UserError that names what it does not know, as the rest of a sentence.
 */
export function parseShellScript(script: string): Pipeline[] {
  const { lines, bodies } = takeHeredocs(script.replaceAll('\\\n', '').split('\n'));
  return new ScriptReader(lines.join('\n'), bodies).read();
}

/** The bodies of here-documents stand below their line: they are taken out first. */
function takeHeredocs(script: readonly string[]): { lines: string[]; bodies: string[] } {
  const lines: string[] = [];
  const bodies: string[] = [];
  for (let at = 0; at < script.length;) {
    const line = script[at++] ?? '';
    lines.push(line);
    for (const { groups } of line.matchAll(heredocStart)) {
      const delimiter = groups?.['delimiter'];
      if (delimiter !== undefined) {
        const isPlain = /^['"]/u.test(delimiter);
        const end = delimiter.replaceAll(/^['"]|['"]$/gu, '');
        const body = script.slice(at).map((each) => unindented(each, groups?.['tabs'] === '-'));
        const length = body.indexOf(end);
        if (length < 0) {
          throw new UserError(`its here-document has no end "${end}"`);
        }
        at += length + 1;
        bodies.push(bodyOf(body.slice(0, length), isPlain));
      }
    }
  }
  return { lines, bodies };
}

function unindented(line: string, isWanted: boolean): string {
  return isWanted ? line.replace(/^\t+/u, '') : line;
}

function bodyOf(lines: readonly string[], isPlain: boolean): string {
  const body = lines.map((line) => `${line}\n`).join('');
  if (isPlain) {
    return body;
  }
  if (/(?<!\\)(?:\$[\w({]|`)/u.test(body)) {
    throw new UserError('its here-document is expanded by the shell');
  }
  return body.replaceAll(/\\([$`\\])/gu, '$1');
}

class ScriptReader {
  private at = 0;
  private text = '';
  private sinks = terminal;
  private heredoc: string | undefined;
  private pipeline: ShellCommand[] = [];
  private after: Pipeline['after'] = ';';
  private readonly pipelines: Pipeline[] = [];

  constructor(
    private readonly script: string,
    private readonly bodies: string[],
  ) {}

  read(): Pipeline[] {
    while (this.at < this.script.length) {
      const rest = this.script.slice(this.at);
      const redirect = redirection.exec(rest)?.groups?.['op'];
      const operator = operators.find((each) => rest.startsWith(each));
      if (redirect !== undefined) {
        this.redirect(redirect);
      } else if (operator !== undefined) {
        this.operate(operator);
      } else {
        this.readCharacter(rest);
      }
    }
    this.endPipeline(';');
    return this.pipelines;
  }

  /** A quoted stretch, an escaped character, a comment, or one plain character. */
  private readCharacter(rest: string): void {
    const quoted = /^(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.)/su.exec(rest)?.[0];
    if (quoted === undefined && rest.startsWith('#') && /(?:^|\s)$/u.test(this.text)) {
      const end = this.script.indexOf('\n', this.at);
      this.at = end < 0 ? this.script.length : end;
      return;
    }
    if (quoted === undefined && /^[`()]/u.test(rest)) {
      throw new UserError('it runs a command within a command');
    }
    const taken = quoted ?? rest.charAt(0);
    this.text += taken;
    this.at += taken.length;
  }

  private operate(operator: (typeof operators)[number]): void {
    this.at += operator.length;
    if (operator === '&') {
      throw new UserError('it uses "&"');
    }
    if (operator === '|&') {
      this.sinks = { ...this.sinks, stderr: this.sinks.stdout };
    }
    if (operator.startsWith('|') && operator !== '||') {
      this.endCommand();
    } else if (operator === '&&' || operator === '||') {
      this.endPipeline(operator);
    } else {
      // A line may end after an operator.
      this.endPipeline(operator === '\n' && this.text.trim() === '' ? this.after : ';');
    }
  }

  private redirect(op: string): void {
    this.at += op.length;
    if (op === '<' || op === '<<<') {
      this.text += op;
      return;
    }
    const found = word.exec(this.script.slice(this.at));
    const target = found?.groups?.['word'];
    if (found === null || target === undefined) {
      throw new UserError(`nothing follows its "${op}"`);
    }
    this.at += found[0].length;
    if (op === '<<' || op === '<<-') {
      this.heredoc = this.bodies.shift() ?? '';
      return;
    }
    const descriptor = /(?:^|\s)(?<n>\d)$/u.exec(this.text)?.groups?.['n'];
    this.text = descriptor === undefined ? this.text : this.text.slice(0, -1);
    this.sinks = sinksAfter(this.sinks, op, descriptor ?? '1', target);
  }

  private endPipeline(next: Pipeline['after']): void {
    this.endCommand();
    if (this.pipeline.length > 0) {
      this.pipelines.push({ commands: this.pipeline, after: this.after });
      this.pipeline = [];
    }
    this.after = next;
  }

  private endCommand(): void {
    const text = this.text.trim();
    const { heredoc, sinks } = this;
    if (text !== '') {
      this.pipeline.push({ text, ...(heredoc === undefined ? {} : { heredoc }), sinks });
    }
    this.text = '';
    this.sinks = terminal;
    this.heredoc = undefined;
  }
}

/** @throws UserError for what only a shell could do. */
function sinksAfter(sinks: Sinks, op: string, descriptor: string, target: string): Sinks {
  if (op === '>&' && /^(?:\d|-)$/u.test(target)) {
    const copied = target === '1' ? sinks.stdout : target === '2' ? sinks.stderr : undefined;
    return set(sinks, descriptor, copied);
  }
  const both = op.startsWith('&') || op === '>&';
  const sink = { append: op.endsWith('>>'), file: target };
  return both ? { stdout: sink, stderr: sink } : set(sinks, descriptor, sink);
}

function set(sinks: Sinks, descriptor: string, sink: Sink | undefined): Sinks {
  if (sink === undefined || (descriptor !== '1' && descriptor !== '2')) {
    throw new UserError('it closes a stream, or opens one of its own');
  }
  return descriptor === '1' ? { ...sinks, stdout: sink } : { ...sinks, stderr: sink };
}

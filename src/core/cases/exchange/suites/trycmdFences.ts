import { decodeOsString, encodeOsString } from '../../osString';
import type { SuiteAnswer } from './suiteAnswer';

/** A command in a document of trycmd. */
export interface FencedCommand {
  /** Base 1. */
  readonly line: number;
  /** Its lines; a backslash at the end of one, as a shell wants it, is left out. */
  readonly typed: readonly string[];
  readonly expected: SuiteAnswer | undefined;
}

/**
 * The commands of a `.trycmd` or Markdown document: `$ ` begins one and `> ` continues it, in fences
 * marked `console`, `trycmd` or not at all.
 */
export function readFences(bytes: Uint8Array): FencedCommand[] {
  const lines = decodeOsString(bytes).split('\n');
  const commands: FencedCommand[] = [];
  let fence: string | undefined;
  let isRead = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const marks = /^`{3,}/u.exec(line)?.[0];
    if (fence === undefined) {
      fence = marks;
      isRead = marks !== undefined && isCommands(line.slice(marks.length).trim());
    } else if (line.startsWith(fence)) {
      fence = undefined;
    } else if (isRead && line.startsWith('$ ')) {
      const start = i;
      const typed = [typedOn(line)];
      while (lines[i + 1]?.startsWith('> ') === true) {
        typed.push(typedOn(lines[++i] ?? ''));
      }
      const expected = answerAfter(lines.slice(i + 1), fence);
      commands.push({ line: start + 1, typed, expected });
    }
  }
  return commands;
}

function typedOn(line: string): string {
  return line.slice(2).replace(/\s\\\s*$/u, '');
}

function isCommands(info: string): boolean {
  const [language = '', ...more] = info.split(',');
  return ['', 'console', 'trycmd'].includes(language.trim()) && !more.includes('ignore');
}

/** What is said below a command; undefined where that is a pattern. */
function answerAfter(lines: readonly string[], fence: string): SuiteAnswer | undefined {
  const end = lines.findIndex((line) => line.startsWith('$ ') || line.startsWith(fence));
  const said = lines.slice(0, end < 0 ? lines.length : end);
  const status = /^\? (?<status>.*)$/u.exec(said[0] ?? '')?.groups?.['status']?.trim();
  const text = (status === undefined ? said : said.slice(1)).join('\n');
  if (/\[(?:\.\.|[A-Z_]+)\]|^\.\.\.$/mu.test(text)) {
    return undefined;
  }
  const returncode = status === undefined || status === 'success' ? 0 : Number(status);
  return {
    bytes: encodeOsString(text),
    returncode: Number.isNaN(returncode) ? 'failed' : returncode,
  };
}

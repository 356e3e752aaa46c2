import { readHeaders } from './caseHeaders';
import type { Headers } from './caseHeaders';
import { caseMagic } from './caseLayout';

/** Characters of a text that is looked at in one go. */
const longestPlain = 1 << 20;

/** What a stream's lines may hold behind their first character where that is no bar. */
const escaped = String.raw`(?:[^\\\n]|\\(?:[\\tre]|x[0-9a-f]{2}))*\n`;
const body = String.raw`(?:\|[^\n]*\n|\\${escaped})*(?:<${escaped})?`;
/** An entry in the working directory itself, so that none can lie below another. */
const entry = String.raw` "[\w+-][\w.+-]*"(?: mode=0[0-7]{3})?\n`;

/** Heads and lines as they are written, of streams and files that lie in the text. */
const plainCase = new RegExp(
  String.raw`^${caseMagic}\n(?<lines>(?:[a-z]+: [^\n]*\n)+)` +
    String.raw`(?:-- stdin\n${body})?(?:-- file${entry}${body})*` +
    String.raw`(?<gold>(?:-- stdout\n${body})?(?:-- stderr\n${body})?(?:-- out${entry}${body})*)$`,
  'u',
);
const entryHead = /\n-- (?:file|out) "[^"]*"/gu;

/**
 * The headers of a case's text in which there is plainly nothing wrong, without decoding its streams:
 * a listing needs no more of it, and reads thousands.
 * @param text As it was decoded from UTF-8.
 * @returns undefined where only reading the text whole can tell: it may be right all the same.
 */
export function plainHeaders(text: string): Headers | undefined {
  // U+FFFD stands for bytes that are not UTF-8.
  if (text.length > longestPlain || text.includes('\ufffd')) {
    return undefined;
  }
  const { lines, gold } = plainCase.exec(text)?.groups ?? {};
  const entries = text.match(entryHead) ?? [];
  if (lines === undefined || new Set(entries).size < entries.length) {
    return undefined;
  }
  let problems = 0;
  const headers = readHeaders(lines.slice(0, -1).split('\n'), () => problems++);
  const { name, args, returncode } = headers;
  const isWhole = name !== undefined && args !== undefined;
  return problems === 0 && isWhole && (gold === '' || returncode !== undefined)
    ? headers
    : undefined;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeOsString, encodeOsString } from '../../osString';
import { ShellScene } from './shellScene';
import type { ReadOptions, Suite } from './suite';
import { SuiteBuilder } from './suite';
import type { SuiteAnswer } from './suiteAnswer';

/**
 * Reads a cram suite (`.t`; prysk and dune write the same): indented by two, `$ ` begins a command
 * and `> ` continues it. Its outputs only say where the suite was followed well: they merge both streams and
 * hold patterns.
 */
export async function readCram(file: string, options: ReadOptions): Promise<Suite> {
  const suite = new SuiteBuilder(path.basename(file, '.t'));
  const scene = new ShellScene({
    ...options,
    folder: path.dirname(file),
    isWorkingFolder: false,
  });
  const lines = decodeOsString(await readFile(file)).split('\n');
  for (let i = 0; i < lines.length; i++) {
    const start = i;
    if (lines[i]?.startsWith('  $ ') === true) {
      const script = [lines[i]?.slice(4) ?? ''];
      while (/^ {2}>(?: |$)/u.test(lines[i + 1] ?? '')) {
        script.push(lines[++i]?.slice(4) ?? '');
      }
      const step = { place: `line ${start + 1}`, expected: answerAfter(lines.slice(i + 1)) };
      await suite.at(start + 1, async () => {
        (await scene.follow(script.join('\n'), step)).forEach((input) => suite.add(input));
      });
    }
  }
  return suite;
}

/** What a suite says below a command; undefined where it says that with a pattern. */
function answerAfter(lines: readonly string[]): SuiteAnswer | undefined {
  const end = lines.findIndex((line) => !line.startsWith('  ') || line.startsWith('  $ '));
  const said = lines.slice(0, end < 0 ? lines.length : end).map((line) => line.slice(2));
  const returncode = /^\[(\d+)\]$/u.exec(said.at(-1) ?? '')?.[1];
  const printed = returncode === undefined ? said : said.slice(0, -1);
  if (printed.some((line) => /\((?:re|glob)\)$/u.test(line))) {
    return undefined;
  }
  return {
    bytes: Buffer.concat(printed.map(bytesOf)),
    returncode: Number(returncode ?? 0),
  };
}

function bytesOf(line: string): Uint8Array {
  const hasNoEnd = line.endsWith(' (no-eol)');
  const text = hasNoEnd ? line.slice(0, -' (no-eol)'.length) : line;
  const plain = text.endsWith(' (esc)') ? unescaped(text.slice(0, -' (esc)'.length)) : text;
  return encodeOsString(hasNoEnd ? plain : `${plain}\n`);
}

/** `\xff`, `\t`, `\r`, `\\`: what cram writes for bytes that it does not print. */
function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    t: '\t',
    r: '\r',
    n: '\n',
    '\\': '\\',
    "'": "'",
  };
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|(.))/gu,
    (all, hex: string | undefined, one: string) =>
      hex === undefined ? (named[one] ?? all) : decodeOsString(Buffer.from(hex, 'hex')),
  );
}

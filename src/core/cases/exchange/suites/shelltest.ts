import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeOsString, encodeOsString } from '../../osString';
import { ShellScene } from './shellScene';
import type { ReadOptions, Suite } from './suite';
import { SuiteBuilder } from './suite';

interface Test {
  readonly command: string;
  readonly stdin: string;
  /** Base 1. */
  readonly line: number;
}

/**
 * Reads a shelltestrunner suite (`.test`), in any of its three formats: 3 (`<`, `$`, `>`), 2 (`<<<`,
 * `$$$`, `>>>`) and 1 (a bare command line, then `<<<`, `>>>`).
 */
export async function readShelltest(file: string, options: ReadOptions): Promise<Suite> {
  const suite = new SuiteBuilder(path.basename(file, path.extname(file)));
  const lines = decodeOsString(await readFile(file)).split('\n');
  const tests = lines.some((line) => line.startsWith('$$$'))
    ? withInputFirst(lines, { input: '<<<', command: '$$$', others: ['>>>'] })
    : lines.some((line) => /^\$ /u.test(line))
      ? withInputFirst(lines, { input: '<', command: '$', others: ['>'] })
      : withCommandFirst(lines);
  for (const { command, stdin, line } of tests) {
    // Tests of one file run in any order: none sees what another one made.
    const scene = new ShellScene({
      ...options,
      folder: path.dirname(file),
      isWorkingFolder: true,
    });
    await suite.at(line, async () => {
      const inputs = await scene.follow(command, {
        place: `line ${line}`,
        stdin: encodeOsString(stdin),
      });
      inputs.forEach((input) => suite.add(input));
    });
  }
  return suite;
}

interface Marks {
  readonly input: string;
  readonly command: string;
  readonly others: readonly string[];
}

/** Formats 2 and 3: an input, then the commands that get it. */
function withInputFirst(lines: readonly string[], { input, command, others }: Marks): Test[] {
  const tests: Test[] = [];
  let stdin = '';
  let isInput = false;
  for (const [i, line] of lines.entries()) {
    if (line.startsWith(command) && !line.startsWith(`${command}${command}${command}${command}`)) {
      tests.push({ command: line.slice(command.length).trim(), stdin, line: i + 1 });
      isInput = false;
    } else if (line === input) {
      stdin = '';
      isInput = true;
    } else if (others.some((mark) => line.startsWith(mark))) {
      isInput = false;
    } else if (isInput) {
      stdin += `${line}\n`;
    }
  }
  return tests;
}

/** Format 1: a command, then what it is given and what it answers. */
function withCommandFirst(lines: readonly string[]): Test[] {
  const tests: Test[] = [];
  let test: { command: string; stdin: string; line: number } | undefined;
  let section: 'between' | 'input' | 'output' = 'between';
  for (const [i, line] of lines.entries()) {
    if (line.startsWith('>>>=')) {
      section = 'between';
    } else if (line.startsWith('>>>')) {
      section = 'output';
    } else if (line.startsWith('<<<')) {
      section = 'input';
    } else if (section === 'input' && test !== undefined) {
      test.stdin += `${line}\n`;
    } else if (section === 'between' && !/^\s*(?:#|$)/u.test(line)) {
      test = { command: line.trim(), stdin: '', line: i + 1 };
      tests.push(test);
    }
  }
  return tests;
}

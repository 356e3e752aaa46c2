import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import * as z from 'zod';
import { errorCode, errorText, UserError } from '../../../errors';
import { parseCommandLine } from '../../../recording/commandLine';
import { bytesContent } from '../../content';
import { decodeOsString, encodeOsString } from '../../osString';
import { readTree } from '../byteTree';
import { ShellScene } from './shellScene';
import type { ReadOptions, Suite } from './suite';
import { SuiteBuilder } from './suite';

/** What of a `cmd.toml` is given to the program; what is expected of it is not read. */
const oneShot = z.object({
  bin: z.looseObject({ name: z.string().optional() }).optional(),
  args: z.union([z.string(), z.array(z.string())]).default([]),
  env: z.object({ add: z.record(z.string(), z.string()).default({}) }).default({ add: {} }),
  stdin: z.string().optional(),
});

/**
 * Reads one case of trycmd's `.toml` form: beside it `x.stdin`, and `x.in/` as the working directory.
 * Its outputs are left behind: trycmd folds line ends and fills in patterns.
 */
export async function readTrycmdToml(file: string): Promise<Suite> {
  const base = file.slice(0, -'.toml'.length);
  const suite = new SuiteBuilder(path.basename(path.dirname(file)));
  await suite.at(1, async () => {
    const { args, env, stdin } = readToml(await readFile(file, 'utf8'));
    const words = typeof args === 'string' ? (parseCommandLine(`x ${args}`)?.args ?? []) : args;
    const given = stdin === undefined ? await readOptional(`${base}.stdin`) : encodeOsString(stdin);
    const files = await readTree(`${base}.in`, { modes: 'executable' });
    suite.add(
      { args: words, env: env.add, stdin: bytesContent(given), files },
      path.basename(base),
    );
  });
  return suite;
}

function readToml(text: string): z.infer<typeof oneShot> {
  try {
    return oneShot.parse(parseToml(text));
  } catch (error) {
    throw new UserError(`it is no case of trycmd: ${errorText(error)}`);
  }
}

/** Reads `.trycmd` and Markdown: `$ ` and `> ` in fences marked `console` or `trycmd`. */
export async function readTrycmdConsole(file: string, options: ReadOptions): Promise<Suite> {
  const base = file.slice(0, -path.extname(file).length);
  const suite = new SuiteBuilder(path.basename(base));
  const files = await readTree(`${base}.in`, { modes: 'executable' });
  const scene = new ShellScene({
    ...options,
    folder: path.dirname(file),
    isWorkingFolder: true,
    files,
  });
  const lines = decodeOsString(await readFile(file)).split('\n');
  let isInside = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const start = i;
    if (/^\s*(?:```|~~~)/u.test(line)) {
      isInside = !isInside && /^\s*(?:```|~~~)\s*(?:console|trycmd)\b/u.test(line);
    } else if (isInside && line.startsWith('$ ')) {
      const script = [line.slice(2)];
      while (lines[i + 1]?.startsWith('> ') === true) {
        script.push(lines[++i]?.slice(2) ?? '');
      }
      const step = { place: `line ${start + 1}` };
      await suite.at(start + 1, async () => {
        (await scene.follow(script.join('\n'), step)).forEach((input) => suite.add(input));
      });
    }
  }
  return suite;
}

async function readOptional(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return new Uint8Array(0);
    }
    throw error;
  }
}

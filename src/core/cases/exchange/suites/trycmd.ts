import { access, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import * as z from 'zod';
import { errorCode, errorText, UserError } from '../../../errors';
import { pinnedEnvironment } from '../../../sandbox/environment';
import { encodeOsString } from '../../osString';
import { readTree } from '../byteTree';
import { ShellScene } from './shellScene';
import { quoteWord, splitWords } from './shlex';
import type { ReadOptions, Suite } from './suite';
import { SuiteBuilder } from './suite';
import { readFences } from './trycmdFences';

/** What of a `cmd.toml` is given to the program; what is expected of it is not read. */
const oneShot = z.object({
  bin: z.looseObject({ name: z.string().optional() }).optional(),
  args: z.union([z.string(), z.array(z.string())]).default([]),
  env: z
    .object({
      add: z.record(z.string(), z.string()).default({}),
      remove: z.array(z.string()).default([]),
    })
    .default({ add: {}, remove: [] }),
  stdin: z.string().optional(),
  fs: z.object({ base: z.string().optional(), cwd: z.string().optional() }).default({}),
});

/** The folder that commands begin in, and what is in it. */
interface Place {
  /** Copied for the commands; they run in the package's own folder when absent. */
  readonly base?: string | undefined;
  readonly cwd?: string | undefined;
}

/**
 * Reads one case of trycmd's `.toml` form: beside it `x.stdin`, and `x.in/` as the working directory.
 * Its outputs are left behind: trycmd folds line ends and fills in patterns.
 */
export async function readTrycmdToml(file: string, options: ReadOptions): Promise<Suite> {
  const base = file.slice(0, -'.toml'.length);
  const suite = new SuiteBuilder(path.basename(path.dirname(file)));
  await suite.at(path.basename(base), async () => {
    const { bin, args, env, stdin, fs } = readToml(await readFile(file, 'utf8'));
    const given = stdin === undefined ? await readOptional(`${base}.stdin`) : encodeOsString(stdin);
    refuseRemoval(env);
    const words = typeof args === 'string' ? splitWords(args) : args;
    const scene = await sceneOf(file, fs, options);
    const script = commandOf([bin?.name ?? options.target.name, ...words], env.add);
    const inputs = await scene.follow(script, { place: path.basename(file), stdin: given });
    inputs.forEach((input) => suite.add(input, path.basename(base)));
  });
  return suite;
}

/** Cases begin with few variables, so that most removals say nothing; one of these can't be had. */
function refuseRemoval({ add, remove }: z.infer<typeof oneShot>['env']): void {
  const pinned = pinnedEnvironment().map(([name]) => name);
  const kept = remove.find((name) => pinned.includes(name) && add[name] === undefined);
  if (kept !== undefined) {
    throw new UserError(`it removes the variable ${kept}, which every case has`);
  }
}

function readToml(text: string): z.infer<typeof oneShot> {
  try {
    return oneShot.parse(parseToml(text));
  } catch (error) {
    throw new UserError(`it is no case of trycmd: ${errorText(error)}`);
  }
}

/** Reads `.trycmd` and Markdown: the commands in its fences share a folder, one after the other. */
export async function readTrycmdConsole(file: string, options: ReadOptions): Promise<Suite> {
  const suite = new SuiteBuilder(path.basename(file, path.extname(file)));
  const scene = await sceneOf(file, {}, options);
  for (const { line, typed, expected } of readFences(await readFile(file))) {
    await suite.at(line, async () => {
      const words = typed.flatMap(splitWords);
      const first = words.findIndex((word) => !word.includes('='));
      const script = commandOf(words.slice(first), assignments(words.slice(0, first)));
      const inputs = await scene.follow(script, { place: `line ${line}`, expected });
      inputs.forEach((input) => suite.add(input));
    });
  }
  return suite;
}

function assignments(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [name = ''] = word.split('=', 1);
      return [name, word.slice(name.length + 1)];
    }),
  );
}

/** The command line of words that no shell has to look at. */
function commandOf(words: readonly string[], env: Readonly<Record<string, string>>): string {
  const [command = '', ...args] = words;
  const before = Object.entries(env).map(([name, value]) => `${name}=${quoteWord(value)}`);
  return [...before, command, ...args.map(quoteWord)].join(' ');
}

async function sceneOf(
  file: string,
  { base, cwd }: Place,
  options: ReadOptions,
): Promise<ShellScene> {
  const folder = path.dirname(file);
  const beside = `${file.slice(0, -path.extname(file).length)}.in`;
  const inFolder = (name: string | undefined) =>
    name === undefined ? undefined : realFolder(path.join(folder, name));
  const begins = await inFolder(cwd);
  const copied = (await inFolder(base)) ?? (await realFolder(beside).catch(() => begins));
  if (copied === undefined) {
    const root = await packageFolder(folder);
    return new ShellScene({ ...options, folder: root, isWorkingFolder: true });
  }
  const files = await readTree(copied, { modes: 'executable' });
  const scene = new ShellScene({ ...options, folder, isWorkingFolder: false, files });
  const below = path.relative(copied, begins ?? copied);
  if (below !== '') {
    await scene.follow(`cd ${quoteWord(below)}`, { place: 'fs.cwd' });
  }
  return scene;
}

/** @throws UserError where there is no such folder. */
async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch((error: unknown) => {
    throw new UserError(`its folder ${folder} can't be read: ${errorText(error)}`);
  });
}

/** The package that a suite belongs to: commands without a folder of their own run in its root. */
async function packageFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    const isRoot = await access(path.join(at, 'Cargo.toml')).then(
      () => true,
      () => false,
    );
    if (isRoot) {
      return at;
    }
    if (at === path.dirname(at)) {
      return folder;
    }
  }
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

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorText, UserError } from '../../../errors';
import type { Case } from '../../case';
import { byText } from '../../paths';
import type { Refused } from '../exchange';
import { readCram } from './cram';
import { readKattis } from './kattis';
import { readShelltest } from './shelltest';
import type { ReadOptions, Suite } from './suite';
import { readTrycmdConsole, readTrycmdToml } from './trycmd';

const readers: Readonly<Record<string, (file: string, options: ReadOptions) => Promise<Suite>>> = {
  '.t': readCram,
  '.test': readShelltest,
  '.trycmd': readTrycmdConsole,
  '.md': readTrycmdConsole,
  '.toml': readTrycmdToml,
};

/** The formats, for help and errors. */
export const suiteFormats =
  'cram (.t), trycmd (.trycmd, .md, .toml), shelltestrunner (.test), Kattis (.in with .ans)';

/** Whether a file or folder is taken for a suite, and not for a list of inputs. */
export async function isSuite(source: string): Promise<boolean> {
  const stats = await stat(source).catch(() => undefined);
  return stats?.isDirectory() === true || path.extname(source) in readers;
}

/**
 * The cases of another tool's test suite: one file, or all that are below a folder.
 * @returns undefined where there is none of a known format.
 */
export async function readSuite(source: string, options: ReadOptions): Promise<Suite | undefined> {
  const stats = await stat(source).catch((error: unknown) => {
    throw new UserError(`Reading ${source} failed: ${errorText(error)}.`, {
      action: 'Check the path.',
      cause: error,
    });
  });
  if (!stats.isDirectory()) {
    return readers[path.extname(source)]?.(source, options);
  }
  const kattis = await readKattis(source);
  if (kattis !== undefined) {
    return kattis;
  }
  const cases: Case[] = [];
  const refused: Refused[] = [];
  for (const file of await suiteFiles(source)) {
    const suite = await readers[path.extname(file)]?.(file, options);
    const folder = path.relative(source, path.dirname(file)).split(path.sep).join('/');
    // A `.toml` is a case of its folder; the others are groups in it.
    const above = path.extname(file) === '.toml' ? path.posix.dirname(folder) : folder;
    const place = (name: string) => (above === '' || above === '.' ? name : `${above}/${name}`);
    cases.push(...(suite?.cases ?? []).map((one) => ({ ...one, name: place(one.name) })));
    refused.push(...(suite?.refused ?? []).map((one) => ({ ...one, name: place(one.name) })));
  }
  return cases.length + refused.length === 0 ? undefined : { cases, refused };
}

async function suiteFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && path.extname(entry.name) in readers)
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/\.(?:in|out)\//u.test(path.relative(folder, file)))
    .sort(byText);
}

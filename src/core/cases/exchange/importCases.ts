import { stat } from 'node:fs/promises';
import { UserError } from '../../errors';
import type { Case } from '../case';
import { GoldStore } from '../gold/goldStore';
import type { Refused } from './exchange';
import { hasCaseFolders, importDirs } from './importDirs';
import { readSuite, suiteFormats } from './suites/readSuite';
import type { ReadOptions } from './suites/suite';

/**
 * The cases of a file or folder in another format, recognised by what it is. A suite of a test tool
 * gives inputs; recording the reference gives their golds.
 * @param source Absolute path.
 * @param options The target whose command lines are looked for; its own arguments are left out of
 * the cases'.
 * @throws UserError when there is nothing to import.
 */
export async function importCases(
  source: string,
  options: ReadOptions,
): Promise<{ cases: Case[]; refused: Refused[] }> {
  if (source.endsWith('.jsonl')) {
    return importGold(source);
  }
  if (await hasCaseFolders(source)) {
    return importDirs(source, options.target.reference?.prefixArgs ?? []);
  }
  const suite = await readSuite(source, options);
  if (suite === undefined) {
    throw new UserError(`There is nothing in ${source} that can be imported.`, {
      action: `Formats: gold rows (.jsonl), folders with cmd and expected_output, ${suiteFormats}.`,
    });
  }
  return suite;
}

async function importGold(file: string): Promise<{ cases: Case[]; refused: Refused[] }> {
  const store = new GoldStore(file);
  if (!(await isFile(file))) {
    throw new UserError(`There is no file ${file} to import.`, { action: 'Check the path.' });
  }
  const { unreadable } = await store.list();
  const cases: Case[] = [];
  for await (const one of store.readAll()) {
    cases.push(one);
  }
  return { cases, refused: unreadable.map(({ name, problem }) => ({ name, reason: problem })) };
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

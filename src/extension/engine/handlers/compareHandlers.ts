import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Content, Gold } from '../../../core/cases/case';
import { contentHash, readContent } from '../../../core/cases/content';
import { UserError } from '../../../core/errors';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { GoldComparison } from '../callTypes';
import type { Handlers } from '../rpcServer';
import { actualFiles } from './actualOutputs';
import type { Catalogue } from './catalogue';

/** Laying out what a byte comparison needs: each side of each stream as a raw file. */
export function compareHandlers(catalogue: Catalogue): Handlers<Pick<EngineCalls, 'comparison'>> {
  return {
    comparison: async ({ target: info, dir, result }) => {
      const { store } = await catalogue.open(info);
      const { gold } = await store.read(result.name);
      if (gold === undefined) {
        throw new UserError(`${result.name} has no gold to compare with.`, {
          action: 'Record it first.',
        });
      }
      const streams = pairUp(
        await writeGold(new WorkFolder(info.root), gold),
        await actualFiles(dir, result),
      );
      return { returncode: gold.returncode, streams };
    },
  };
}

/** A gold beside the one that is to take its place. */
export async function compareGolds(
  workFolder: WorkFolder,
  before: Gold,
  after: Gold,
): Promise<GoldComparison> {
  return {
    returncode: before.returncode,
    actual: after.returncode,
    streams: pairUp(await writeGold(workFolder, before), await writeGold(workFolder, after)),
  };
}

function pairUp(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): GoldComparison['streams'] {
  return [...new Set([...expected.keys(), ...actual.keys()])].map((name) => {
    const [one, other] = [expected.get(name), actual.get(name)];
    return {
      name,
      ...(one !== undefined && { expected: one }),
      ...(other !== undefined && { actual: other }),
    };
  });
}

/** Each stream of a gold as a raw file. */
async function writeGold(workFolder: WorkFolder, gold: Gold): Promise<ReadonlyMap<string, string>> {
  const folder = await workFolder.make(path.join(workFolder.path, 'cache', 'golds'));
  const files = new Map<string, string>();
  for (const [name, content] of goldContents(gold)) {
    files.set(name, await goldFile(folder, content));
  }
  return files;
}

function goldContents({ stdout, stderr, outputs }: Gold): ReadonlyMap<string, Content> {
  const contents = new Map<string, Content>([
    ['stdout', stdout],
    ['stderr', stderr],
  ]);
  for (const entry of outputs) {
    if (entry.kind === 'file') {
      contents.set(`out/${entry.path}`, entry.content);
    }
  }
  return contents;
}

/** The gold's bytes as a file of their own, named by their hash; a blob is one already. */
async function goldFile(folder: string, content: Content): Promise<string> {
  if (content.kind === 'blob') {
    return content.path;
  }
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, contentHash(content));
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const beside = `${file}.${process.pid}.tmp`;
    await writeFile(beside, await readContent(content));
    await rename(beside, file);
  }
  return file;
}

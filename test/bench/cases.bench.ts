/**
 * Loading cases: 2,000 `.case` files next to merely reading them, a gold file of 43 MB next to
 * `JSON.parse` of its lines, and counting 25 targets with 15,000 cases.
 *
 *     npx tsx test/bench/cases.bench.ts
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../src/core/cases/case';
import { FolderStore } from '../../src/core/cases/folderStore';
import { GoldStore } from '../../src/core/cases/gold/goldStore';
import { discoverTargets } from '../../src/core/targets/discoverTargets';
import { someCase } from './support/someCase';

const rounds = 5;

/** The best of a few rounds, milliseconds: the first warms the page cache. */
async function best(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

async function drain(cases: AsyncIterable<Case>): Promise<number> {
  let count = 0;
  for await (const _ of cases) {
    count += 1;
  }
  return count;
}

function row(what: string, ms: number, peer: string, peerMs: number): void {
  console.log(
    `${what.padEnd(44)} ${ms.toFixed(0).padStart(6)} ms   ${(ms / peerMs).toFixed(2)} × ${peer} (${peerMs.toFixed(0)} ms)`,
  );
}

const root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-bench-cases-'));
try {
  const folder = new FolderStore(path.join(root, 'folder', 'cases'));
  await folder.writeAll(Array.from({ length: 2000 }, (_, i) => someCase(i, 600)));
  const files = (await readdir(folder.path, { recursive: true }))
    .filter((file) => file.endsWith('.case'))
    .map((file) => path.join(folder.path, file));
  const readOnly = await best(async () => {
    await Promise.resolve(files.map((file) => readFileSync(file)));
  });
  row('2,000 .case files, listed', await best(() => folder.list()), 'reading them', readOnly);
  row(
    '2,000 .case files, all read',
    await best(() => drain(folder.readAll())),
    'reading them',
    readOnly,
  );

  const goldPath = path.join(root, 'gotree.jsonl');
  const gold = new GoldStore(goldPath);
  await gold.writeAll(Array.from({ length: 2001 }, (_, i) => someCase(i, 21_000)));
  const { length } = await readFile(goldPath);
  const parse = await best(async () => {
    (await readFile(goldPath, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .forEach((line) => void JSON.parse(line));
  });
  const megabytes = (length / 1e6).toFixed(0);
  row(`a gold file of ${megabytes} MB, listed`, await best(() => gold.list()), 'JSON.parse', parse);
  row(
    `a gold file of ${megabytes} MB, all read`,
    await best(() => drain(gold.readAll())),
    'JSON.parse',
    parse,
  );

  const checkout = path.join(root, 'checkout');
  await mkdir(path.join(checkout, 'mc'), { recursive: true });
  for (let t = 0; t < 25; t++) {
    const store = new GoldStore(path.join(checkout, 'data', 'gold_outputs', `target${t}.jsonl`));
    await store.writeAll(Array.from({ length: 600 }, (_, i) => someCase(i, 600)));
  }
  const explore = await best(async () => {
    const { targets } = await discoverTargets(checkout);
    await Promise.all(targets.map(({ store }) => store.list()));
  });
  row('25 targets with 15,000 cases, listed', explore, 'reading 2,000 files', readOnly);
  await writeFile(path.join(root, 'done'), '');
} finally {
  await rm(root, { recursive: true });
}

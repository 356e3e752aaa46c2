/**
 * What a person waits for in VS Code: activation, and the explorer and Test Explorer of 25 targets with
 * 15,000 cases. Measured in the extension host of a real VS Code, the newest that is to be had here.
 *
 *     npm run bench window
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FolderStore } from '../../src/core/cases/folderStore';
import { bundleTests } from '../support/host/bundleTests';
import { HostChoice } from '../support/host/chooseHosts';
import { repositoryRoot } from '../support/host/paths';
import { runInHost } from '../support/host/runInHost';
import { someCase } from './support/someCase';

const targets = 25;
const casesEach = 600;
/** The first start of a version fills caches; the median of the others is what people see. */
const starts = 3;

async function writeWorkspace(root: string): Promise<void> {
  for (let i = 0; i < targets; i++) {
    const folder = path.join(root, `target-${i}`);
    await mkdir(folder);
    const manifest = { name: `target-${i}`, tier: 'SML'[i % 3], languages: { python: {} } };
    await writeFile(path.join(folder, 'mirrorcode.json'), JSON.stringify(manifest));
    const store = new FolderStore(path.join(folder, 'cases'));
    await store.writeAll(Array.from({ length: casesEach }, (_, number) => someCase(number, 600)));
  }
}

const host = await new HostChoice(console.log).for('newest');
if (typeof host === 'string') {
  console.log(`skipped: ${host}`);
} else {
  const root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-bench-window-'));
  try {
    console.log(host.description);
    await writeWorkspace(root);
    const entry = await bundleTests({ source: 'test/bench/support/windowEntry.ts' });
    for (let start = 1; start <= starts; start++) {
      console.log(`-- start ${start}`);
      const verdict = await runInHost({
        host,
        entry,
        fixture: root,
        resultsFile: path.join(repositoryRoot, 'out/results/bench-window.json'),
        timeoutMs: 180_000,
        print: (text) => process.stdout.write(text),
      });
      if (verdict.kind === 'none') {
        throw new Error(verdict.why);
      }
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * A target of 2,000 cases in VS Code: opened, audited, shown in the curation view, moved, verified
 * against its reference. What counts is how long the extension host was held up at most meanwhile.
 *
 *     npm run bench curation
 */
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bytesContent } from '../../src/core/cases/content';
import { FolderStore } from '../../src/core/cases/folderStore';
import { bundleTests } from '../support/host/bundleTests';
import { HostChoice } from '../support/host/chooseHosts';
import { repositoryRoot } from '../support/host/paths';
import { runInHost } from '../support/host/runInHost';

const cases = 2000;
const reference = '/usr/bin/tac';

async function writeTarget(root: string): Promise<void> {
  const folder = path.join(root, 'tac');
  await mkdir(folder);
  await writeFile(
    path.join(folder, 'mirrorcode.json'),
    JSON.stringify({ name: 'tac', tier: 'S', reference, languages: { python: {} } }),
  );
  const store = new FolderStore(path.join(folder, 'cases'));
  await store.writeAll(
    Array.from({ length: cases }, (_, i) => ({
      name: `lines/${String(i).padStart(4, '0')}`,
      labels: i % 3 === 2 ? ['hidden'] : [],
      duals: i % 3 === 2 ? [`lines/${String(i - 1).padStart(4, '0')}`] : [],
      input: { args: [], env: {}, stdin: bytesContent(`${i}\nlast\n`), files: [] },
      gold: {
        stdout: bytesContent(`last\n${i}\n`),
        stderr: bytesContent(''),
        returncode: 0,
        outputs: [],
      },
    })),
  );
}

const host = await new HostChoice(console.log).for('newest');
const hasReference = await access(reference).then(
  () => true,
  () => false,
);
if (typeof host === 'string' || !hasReference) {
  console.log(`skipped: ${typeof host === 'string' ? host : `there is no ${reference}`}`);
} else {
  const root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-bench-curation-'));
  try {
    console.log(host.description);
    await writeTarget(root);
    const verdict = await runInHost({
      host,
      entry: await bundleTests({ source: 'test/bench/support/curationEntry.ts' }),
      fixture: root,
      resultsFile: path.join(repositoryRoot, 'out/results/bench-curation.json'),
      timeoutMs: 900_000,
      print: (text) => process.stdout.write(text),
    });
    if (verdict.kind === 'none') {
      throw new Error(verdict.why);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

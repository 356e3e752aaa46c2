import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/extension/extension';
import type { TargetInfo } from '../../../src/extension/model/targetInfo';
import { treeText } from '../../../src/extension/trees/treeNode';
import { captureOutput } from '../../support/host/captureOutput';
import { noResults } from '../../support/report/addResults';
import { resultsVariable } from '../../support/report/results';
import { writeResults } from '../../support/report/writeResults';

const resolutionMs = 5;

/** Milliseconds that this thread has spent on a processor; undefined before Node 23.9. */
function threadCpu(): number | undefined {
  const usage = (process as { threadCpuUsage?: () => NodeJS.CpuUsage }).threadCpuUsage?.();
  return usage === undefined ? undefined : (usage.user + usage.system) / 1000;
}

/** The longest that this thread computed without a turn of its loop, which no load changes. */
class LongestStretch {
  private last = threadCpu();
  private longest = 0;
  private readonly timer = setInterval(() => this.look(), 1);

  end(): number | undefined {
    clearInterval(this.timer);
    this.look();
    return this.last === undefined ? undefined : this.longest;
  }

  private look(): void {
    const now = threadCpu();
    this.longest = Math.max(this.longest, (now ?? 0) - (this.last ?? 0));
    this.last = now;
  }
}

/**
 * Does one thing, and says how long it took, the longest that the host's thread computed without a
 * turn of its loop, and the longest that it was held up: by the machine's other work, too.
 */
async function step(what: string, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const stretch = new LongestStretch();
  const before = threadCpu();
  const began = performance.now();
  const result = await work();
  const took = performance.now() - began;
  const longest = stretch.end();
  const used = (threadCpu() ?? 0) - (before ?? 0);
  delay.disable();
  const held = Math.max(0, delay.max / 1e6 - resolutionMs);
  const told = typeof result === 'string' ? `   ${result}` : '';
  const computed =
    longest === undefined
      ? ''
      : `computed ${longest.toFixed(0).padStart(3)} ms at a stretch (goal 50), ${used.toFixed(0).padStart(4)} ms in all;   `;
  console.log(
    `${what.padEnd(44)} ${took.toFixed(0).padStart(6)} ms   ${computed}held up ${held.toFixed(0).padStart(3)} ms at most${told}`,
  );
}

async function allPages(services: TestApi['services'], target: TargetInfo): Promise<string> {
  const { total } = await services.engine.call('curationFacts', { target, scores: [] });
  let rows = 0;
  while (rows < total) {
    const page = await services.engine.call('curationRows', { target, from: rows, count: 500 });
    rows += page.length;
  }
  return `${rows} rows`;
}

/** Nothing at all, while every core is busy: what the machine alone holds the thread up for. */
async function busyMachine(): Promise<void> {
  const workers = Array.from(
    { length: availableParallelism() + 1 },
    () => new Worker('for (;;) {}', { eval: true }),
  );
  await sleep(3000);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

/** What VS Code calls in its extension host. */
export async function run(): Promise<void> {
  captureOutput();
  const extension = vscode.extensions.getExtension('mirrorcode-workbench.mirrorcode-workbench');
  if (extension === undefined) {
    throw new Error('The extension is not there.');
  }
  const { services, trees } = (await extension.activate()) as TestApi;
  await services.model.refresh();
  const [target] = services.model.targets;
  if (target === undefined) {
    throw new Error('The target is not there.');
  }
  await step('a peer: nothing, on a busy machine', busyMachine);
  await step('all of it read anew', () => services.model.refresh());
  await step('the Tasks tree, every row of it', async () => {
    const lines = (await treeText(await trees.tasks.roots())).split('\n');
    return `${lines.length} rows`;
  });
  await step('audited, without the reference', async () => {
    const { findings } = await services.audits.audit(target);
    return `${findings.length} findings`;
  });
  await step('every row of the curation view', () => allPages(services, target));
  await step('the curation view opened', async () => {
    await vscode.commands.executeCommand('mirrorcode.openCuration', { target: target.name });
  });
  const { cases } = await services.model.listing(target);
  const names = cases.filter(({ labels }) => labels.length === 0).map(({ name }) => name);
  const moved = names.slice(0, 500);
  await step(`${moved.length} cases moved to hidden`, async () => {
    const subject = { kind: 'cases', target, names: moved };
    await vscode.commands.executeCommand('mirrorcode.moveToHidden', subject);
  });
  await step('and back', async () => {
    await vscode.commands.executeCommand('mirrorcode.undoCuration');
  });
  await step('audited, every case run again', async () => {
    let told = 0;
    const { verified } = await services.audits.audit(target, {
      run: { engine: 'auto', dockerSocket: '', dockerImages: {}, jobs: 0 },
      onProgress: () => {
        told++;
      },
    });
    return `${verified} verified, progress told ${told} times`;
  });
  await step('Re-verify Reference, in the Test Explorer', async () => {
    await vscode.commands.executeCommand('mirrorcode.verifyReference', { kind: 'target', target });
  });
  writeResults(noResults, process.env[resultsVariable]);
}

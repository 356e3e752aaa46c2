/**
 * A process of its own that works on a run, so that a test can kill it. Arguments: the target's
 * folder, the work folder, the model's base URL, the built files.
 */
import { openModel } from '../../../src/core/agents/models/openModel';
import { startRun } from '../../../src/core/agents/run/startRun';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import { openTarget } from '../../../src/core/targets/openTarget';
import { WorkFolder } from '../../../src/core/workFolder';

async function main(): Promise<void> {
  const [folder = '', root = '', baseUrl = '', distDir = '', choice = '', dockerHost] =
    process.argv.slice(2);
  const engine = await selectEngine(choice, {
    distDir,
    ...(dockerHost === undefined ? {} : { dockerHost }),
  });
  await startRun(
    { target: await openTarget(folder), language: 'python', budget: { tokens: 10_000 } },
    {
      engine,
      model: await openModel({ model: 'test/scripted', baseUrl }, {}),
      workFolder: new WorkFolder(root),
      jobs: 2,
      signal: new AbortController().signal,
    },
  );
}

void main();

/**
 * A process of its own that works on a run, so that a test can kill it. Argument: what to do, as JSON
 * (`ChildOrder`).
 */
import { openModel } from '../../../src/core/agents/models/openModel';
import type { RunHost } from '../../../src/core/agents/run/runOptions';
import { resumeRun, startRun } from '../../../src/core/agents/run/startRun';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import { openTarget } from '../../../src/core/targets/openTarget';
import { WorkFolder } from '../../../src/core/workFolder';
import type { ChildOrder } from './runChildOrder';
import { scriptedProgram } from './scriptedProgram';

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
  const { dockerHost } = order;
  const engine = await selectEngine(order.engine, {
    distDir: order.distDir,
    ...(dockerHost === undefined ? {} : { dockerHost }),
  });
  const host: RunHost = {
    engine,
    model: await openModel({ model: 'test/scripted', baseUrl: order.baseUrl }, {}),
    ...(order.program === undefined ? {} : { program: await scriptedProgram(order.baseUrl) }),
    workFolder: new WorkFolder(order.root),
    jobs: 2,
    signal: new AbortController().signal,
    retryPolicy: { tries: 2, firstWaitMs: 1, longestWaitMs: 1 },
  };
  const target = await openTarget(order.target);
  const { compactAt } = order;
  const { state } = await (order.resume === undefined
    ? startRun(
        {
          target,
          language: 'python',
          budget: { tokens: 10_000_000 },
          ...(compactAt === undefined ? {} : { compactAt }),
        },
        host,
      )
    : resumeRun(order.resume, host, target));
  await engine.dispose();
  // The run may stand still because its engine died, of which whoever looks on is told.
  console.log(JSON.stringify({ status: state.status, reason: state.reason }));
}

void main();

/**
 * What an agent's run costs besides its model: a call of the reference through the oracle, beside a
 * program started directly in the same shell; and a step of the loop, with memory and the growth of
 * what is kept, over some thousand steps. Run by hand:
 *   npx tsx test/bench/agents.bench.ts [steps] [calls] [engine]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openModel } from '../../src/core/agents/models/openModel';
import { runFile } from '../../src/core/agents/run/runFolder';
import { startRun } from '../../src/core/agents/run/startRun';
import { Workbench } from '../../src/core/agents/run/workbench';
import type { Engine } from '../../src/core/sandbox/sandbox';
import { selectEngine } from '../../src/core/sandbox/selectEngine';
import type { Target } from '../../src/core/targets/target';
import { WorkFolder } from '../../src/core/workFolder';
import { buildDist } from '../support/engines/builtDist';
import { ModelServer } from '../support/modelServer/modelServer';
import { makeMirrorTarget } from '../support/runs/mirrorTarget';

const never = new AbortController().signal;
const MiB = 2 ** 20;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function oracleCost(target: Target, engine: Engine, calls: number): Promise<void> {
  const bench = await Workbench.open({
    target,
    language: 'python',
    engine,
    files: [],
    onCall: () => undefined,
    signal: never,
  });
  const once = async (command: string) => {
    const began = performance.now();
    await bench.workspace.shell(`for ((i = 0; i < ${calls}; i++)); do ${command}; done`, {
      timeoutMs: 600_000,
      outputLimit: 1000,
    });
    return (performance.now() - began) / calls;
  };
  try {
    const kinds: Record<string, string> = {
      'a program': '/usr/bin/printf a >/dev/null',
      oracle: 'mirror a >/dev/null',
      'with stdin': 'mirror <<<abc >/dev/null',
      'with 10 files': '(cd few && mirror a >/dev/null)',
    };
    await once('mkdir -p few; for n in {0..9}; do echo $n > few/$n; done; true');
    const times = new Map<string, number[]>();
    for (let round = 0; round < 5; round++) {
      for (const [kind, command] of Object.entries(kinds)) {
        times.set(kind, [...(times.get(kind) ?? []), await once(command)]);
      }
    }
    const base = median(times.get('a program') ?? []);
    for (const [kind, all] of times) {
      const ms = median(all);
      console.log(`${kind.padEnd(14)} ${ms.toFixed(2)} ms a call = ${(ms / base).toFixed(1)} ×`);
    }
  } finally {
    await bench.dispose();
  }
}

async function stepCost(
  target: Target,
  engine: Engine,
  root: string,
  steps: number,
): Promise<void> {
  let asked = 0;
  let context = 0;
  const server = await ModelServer.start(({ tools }) => {
    context = tools.length === 0 ? 0 : context + 200;
    asked += 1;
    // What the server keeps of every request is no part of what is measured.
    server.requests.length = 0;
    return tools.length === 0
      ? { text: 'a summary', usage: { input: 100, output: 10 } }
      : asked > steps
        ? { text: 'on and on', usage: { input: 1e9, output: 0 } }
        : {
            calls: [
              { name: 'bash', arguments: { cmd: `echo ${asked}; mirror ${asked}` } },
              {
                name: 'text_editor',
                arguments: {
                  command: 'create',
                  path: `/workdir/src/f${asked % 50}.py`,
                  file_text: `x = ${asked}\n`.repeat(20),
                },
              },
            ],
            usage: { input: context, output: 10 },
          };
  });
  const window = Math.max(1, Math.floor(steps / 10));
  let last = performance.now();
  let dir = '';
  const report = async (step: number) => {
    const now = performance.now();
    const { size } = await stat(runFile(dir, 'journal'));
    const rss = process.memoryUsage().rss / MiB;
    const each = ((now - last) / window).toFixed(1);
    console.log(
      `${String(step).padStart(6)} steps: ${each} ms a step, ${rss.toFixed(0)} MiB, ${(size / step / 1024).toFixed(1)} KiB of journal a step`,
    );
    last = performance.now();
  };
  try {
    let reported = 0;
    const outcome = await startRun(
      { target, language: 'python', budget: { tokens: 1e9 }, compactAt: 20_000 },
      {
        engine,
        model: await openModel({ model: 'test/scripted', baseUrl: server.baseUrl }, {}),
        workFolder: new WorkFolder(root),
        jobs: 2,
        signal: never,
        onProgress: (progress) => {
          dir = progress.dir;
          const { steps: done } = progress.state;
          if (done > 0 && done % window === 0 && done !== reported && done <= steps) {
            reported = done;
            void report(done);
          }
        },
      },
    );
    console.log(`ended: ${outcome.state.status}, ${JSON.stringify(outcome.state.end)}`);
    const { size } = await stat(runFile(outcome.dir, 'log'));
    console.log(`log.eval: ${(size / MiB).toFixed(1)} MiB`);
  } finally {
    await server.stop();
  }
}

async function main(): Promise<void> {
  const steps = Number(process.argv[2] ?? 2000);
  const calls = Number(process.argv[3] ?? 100);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'agents-bench-'));
  const engine = await selectEngine(process.argv[4] ?? 'auto', { distDir: buildDist() });
  try {
    const target = await makeMirrorTarget(path.join(folder, 'mirror'));
    await oracleCost(target, engine, calls);
    await stepCost(target, engine, folder, steps);
  } finally {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();

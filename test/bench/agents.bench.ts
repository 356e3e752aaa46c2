/**
 * What an agent's run costs besides its model: a call of the reference through the oracle, beside a
 * program started directly in the same shell; and a step of the loop, with memory and the growth of
 * what is kept, over some thousand steps. Run by hand:
 *   npx tsx test/bench/agents.bench.ts [steps] [calls] [engine]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Workbench } from '../../src/core/agents/run/workbench';
import type { Engine } from '../../src/core/sandbox/sandbox';
import { selectEngine } from '../../src/core/sandbox/selectEngine';
import type { Target } from '../../src/core/targets/target';
import { buildDist } from '../support/engines/builtDist';
import { makeMirrorTarget } from '../support/runs/mirrorTarget';
import { longRun } from './support/longRun';

const never = new AbortController().signal;

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

async function main(): Promise<void> {
  const steps = Number(process.argv[2] ?? 10_000);
  const calls = Number(process.argv[3] ?? 100);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'agents-bench-'));
  const engine = await selectEngine(process.argv[4] ?? 'auto', { distDir: buildDist() });
  try {
    const target = await makeMirrorTarget(path.join(folder, 'mirror'));
    await oracleCost(target, engine, calls);
    await longRun(target, engine, folder, steps);
  } finally {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();

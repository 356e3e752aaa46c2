import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { openModel } from '../../../src/core/agents/models/openModel';
import { runFile } from '../../../src/core/agents/run/runFolder';
import { startRun } from '../../../src/core/agents/run/startRun';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import type { Target } from '../../../src/core/targets/target';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';
import { WorkFolder } from '../../../src/core/workFolder';

const MiB = 2 ** 20;
/** Parts that a run is cut into; what the first and the last cost is compared. */
const parts = 10;
/** Tokens of context at which the scripted conversation is summarised: every hundred steps. */
const compactAt = 20_000;

interface Clock {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What one part of a run has come to at its end; sizes in bytes. */
interface Reading {
  readonly step: number;
  readonly end: Clock;
  /** When the next part begins: what a reading costs is nobody's. */
  readonly next: Clock;
  readonly heap: number;
  readonly rss: number;
  readonly journal: number;
  readonly history: number;
}

/**
 * A run of many steps against a scripted model: what a step costs this process in time, memory and
 * disk, at the beginning and at the end.
 */
export async function longRun(
  target: Target,
  engine: Engine,
  root: string,
  steps: number,
): Promise<void> {
  const server = fork(path.join(import.meta.dirname, 'benchModel.ts'), [String(steps)], {
    execArgv: ['--import', 'tsx'],
  });
  try {
    const [baseUrl] = (await once(server, 'message')) as [string];
    const readings: Reading[] = [];
    const size = Math.max(1, Math.floor(steps / parts));
    let work = Promise.resolve();
    let next = 0;
    const outcome = await startRun(
      { target, language: 'python', budget: { tokens: 1e12 }, compactAt },
      {
        engine,
        model: await openModel({ model: 'test/scripted', baseUrl }, {}),
        workFolder: new WorkFolder(root),
        jobs: 2,
        signal: new AbortController().signal,
        onProgress: ({ dir, state }) => {
          if (state.steps >= next && state.steps <= steps) {
            next += size;
            work = work.then(async () => {
              readings.push(await read(dir, state.steps));
              report(readings);
            });
          }
        },
      },
    );
    await work;
    console.log(`ended: ${outcome.state.status}, ${outcome.state.end?.kind ?? ''}`);
    compareEnds(readings);
    await checkLog(runFile(outcome.dir, 'log'));
  } finally {
    server.disconnect();
  }
}

async function read(dir: string, step: number): Promise<Reading> {
  const end = clock();
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const journal = await stat(runFile(dir, 'journal')).then(
    (found) => found.size,
    () => 0,
  );
  const history = await folderSize(runFile(dir, 'history'));
  return { step, end, heap: heapUsed, rss, journal, history, next: clock() };
}

function clock(): Clock {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let size = 0;
  for (const entry of entries.filter((one) => one.isFile())) {
    // A file that was being written has its own name by now.
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    size += found?.size ?? 0;
  }
  return size;
}

type Costs = {
  readonly 'ms of wall clock': number;
  readonly 'ms of processor': number;
  readonly 'KiB of journal': number;
  readonly 'KiB of history': number;
};

function costs(from: Reading, to: Reading): Costs {
  const steps = to.step - from.step;
  return {
    'ms of wall clock': (to.end.wallMs - from.next.wallMs) / steps,
    'ms of processor': (to.end.cpuMs - from.next.cpuMs) / steps,
    'KiB of journal': (to.journal - from.journal) / steps / 1024,
    'KiB of history': (to.history - from.history) / steps / 1024,
  };
}

function report(readings: readonly Reading[]): void {
  const [from, to] = readings.slice(-2);
  if (from === undefined || to === undefined) {
    return;
  }
  const a = Object.entries(costs(from, to)).map(([what, n]) => `${n.toFixed(1)} ${what}`);
  const memory = `heap ${(to.heap / MiB).toFixed(0)} MiB, resident ${(to.rss / MiB).toFixed(0)} MiB`;
  console.log(`${String(to.step).padStart(6)} steps: a step ${a.join(', ')}; ${memory}`);
}

/** The first part warms up: programs are compiled, pools are filled. */
function compareEnds(readings: readonly Reading[]): void {
  const [first, second, third] = readings;
  const [last, end] = readings.slice(-2);
  if (first === undefined || second === undefined || last === undefined || end === undefined) {
    return;
  }
  const early = costs(first, second);
  const late = costs(last, end);
  for (const what of Object.keys(early) as (keyof Costs)[]) {
    const times = late[what] / early[what];
    console.log(`last part to first, ${what} a step: ${times.toFixed(2)} ×`);
  }
  const warm = third ?? second;
  console.log(`last part to second, heap: ${(end.heap / warm.heap).toFixed(2)} ×`);
}

/** Prints the same counts as the reader here. */
const inspectReads = `
import sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
sample = log.samples[0]
kinds = [event.event for event in sample.events]
print(log.status, len(kinds), kinds.count("model"), kinds.count("tool"), kinds.count("sandbox"), len(sample.messages))
`;

async function checkLog(file: string): Promise<void> {
  const { size } = await stat(file);
  console.log(`log.eval: ${(size / MiB).toFixed(1)} MiB`);
  const log = await openTranscript(file);
  let ours: string;
  try {
    const { status, events, eventsByKind, samples } = await log.info();
    const kinds = ['model', 'tool', 'sandbox'].map((kind) => eventsByKind[kind] ?? 0);
    ours = [status, events, ...kinds, samples[0]?.messages ?? 0].join(' ');
  } finally {
    log.dispose();
  }
  console.log(`read here (status, events, models, tools, oracle, messages): ${ours}`);
  const python = process.env['INSPECT_PYTHON'] ?? 'python3';
  const read = spawnSync(python, ['-c', inspectReads, file], { encoding: 'utf8' });
  if (read.status !== 0) {
    const last = read.stderr.trim().split('\n').at(-1) ?? '';
    console.log(`not read by inspect_ai (set INSPECT_PYTHON): ${String(read.error ?? last)}`);
    return;
  }
  const same = read.stdout.trim() === ours;
  console.log(`read by inspect_ai: ${read.stdout.trim()}: ${same ? 'the same' : 'NOT THE SAME'}`);
  if (!same) {
    process.exitCode = 1;
  }
}

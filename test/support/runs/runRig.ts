import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { InspectEvent } from '../../../src/core/agents/log/inspectLog';
import { readJournal } from '../../../src/core/agents/log/runJournal';
import { openModel } from '../../../src/core/agents/models/openModel';
import { runFile } from '../../../src/core/agents/run/runFolder';
import type { RunHost, RunOptions, RunOutcome } from '../../../src/core/agents/run/runOptions';
import { startRun } from '../../../src/core/agents/run/startRun';
import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { DockerEngine } from '../../../src/core/sandbox/docker/dockerEngine';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import type { Target } from '../../../src/core/targets/target';
import { WorkFolder } from '../../../src/core/workFolder';
import { buildDist } from '../engines/builtDist';
import { startDockerEngine } from '../engines/dockerd';
import type { TestEngine, TestEngineResult } from '../engines/testEngine';
import { ModelServer } from '../modelServer/modelServer';
import type { ModelRequest, ScriptedAnswer } from '../modelServer/modelServer';
import { goodCandidate, makeMirrorTarget } from './mirrorTarget';

const MiB = 2 ** 20;

/** What an agent's sandbox may use in tests. */
export const testLimits = {
  timeout: 3600,
  memory: 512 * MiB,
  processes: 100,
  output: Number.MAX_SAFE_INTEGER,
  fileSize: 64 * MiB,
};

const engineStarts = {
  bubblewrap: () => Promise.resolve(undefined),
  docker: startDockerEngine,
} satisfies Record<string, () => Promise<TestEngineResult | undefined>>;

export type EngineKind = keyof typeof engineStarts;
export const engineKinds = Object.keys(engineStarts) as EngineKind[];

export const bash = (cmd: string, timeout = 30) => ({ name: 'bash', arguments: { cmd, timeout } });
export const call = (name: string) => ({ name, arguments: {} });
export const create = (file: string, text: string) => ({
  name: 'text_editor',
  arguments: { command: 'create', path: `/workdir/src/${file}`, file_text: text },
});

/** How often the model has spoken in the conversation that it is shown: what a script goes by. */
export function turn({ messages }: ModelRequest): number {
  return messages.filter(({ role }) => role === 'assistant').length;
}

/** Solves the target with every tool. */
export const solve: readonly ScriptedAnswer[] = [
  {
    calls: [
      bash(
        'for word in a b; do mirror $word x | tr , -; done; printf "1\\n2\\n" | while read n; do mirror $n; done',
      ),
    ],
  },
  {
    calls: [
      create('mirror/__main__.py', goodCandidate),
      bash('touch /workdir/src/mirror/__init__.py'),
    ],
  },
  { calls: [call('evaluate_testcases'), call('evaluate_testcases'), call('resources')] },
  { calls: [call('submit')] },
];

/** A target, an engine and a scripted model, for runs. */
export class RunRig {
  private constructor(
    readonly kind: EngineKind,
    readonly folder: string,
    readonly distDir: string,
    readonly target: Target,
    readonly server: ModelServer,
    private readonly daemon: TestEngine | undefined,
  ) {
    this.workFolder = new WorkFolder(folder);
    this.engine = this.newEngine();
  }

  readonly workFolder: WorkFolder;
  readonly engine: Engine;

  /** Skips the tests, with the reason, where the engine or the compiler is missing. */
  static async start(kind: EngineKind, test: Mocha.Context): Promise<RunRig> {
    const started = await engineStarts[kind]();
    const daemon = started?.engine;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'runs-'));
    try {
      assert.ok(started === undefined || daemon !== undefined, JSON.stringify(started));
      const target = await makeMirrorTarget(path.join(folder, 'mirror'));
      const server = await ModelServer.start(() => ({ text: 'nothing yet' }));
      const rig = new RunRig(kind, folder, buildDist(), target, server, daemon);
      const status = await rig.engine.probe();
      assert.ok(status.works, JSON.stringify(status));
      return rig;
    } catch (error) {
      await daemon?.dispose();
      await rm(folder, { recursive: true, force: true });
      console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
      return test.skip();
    }
  }

  get dockerHost(): string | undefined {
    return this.daemon === undefined ? undefined : `unix://${this.daemon.socketPath}`;
  }

  // Not by its name: what is imported only then would bring its own classes of errors in a test.
  newEngine(): Engine {
    const { distDir, daemon } = this;
    return daemon === undefined
      ? new BubblewrapEngine({ distDir })
      : new DockerEngine({ distDir, host: daemon.socketPath });
  }

  /** The model says these one after the other, then that it submits. */
  play(answers: readonly ScriptedAnswer[]): void {
    this.server.play((request) => answers[turn(request)] ?? { calls: [call('submit')] });
  }

  async host(overrides: Partial<RunHost> = {}): Promise<RunHost> {
    return {
      engine: this.engine,
      model: await openModel({ model: 'test/scripted', baseUrl: this.server.baseUrl }, {}),
      workFolder: this.workFolder,
      jobs: 2,
      signal: new AbortController().signal,
      workspaceLimits: testLimits,
      retryPolicy: { tries: 2, firstWaitMs: 1, longestWaitMs: 1 },
      ...overrides,
    };
  }

  async run(
    overrides: Partial<RunHost> = {},
    options: Partial<RunOptions> = {},
  ): Promise<RunOutcome> {
    const { target } = this;
    const budget = { tokens: 10_000 };
    return startRun({ target, language: 'python', budget, ...options }, await this.host(overrides));
  }

  /** Ends the engine as when its machine goes down; the folder stays. */
  async dispose(): Promise<void> {
    await this.server.stop();
    await this.engine.dispose();
    await this.daemon?.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A run's events, from its journal. */
export async function eventsOf(dir: string): Promise<InspectEvent[]> {
  const events: InspectEvent[] = [];
  for await (const entry of readJournal(runFile(dir, 'journal'))) {
    if (entry.kind === 'event') {
      events.push(entry.event);
    }
  }
  return events;
}

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { listRuns } from '../../../src/core/agents/run/runFolder';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import type { Target } from '../../../src/core/targets/target';
import { WorkFolder } from '../../../src/core/workFolder';
import { buildDist } from '../../support/engines/builtDist';
import { startDockerEngine } from '../../support/engines/dockerd';
import type { TestEngine, TestEngineResult } from '../../support/engines/testEngine';
import { ModelServer } from '../../support/modelServer/modelServer';
import { finalState } from '../../support/runs/finalState';
import type { FinalState } from '../../support/runs/finalState';
import { Killables } from '../../support/runs/killable';
import type { Ended, Killable, KillAt } from '../../support/runs/killable';
import { compactAt, longScript } from '../../support/runs/longScript';
import { makeMirrorTarget } from '../../support/runs/mirrorTarget';
import { Random } from '../../support/runs/random';
import type { ChildOrder } from '../../support/runs/runChildOrder';

/**
 * Rounds, each of which kills a run up to three times. For many:
 *   MIRRORCODE_KILL_ROUNDS=50 npx mocha test/faults/runs/runKills.test.ts
 */
const asked = process.env['MIRRORCODE_KILL_ROUNDS'];
/** A failing round says its seed, with which it comes again: MIRRORCODE_KILL_SEED, and one round. */
const firstSeed = Number(process.env['MIRRORCODE_KILL_SEED'] ?? Date.now() % 1e9);

const engines: Record<string, () => Promise<TestEngineResult | undefined>> = {
  bubblewrap: () => Promise.resolve(undefined),
  docker: startDockerEngine,
};

/** How a run is disturbed: at a change of its files, half done; or at any time. */
const ways = ['change', 'change', 'process', 'tree', 'sandboxes'] as const;

for (const [kind, start] of Object.entries(engines)) {
  suite(`runs that are killed, on ${kind}`, function () {
    this.timeout(180_000);
    let folder: string;
    let target: Target;
    let daemon: TestEngine | undefined;
    let server: ModelServer;
    let killables: Killables;
    let distDir: string;
    /** How an undisturbed run ends, how many changes it makes to its files, how long it takes. */
    let calm: { state: FinalState; changes: number; ms: number };

    suiteSetup(async function () {
      folder = await mkdtemp(path.join(os.tmpdir(), 'kills-'));
      const started = await start();
      daemon = started?.engine;
      try {
        assert.ok(started === undefined || daemon !== undefined, JSON.stringify(started));
        distDir = buildDist();
        await (await selectEngine(kind, { distDir, ...dockerHost() })).dispose();
        target = await makeMirrorTarget(path.join(folder, 'mirror'));
        killables = await Killables.build(folder);
      } catch (error) {
        console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
        this.skip();
      }
      server = await ModelServer.start(longScript);
      calm = await undisturbed();
    });

    suiteTeardown(async () => {
      await (server as ModelServer | undefined)?.stop();
      await daemon?.dispose();
      await rm(folder, { recursive: true, force: true });
      await (killables as Killables | undefined)?.dispose();
    });

    const dockerHost = () =>
      daemon === undefined ? {} : { dockerHost: `unix://${daemon.socketPath}` };

    const order = (root: string, resume?: string): ChildOrder => ({
      target: target.path,
      root,
      baseUrl: server.baseUrl,
      distDir,
      engine: kind,
      compactAt,
      ...dockerHost(),
      ...(resume === undefined ? {} : { resume }),
    });

    /** The run of a work folder: its folder, once it has one. */
    async function runOf(root: string): Promise<string | undefined> {
      const [run] = await listRuns(new WorkFolder(root));
      return run?.dir;
    }

    async function undisturbed(): Promise<typeof calm> {
      const root = path.join(folder, 'calm');
      await mkdir(root);
      const report = path.join(folder, 'changes');
      const began = performance.now();
      const child = killables.start(order(root), { change: 0, below: root, report });
      assert.equal((await child.ended).code, 0);
      const ms = performance.now() - began;
      const state = await finalState((await runOf(root)) ?? '');
      assert.deepEqual([state.solved, state.tools.length], [true, 15]);
      return { state, changes: Number(await readFile(report, 'utf8')), ms };
    }

    async function killSandboxes(child: Killable): Promise<void> {
      if (daemon === undefined) {
        await child.killSandboxes();
        return;
      }
      const docker = new Docker({ socketPath: daemon.socketPath });
      const containers = await docker.listContainers();
      await Promise.allSettled(containers.map(({ Id }) => docker.getContainer(Id).kill()));
    }

    const kills = {
      process: (child: Killable) => child.kill(),
      tree: (child: Killable) => child.killTree(),
      sandboxes: killSandboxes,
    };

    /** Works on a run and disturbs it. @returns how, and how that ended. */
    async function disturb(
      random: Random,
      root: string,
      resume: string | undefined,
    ): Promise<{ way: string; ended: Ended }> {
      const way = random.of(ways);
      const at: KillAt = { change: random.between(1, calm.changes), below: root };
      const ms = random.next() * calm.ms;
      const child = killables.start(order(root, resume), way === 'change' ? at : undefined);
      const over = new AbortController();
      const ended = child.ended.finally(() => over.abort());
      if (way !== 'change') {
        const still = await sleep(ms, true, { signal: over.signal }).catch(() => false);
        if (still) {
          await kills[way](child);
        }
      }
      const where = way === 'change' ? `${at.change} of ${calm.changes}` : `${ms.toFixed(0)} ms`;
      return { way: `${way} at ${where}`, ended: await ended };
    }

    async function oneRound(seed: number): Promise<void> {
      const random = new Random(seed);
      const root = path.join(folder, `round-${seed}`);
      await mkdir(root);
      const story: string[] = [];
      try {
        let lostSandboxes = false;
        for (let kills = random.between(1, 3); kills > 0; kills--) {
          const dir = await runOf(root);
          const { way, ended } = await disturb(random, root, dir);
          lostSandboxes ||= way.startsWith('sandboxes');
          story.push(`${way}: ${ended.signal ?? ended.code ?? ''} ${ended.out.trim()}`);
          if (ended.out.includes('"done"')) {
            break;
          }
        }
        await goOn(root, story);
        const dir = (await runOf(root)) ?? '';
        const state = await finalState(dir);
        // Whoever loses a sandbox has to do again what was under way in it.
        const expected = lostSandboxes ? withoutSteps(calm.state) : calm.state;
        assert.deepEqual(lostSandboxes ? withoutSteps(state) : state, expected);
      } catch (error) {
        console.log(`    seed ${seed}:\n      ${story.join('\n      ')}`);
        throw error;
      }
      await rm(root, { recursive: true });
    }

    /** Works on a run until it is scored, undisturbed. */
    async function goOn(root: string, story: string[]): Promise<void> {
      for (let tries = 0; tries < 2; tries++) {
        const dir = await runOf(root);
        const [run] = await listRuns(new WorkFolder(root));
        if (run?.state.status === 'done') {
          return;
        }
        const { out, code, signal } = await killables.start(order(root, dir)).ended;
        story.push(`undisturbed: ${signal ?? code ?? ''} ${out.trim()}`);
        assert.equal(code, 0);
      }
    }

    const rounds = Number(asked ?? (kind === 'docker' ? 1 : 2));
    for (let round = 0; round < rounds; round++) {
      const seed = firstSeed + round;
      test(`round ${round + 1}, seed ${seed}`, () => oneRound(seed));
    }
  });
}

function withoutSteps({
  tools: _tools,
  tokens: _tokens,
  ...rest
}: FinalState): Partial<FinalState> {
  return rest;
}

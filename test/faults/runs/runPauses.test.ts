import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { extendBudget, pauseRun } from '../../../src/core/agents/run/runControl';
import { listRuns } from '../../../src/core/agents/run/runFolder';
import type { RunHost } from '../../../src/core/agents/run/runOptions';
import { resumeRun } from '../../../src/core/agents/run/startRun';
import { WorkFolder } from '../../../src/core/workFolder';
import { Killables } from '../../support/runs/killable';
import { bash, engineKinds, eventsOf, RunRig, solve, turn } from '../../support/runs/runRig';

for (const kind of engineKinds) {
  suite(`runs that stand still, on ${kind}`, function () {
    this.timeout(120_000);
    let rig: RunRig;

    suiteSetup(async function () {
      rig = await RunRig.start(kind, this);
    });
    suiteTeardown(() => (rig as RunRig | undefined)?.dispose());

    test('a model that is gone pauses the run, which goes on when it is back', async () => {
      rig.server.play((request) =>
        turn(request) < 2 ? (solve[turn(request)] ?? {}) : { error: { status: 503 } },
      );
      const paused = await rig.run();
      assert.equal(paused.state.status, 'paused');
      assert.match(paused.state.reason ?? '', /503/u);
      assert.equal(paused.state.score, undefined);
      rig.play(solve);
      const { state, dir } = await resumeRun(paused.dir, await rig.host());
      assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
      const models = (await eventsOf(dir)).filter(({ event }) => event === 'model');
      assert.equal(models.length, 4, 'no step was done twice');
    });

    test('an engine that dies pauses the run; another one goes on with it', async () => {
      const dying = rig.newEngine();
      let isDead = false;
      rig.server.play((request) => solve[turn(request)] ?? {});
      const onProgress: RunHost['onProgress'] = ({ state }) => {
        if (state.steps === 1 && !isDead) {
          isDead = true;
          void dying.dispose();
        }
      };
      const paused = await rig.run({ engine: dying, onProgress });
      assert.equal(paused.state.status, 'paused');
      assert.equal(paused.state.score, undefined);
      const { state } = await resumeRun(paused.dir, await rig.host());
      assert.deepEqual([state.status, state.solved], ['done', true]);
    });
  });
}

suite('runs that are made to stand still', function () {
  this.timeout(120_000);
  let rig: RunRig;

  suiteSetup(async function () {
    rig = await RunRig.start('bubblewrap', this);
  });
  suiteTeardown(() => (rig as RunRig | undefined)?.dispose());

  test('one that a process is at is nobody else’s; once that is killed it is', async () => {
    const killables = await Killables.build(rig.folder);
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    rig.server.play((request) => {
      if (turn(request) === 1) {
        asked();
        return { text: 'never heard', delayMs: 60_000 };
      }
      return solve[turn(request)] ?? {};
    });
    const before = new Set((await listRuns(rig.workFolder)).map(({ dir }) => dir));
    const child = killables.start({
      target: rig.target.path,
      root: rig.folder,
      baseUrl: rig.server.baseUrl,
      distDir: rig.distDir,
      engine: 'bubblewrap',
    });
    await isAsked;
    const [run] = (await listRuns(rig.workFolder)).filter(({ dir }) => !before.has(dir));
    assert.ok(run?.isLive);
    await assert.rejects(resumeRun(run.dir, await rig.host()), /still at it/u);
    await child.kill();
    await child.ended;
    await killables.dispose();
    const [left] = (await listRuns(rig.workFolder)).filter(({ dir }) => dir === run.dir);
    assert.deepEqual([left?.isLive, left?.state.status], [false, 'running']);
    rig.play(solve);
    const { state } = await resumeRun(run.dir, await rig.host());
    assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
  });

  test('a pause and a new budget can be asked for from outside', async () => {
    rig.server.play((request) => {
      const n = turn(request);
      return {
        ...(n < 6 ? { calls: [bash(`echo ${n}`)] } : solve[1]),
        usage: { input: 1500, output: 0 },
      };
    });
    const first = await rig.run({
      onProgress: ({ dir, state }) => {
        if (state.steps === 2 && state.status === 'running') {
          void pauseRun(dir);
        }
      },
    });
    // Several steps may go by within the second in which it is looked for.
    assert.ok(first.state.status === 'paused' || first.state.end?.kind === 'limit');
    const second = await resumeRun(first.dir, await rig.host()).catch(
      (error: unknown) => error as Error,
    );
    assert.ok(second instanceof Error || second.state.end?.kind === 'limit');
    await assert.rejects(resumeRun(first.dir, await rig.host()), /is done/u);
    await extendBudget(first.dir, { tokens: 100_000 });
    rig.play(solve);
    const { state } = await resumeRun(first.dir, await rig.host());
    assert.deepEqual([state.status, state.end?.kind], ['done', 'submitted']);
  });

  test('a full disk pauses the run and loses nothing', async function () {
    const small = path.join(rig.folder, 'small');
    await mkdir(small);
    const mount = (...args: string[]) => spawnSync('mount', [...args, 'tmpfs', small]).status === 0;
    if (!mount('-t', 'tmpfs', '-o', 'size=200k')) {
      console.log('    Skipped: making a small disk needs root');
      this.skip();
    }
    try {
      rig.play([{ calls: [bash('head -c 60000 /dev/urandom | od -An -tx1')] }, ...solve.slice(1)]);
      const paused = await rig.run({ workFolder: new WorkFolder(small) });
      assert.equal(paused.state.status, 'paused');
      assert.match(paused.state.reason ?? '', /ENOSPC|disk space/u);
      assert.ok(mount('-o', 'remount,size=50m'));
      const { state } = await resumeRun(
        paused.dir,
        await rig.host({ workFolder: new WorkFolder(small) }),
      );
      assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
    } finally {
      spawnSync('umount', ['-l', small]);
    }
  });
});

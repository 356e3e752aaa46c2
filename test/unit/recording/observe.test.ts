import assert from 'node:assert/strict';
import { NoGoldError } from '../../../src/core/recording/capture';
import { GoldTurns } from '../../../src/core/recording/goldTurns';
import { observe } from '../../../src/core/recording/observe';
import { variations } from '../../../src/core/recording/variations';
import type { ExecRequest } from '../../../src/core/sandbox/sandbox';
import { envOf, FakeSandbox, text } from '../scoring/fakeSandbox';
import type { Behaviour } from '../scoring/fakeSandbox';

const request: ExecRequest = {
  program: '/reference',
  argv0: 'reference',
  args: [],
  env: [
    ['LC_ALL', 'C.UTF-8'],
    ['TZ', 'UTC'],
    ['COLUMNS', '80'],
    ['TERM', 'dumb'],
    ['HOME', '/home/u'],
  ],
  cwd: '/work',
  files: [
    { kind: 'file', path: 'a', mode: 0o644, content: { kind: 'bytes', bytes: text('1') } },
    { kind: 'file', path: 'b', mode: 0o644, content: { kind: 'bytes', bytes: text('2') } },
  ],
  stdin: new Uint8Array(0),
  umask: 0o022,
  limits: { timeout: 2, memory: 1e9, processes: 64, output: 1e6, fileSize: 1e6 },
  collectOutputs: true,
};

/** A clock that the test turns, one second with every look. */
function clock(): () => number {
  let now = 0;
  return () => (now += 1000);
}

async function flakesOf(behaviour: Behaviour, env: Record<string, string> = {}) {
  const sandbox = new FakeSandbox(behaviour);
  const { flakes } = await observe(sandbox, request, env, { runs: 3, variations, now: clock() });
  return flakes.map(({ stream, variations: causes }) => [stream, ...causes]);
}

suite('observing the reference', () => {
  test('what always answers the same is firm', async () => {
    assert.deepEqual(await flakesOf(() => ({ stdout: text('x\n') })), []);
  });

  const causes: readonly (readonly [name: string, behaviour: Behaviour])[] = [
    ['tz', (r) => ({ stdout: text(envOf(r, 'TZ') ?? '') })],
    ['locale', (r) => ({ stderr: text(envOf(r, 'LC_ALL') ?? '') })],
    ['columns', (r) => ({ stdout: text(envOf(r, 'COLUMNS') ?? '') })],
    ['home', (r) => ({ stdout: text(envOf(r, 'HOME') ?? '') })],
    ['cwd', (r) => ({ stdout: text(r.cwd) })],
    ['host', (r) => ({ stdout: text(r.hostname ?? 'sandbox') })],
    ['uid', (r) => ({ stdout: text(String(r.uid)) })],
    ['addresses', (r) => ({ stdout: text(String(r.fixedAddresses)) })],
    ['pid', (r) => ({ stdout: text(String(r.firstPid)) })],
    ['cpus', (r) => ({ stdout: text(String(r.cpus)) })],
    ['dir-order', (r) => ({ stdout: text(r.files.map(({ path }) => path).join()) })],
    ['env-order', (r) => ({ stdout: text(r.env[0]?.[0] === 'LC_ALL' ? 'first' : 'last') })],
    ['env-junk', (r) => ({ stdout: text(envOf(r, 'MIRRORCODE_VARIED') ?? '') })],
    ['hash-seed', (r) => ({ stdout: text(envOf(r, 'PYTHONHASHSEED') ?? 'none') })],
    ['umask', (r) => ({ stdout: text(String(r.umask)) })],
  ];
  for (const [name, behaviour] of causes) {
    test(`${name} is found as the cause`, async () => {
      const [flake, ...others] = await flakesOf(behaviour);
      assert.deepEqual(others, []);
      assert.equal(flake?.[1], name);
      assert.equal(flake.length, 2);
    });
  }

  test('load is found as the cause', async () => {
    let running = 0;
    const flakes = await flakesOf(async () => {
      running++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      const busy = running > 1;
      running--;
      return busy ? { status: { kind: 'exit', code: 3 } } : {};
    });
    assert.deepEqual(flakes, [['returncode', 'load']]);
  });

  test('two causes of two streams are told apart', async () => {
    const flakes = await flakesOf((r) => ({
      stdout: text(envOf(r, 'TZ') ?? ''),
      stderr: text(r.cwd),
    }));
    assert.deepEqual(flakes.sort(), [
      ['stderr', 'cwd'],
      ['stdout', 'tz'],
    ]);
  });

  test('what differs with nothing varied is blamed on nothing', async () => {
    assert.deepEqual(await flakesOf((_, run) => ({ stdout: text(String(run)) })), [['stdout']]);
  });

  test('what differs now and then is not blamed on a variation', async () => {
    const flakes = await flakesOf((_, run) => ({ stdout: text(run === 2 ? 'b' : 'a') }));
    assert.ok(flakes.every((flake) => flake.length === 1));
  });

  test('what shows an address of its memory is blamed on the addresses', async () => {
    assert.deepEqual(
      await flakesOf((r, run) => ({
        stdout: text(r.fixedAddresses === true ? '0x1' : `0x${run}`),
      })),
      [['stdout', 'addresses']],
    );
  });

  test('what shows the second of the clock is blamed on the clock', async () => {
    let now = 0;
    const sandbox = new FakeSandbox(() => ({ stdout: text(String(Math.floor(now / 1000))) }));
    const turning = () => (now += 100);
    const { flakes } = await observe(sandbox, request, {}, { runs: 3, variations, now: turning });
    assert.deepEqual(
      flakes.map(({ stream, variations: names }) => [stream, ...names]),
      [['stdout', 'clock']],
    );
  });

  test('the second of the clock is found where a slow first run ends in a later one', async () => {
    let now = 900;
    const sandbox = new FakeSandbox((_, run) => {
      now += run === 0 ? 300 : 1;
      return { stdout: text(String(Math.floor(now / 1000))) };
    });
    const waiting = () => (now += now < 1200 ? 1 : 400);
    const { flakes } = await observe(sandbox, request, {}, { runs: 3, variations, now: waiting });
    assert.deepEqual(
      flakes.map(({ stream, variations: names }) => [stream, ...names]),
      [['stdout', 'clock']],
    );
  });

  test('what the case pins is not varied, and a flake says how to pin it', async () => {
    const sandbox = new FakeSandbox((r) => ({ stdout: text(envOf(r, 'TZ') ?? '') }));
    const { flakes } = await observe(sandbox, request, {}, { runs: 3, variations, now: clock() });
    assert.deepEqual(
      flakes.map(({ pinnedBy }) => pinnedBy),
      [['TZ']],
    );
    assert.deepEqual(
      await flakesOf((r) => ({ stdout: text(envOf(r, 'TZ') ?? '') }), { TZ: 'UTC' }),
      [],
    );
  });

  test('files that a varied umask gave other modes are the same files', async () => {
    const flakes = await flakesOf((r) => ({
      outputs: [
        {
          kind: 'file',
          path: 'out',
          mode: 0o666 & ~r.umask,
          content: { kind: 'bytes', bytes: text('x') },
        },
      ],
    }));
    assert.deepEqual(flakes, []);
  });

  test('a signal is a gold, a time-out is not', async () => {
    const killed = new FakeSandbox(() => ({ status: { kind: 'signal', signal: 11 } }));
    const { gold } = await observe(killed, request, {}, { runs: 1, variations });
    assert.equal(gold.returncode, -11);
    const slow = new FakeSandbox(() => ({ status: { kind: 'timeout' } }));
    await assert.rejects(observe(slow, request, {}, { runs: 1, variations }), NoGoldError);
  });

  test('once is once, twice is twice with nothing varied', async () => {
    for (const runs of [1, 2]) {
      const sandbox = new FakeSandbox(() => ({}));
      const { varied } = await observe(sandbox, request, {}, { runs, variations });
      assert.equal(sandbox.runs, runs);
      assert.deepEqual(varied, []);
    }
  });
});

suite('taking turns for golds', () => {
  test('no case is begun while the golds in memory are too many', async () => {
    const turns = new GoldTurns(2);
    const large = () => {
      const bytes = new Uint8Array(200 << 20);
      const nothing = { kind: 'bytes', bytes: new Uint8Array(0) } as const;
      const stdout = { kind: 'bytes', bytes } as const;
      begun++;
      return Promise.resolve({
        gold: { stdout, stderr: nothing, returncode: 0, outputs: [] },
        durationMs: 1,
      });
    };
    let begun = 0;
    const held = Array.from({ length: 6 }, () => turns.begin());
    const runs = held.map(({ inTurn }) => inTurn(large));
    await Promise.all(runs.slice(0, 2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = begun;
    assert.ok(before < 6, `${before} were begun`);
    for (const [i, run] of runs.entries()) {
      await run;
      held[i]?.release();
    }
    assert.equal(begun, 6);
  });
});

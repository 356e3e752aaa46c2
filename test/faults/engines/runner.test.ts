import assert from 'node:assert/strict';
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { InfraError } from '../../../src/core/errors';
import type { Engine, ExecRequest, Sandbox } from '../../../src/core/sandbox/sandbox';
import { LibraryResolver } from '../../../src/core/sandbox/toolchains/libraries';
import { resolveToolchain } from '../../../src/core/sandbox/toolchains/resolveToolchain';
import { startBubblewrap } from '../../support/engines/bubblewrap';
import { buildDist } from '../../support/engines/builtDist';

const KiB = 1024;
const MiB = 1024 * KiB;
const limits = { timeout: 20, memory: 256 * MiB, processes: 32, output: 4 * MiB, fileSize: MiB };

suite('what a run is not blamed for', function () {
  this.timeout(60_000);
  let engine: Engine;
  let sandbox: Sandbox;
  let folder = '';

  suiteSetup(async function () {
    engine = await startBubblewrap(this);
    folder = mkdtempSync(path.join(tmpdir(), 'blame-'));
    // As it is, and not a copy that the sandbox's user can read.
    chmodSync(folder, 0o755);
    copyFileSync('/bin/true', path.join(folder, 'busy'));
    const { mounts, links } = await resolveToolchain('python', 'build', new LibraryResolver());
    const own = { source: folder, target: '/own' };
    sandbox = await engine.create({
      ...{ purpose: 'test', mounts: [...mounts, own], links, forbidden: [], lanes: 1 },
    });
  });
  suiteTeardown(async () => {
    await (engine as Engine | undefined)?.dispose();
    if (folder !== '') {
      rmSync(folder, { recursive: true });
    }
  });

  const run = (
    program: string,
    args: readonly string[],
    changes: Partial<ExecRequest> = {},
    options: Parameters<Sandbox['exec']>[1] = {},
  ) =>
    sandbox.exec(
      {
        ...{ program, argv0: program, args, cwd: '/work', files: [], umask: 0o022, limits },
        env: [['PATH', '/usr/bin']],
        stdin: new Uint8Array(0),
        collectOutputs: false,
        ...changes,
      },
      options,
    );

  test('output that its reader had no time for', async () => {
    // Around what fits between the two, so that a program can end while its pipe is full.
    for (let bytes = 896 * KiB; bytes <= 1728 * KiB; bytes += 64 * KiB) {
      let stalled = false;
      const { stdout, status } = await run(
        'python3',
        ['-c', `import sys; sys.stdout.buffer.write(b"x" * ${bytes})`],
        {},
        {
          onStdout: () => {
            const until = performance.now() + (stalled ? 0 : 400);
            stalled = true;
            while (performance.now() < until) {
              // A busy window, say.
            }
          },
        },
      );
      assert.deepEqual(status, { kind: 'exit', code: 0 });
      assert.equal(stdout.length, bytes);
    }
  });

  test('the time that it takes to begin', async () => {
    // A search that takes longer than the program may.
    const env = [['PATH', '/x:'.repeat(700_000)]] as const;
    const short = { ...limits, timeout: 0.02 };
    const { status } = await run('nowhere', [], { env, limits: short });
    assert.equal(status.kind, 'unstartable');
  });

  test('a machine that can start no process, for as long as that lasts', async () => {
    const crowded = { ...limits, processes: -4 };
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      refused += await run('python3', ['-c', ''], { limits: crowded }).then(
        () => 0,
        (error: unknown) => (error instanceof InfraError ? 1 : Promise.reject(error as Error)),
      );
    }
    // Where there is no control group for processes, nothing refuses them.
    assert.ok(refused === 400 || refused === 0, String(refused));
    assert.deepEqual((await run('python3', ['-c', ''])).status, { kind: 'exit', code: 0 });
  });

  test('a file that somebody is still writing', async () => {
    const writer = openSync(path.join(folder, 'busy'), 'r+');
    try {
      await assert.rejects(run('/own/busy', []), /executing the program: Text file busy/u);
    } finally {
      closeSync(writer);
    }
    assert.deepEqual((await run('/own/busy', [])).status, { kind: 'exit', code: 0 });
  });

  test('a machine that can start no sandbox', async () => {
    // More than a command line may be.
    const none = new BubblewrapEngine({ distDir: buildDist(), bwrap: 'x'.repeat(200_000) });
    const spec = { purpose: 'test', mounts: [], links: {}, forbidden: [], lanes: 1 };
    await assert.rejects(none.create(spec), (error) => error instanceof InfraError);
    await none.dispose();
  });
});

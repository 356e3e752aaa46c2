import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { CancelledError, InfraError } from '../../../src/core/errors';
import type { Engine, ExecRequest, Sandbox } from '../../../src/core/sandbox/sandbox';
import { LibraryResolver } from '../../../src/core/sandbox/toolchains/libraries';
import { resolveToolchain } from '../../../src/core/sandbox/toolchains/resolveToolchain';
import { startBubblewrap } from '../../support/engines/bubblewrap';
import { buildDist } from '../../support/engines/builtDist';

const MiB = 1024 * 1024;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** Processes of this machine whose parent is this one, or below it, and that are a sandbox's runner. */
function runners(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.startsWith('/.mirrorcode/runner\0') && isBelow(Number(pid), process.pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1;) {
    if (at === ancestor) {
      return true;
    }
    const status = readFileSync(`/proc/${at}/status`, 'utf8');
    at = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return false;
}

suite('lanes of bubblewrap', function () {
  this.timeout(60_000);
  let engine: Engine;
  let sandbox: Sandbox;

  suiteSetup(async function () {
    engine = await startBubblewrap(this);
    const { mounts, links } = await resolveToolchain('python', 'build', new LibraryResolver());
    sandbox = await engine.create({ purpose: 'test', mounts, links, forbidden: [], lanes: 2 });
  });
  suiteTeardown(() => (engine as Engine | undefined)?.dispose());

  const shell = (
    line: string,
    changes: Partial<ExecRequest> = {},
    options: Parameters<Sandbox['exec']>[1] = {},
  ) =>
    sandbox.exec(
      {
        program: '/bin/sh',
        argv0: 'sh',
        args: ['-c', line],
        env: [
          ['PATH', '/usr/bin'],
          ['HOME', '/home/user'],
        ],
        cwd: '/work',
        files: [],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits: {
          timeout: 20,
          memory: 256 * MiB,
          processes: 32,
          output: 4 * MiB,
          fileSize: 16 * MiB,
        },
        collectOutputs: true,
        ...changes,
      },
      options,
    );

  test('a run finds the surroundings that it asked for', async () => {
    const { stdout, outputs } = await shell(
      'python3 -c "import os; print(os.getuid())"; cat /proc/sys/kernel/hostname; pwd; umask;' +
        ' python3 -c "import os; print(len(os.sched_getaffinity(0)))"; echo $$; python3 -c "import os; print(os.readlink(\'/proc/self/fd/0\'))"; : > made',
      {
        uid: 4711,
        hostname: 'elsewhere',
        cwd: '/srv/some/where',
        umask: 0o077,
        cpus: 1,
        firstPid: 777,
        stdinKind: 'null',
      },
    );
    assert.deepEqual(text(stdout).trim().split('\n'), [
      '4711',
      'elsewhere',
      '/srv/some/where',
      '0077',
      '1',
      '777',
      '/dev/null',
    ]);
    assert.deepEqual(
      outputs.map((entry) => [entry.path, entry.kind === 'file' && entry.mode]),
      [['made', 0o600]],
    );
    const after = await shell('ls -d /srv 2>/dev/null; cat /proc/sys/kernel/hostname');
    assert.equal(text(after.stdout).endsWith('sandbox\n'), true, 'the next run finds them too');
  });

  test('addresses are fixed only for who asks', async () => {
    const where = async (fixedAddresses: boolean) => {
      const { stdout } = await shell('exec cat /proc/self/maps', { fixedAddresses });
      return text(stdout).split('-', 1)[0];
    };
    assert.equal(await where(true), await where(true));
    const random = new Set([await where(false), await where(false), await where(false)]);
    assert.ok(random.size > 1);
  });

  test('the name of a program and its path are two things, and arguments are bytes', async () => {
    const result = await shell('', {
      program: 'python3',
      argv0: 'not-python',
      args: [
        '-c',
        'import os, sys; a = open("/proc/self/cmdline", "rb").read(); sys.stdout.buffer.write(a)',
        'a\udcff\udc80é',
      ],
    });
    const words = Buffer.from(result.stdout).toString('latin1').split('\0');
    assert.equal(words[0], 'not-python');
    assert.equal(words[3], 'a\xff\x80\xc3\xa9');
  });

  test('an exit, a signal and a program that never started are told apart', async () => {
    const status = async (line: string, changes = {}) => (await shell(line, changes)).status;
    assert.deepEqual(await status('exit 139'), { kind: 'exit', code: 139 });
    assert.deepEqual(await status('kill -SEGV $$'), { kind: 'signal', signal: 11 });
    const file = (content: string, mode: number) => ({
      files: [
        {
          kind: 'file',
          path: 'p',
          mode,
          content: { kind: 'bytes', bytes: Buffer.from(content) },
        } as const,
      ],
      program: './p',
    });
    for (const [changes, reason] of [
      [{ program: '/no/such' }, /there is no program \/no\/such/],
      [{ program: 'nowhere' }, /no program nowhere on PATH/],
      [file('', 0o755), /format.*empty/],
      [file('\x7fELF', 0o755), /format/],
      [file('#!/no/interpreter\n', 0o755), /interpreter \/no\/interpreter/],
      [file('#!/bin/sh\n', 0o644), /Permission denied/],
      [{ program: '/work' }, /Permission denied/],
    ] as const) {
      const result = await status('', changes);
      assert.ok(result.kind === 'unstartable', JSON.stringify(result));
      assert.match(result.reason, reason);
    }
  });

  test('a program sees its stdin as it comes, and what it says comes as it says it', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    async function* conversation() {
      yield Buffer.from('hello\n');
      await answered;
      yield Buffer.from('bye\n');
    }
    const heard: string[] = [];
    const result = await shell(
      'read a; echo "got $a"; read b; echo "got $b"; read c || echo end',
      { stdin: conversation() },
      {
        onStdout: (chunk) => {
          heard.push(text(chunk));
          answer();
        },
      },
    );
    assert.deepEqual(result.status, { kind: 'exit', code: 0 });
    assert.equal(heard[0], 'got hello\n');
    assert.equal(text(result.stdout), 'got hello\ngot bye\nend\n');
  });

  test('lanes run at once and know nothing of each other', async () => {
    const line =
      'echo $0 > /tmp/mine; sleep 0 ; python3 -c "import time; time.sleep(0.4)"; ls /tmp; cat /tmp/mine';
    const both = await Promise.all(
      ['one', 'two'].map((name) => shell('', { args: ['-c', line, name] })),
    );
    assert.deepEqual(
      both.map(({ stdout }) => text(stdout)),
      ['mine\none\n', 'mine\ntwo\n'],
    );
  });

  test('a lane that dies is an infra error for its run alone, and is replaced', async () => {
    const run = shell('exec python3 -c "import time; time.sleep(100)"');
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const pid of runners()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // A run's supervisor, which has gone with its runner.
      }
    }
    await assert.rejects(run, InfraError);
    // The idle lane died as well, which shows when its streams close.
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let i = 0; i < 3; i++) {
      assert.equal(text((await shell('echo again')).stdout), 'again\n');
    }
  });

  test('nothing is left when a sandbox is disposed in the middle of a run', async () => {
    const { mounts, links } = await resolveToolchain('python', 'build', new LibraryResolver());
    const before = runners();
    const doomed = await engine.create({ purpose: 'test', mounts, links, forbidden: [], lanes: 1 });
    const run = doomed.exec({
      program: 'python3',
      argv0: 'python3',
      args: ['-c', 'import time; time.sleep(100)'],
      env: [['PATH', '/usr/bin']],
      cwd: '/work',
      files: [],
      stdin: new Uint8Array(0),
      umask: 0,
      limits: { timeout: 60, memory: 64 * MiB, processes: 8, output: 1, fileSize: MiB },
      collectOutputs: false,
    });
    const refused = assert.rejects(run, InfraError);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await doomed.dispose();
    await refused;
    assert.deepEqual(
      runners().filter((pid) => !before.includes(pid)),
      [],
    );
  });

  test('a run that is cancelled before it begins does not begin', async () => {
    await assert.rejects(shell('echo', {}, { signal: AbortSignal.abort() }), CancelledError);
  });

  test('an engine that cannot work says why and what to do', async () => {
    const none = new BubblewrapEngine({ distDir: buildDist(), bwrap: 'no-such-bwrap' });
    const status = await none.probe();
    assert.ok(!status.works);
    assert.match(status.reason, /bubblewrap/);
    assert.match(status.action, /apt-get install bubblewrap/);
    await none.dispose();
    const unbuilt = new BubblewrapEngine({ distDir: '/nowhere' });
    const missing = await unbuilt.probe();
    assert.ok(!missing.works);
    assert.match(missing.action, /npm run build/);
    await unbuilt.dispose();
  });
});

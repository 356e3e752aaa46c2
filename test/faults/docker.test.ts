import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { CancelledError, InfraError, UserError } from '../../src/core/errors';
import { connectToEngine } from '../../src/core/sandbox/docker/connect';
import { DockerEngine } from '../../src/core/sandbox/docker/dockerEngine';
import { currentOwner, ownerLabel, ownerText } from '../../src/core/sandbox/docker/owner';
import type { Sandbox } from '../../src/core/sandbox/sandbox';
import { buildDist } from '../support/engines/builtDist';
import { busyboxImage, importBusybox } from '../support/engines/busyboxImage';
import {
  busyboxMounts,
  busyboxSpec,
  script,
  smallLimits,
  text,
} from '../support/engines/busyboxSandbox';
import { startDockerEngine } from '../support/engines/dockerd';
import { startPodmanEngine } from '../support/engines/podman';
import { ensureCommands } from '../support/engines/hostTools';
import { proxyEngine } from '../support/engines/proxy';

import type { TestEngine, TestEngineResult } from '../support/engines/testEngine';

const MiB = 1024 * 1024;
const starts: Record<string, () => Promise<TestEngineResult>> = {
  docker: startDockerEngine,
  podman: startPodmanEngine,
};

for (const [kind, start] of Object.entries(starts)) {
  suite(`sandboxes of a real ${kind} engine`, function () {
    this.timeout(120_000);
    let testEngine: TestEngine | undefined;
    let docker: Docker;
    let distDir: string;
    let engine: DockerEngine;
    let sandbox: Sandbox;
    let folder: string;

    const newEngine = (host: string) => new DockerEngine({ host, distDir });

    const containers = async () => {
      const filters = { label: [ownerLabel] };
      const all = await docker.listContainers({ all: true, filters });
      return all.map(({ Id }) => Id);
    };

    suiteSetup(async function () {
      const lacking = ensureCommands(['busybox'], ['busybox-static']);
      const started: TestEngineResult =
        lacking === undefined ? await start() : { missing: lacking };
      if (started.engine === undefined) {
        console.log(`    Skipped: ${started.missing}`);
        this.skip();
      }
      testEngine = started.engine;
      console.log(`    Uses: ${testEngine.description}`);
      const connection = await connectToEngine(testEngine.socketPath);
      assert.ok('docker' in connection);
      docker = connection.docker;
      distDir = buildDist();
      folder = await mkdtemp(path.join(tmpdir(), 'docker-faults-'));
      engine = newEngine(testEngine.socketPath);
      sandbox = await engine.create(busyboxSpec());
    });

    suiteTeardown(async () => {
      if (testEngine === undefined) {
        return;
      }
      try {
        await engine.dispose();
        const left = await docker.listContainers({ all: true });
        assert.deepEqual(
          left.map(({ Command, State, Status, Labels }) => ({ Command, State, Status, Labels })),
          [],
          'containers are left',
        );
      } finally {
        await testEngine.dispose();
        await rm(folder, { recursive: true, force: true });
      }
    });

    suite('programs', () => {
      test('exit codes and signals are told apart', async () => {
        const status = async (line: string) => (await sandbox.exec(script(line))).status;
        assert.deepEqual(await status('exit 0'), { kind: 'exit', code: 0 });
        assert.deepEqual(await status('exit 137'), { kind: 'exit', code: 137 });
        assert.deepEqual(await status('kill -9 $$'), { kind: 'signal', signal: 9 });
        assert.deepEqual(await status('kill -TERM $$'), { kind: 'signal', signal: 15 });
        const missing = await sandbox.exec(script('', { program: '/bin/nothing' }));
        assert.equal(missing.status.kind, 'unstartable');
      });

      test('arguments and streams are bytes', async () => {
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        const echo = await sandbox.exec(script('cat', { stdin: bytes }));
        assert.deepEqual(Buffer.from(echo.stdout), bytes);
        const args = ['-c', 'printf %s "$1"; printf err >&2', 'sh', 'a\udcffb'];
        const argument = await sandbox.exec(script('', { args }));
        assert.deepEqual(Buffer.from(argument.stdout), Buffer.from([0x61, 0xff, 0x62]));
        assert.equal(text(argument.stderr), 'err');
      });

      test('the streams are pipes', async () => {
        const result = await sandbox.exec(
          script('cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr', {
            stdin: Buffer.from('in\n'),
          }),
        );
        assert.equal(text(result.stdout), 'in\nout\n');
        assert.equal(text(result.stderr), 'err\n');
      });

      test('50 MB go in and come out unchanged', async () => {
        const bytes = Buffer.alloc(50_000_000);
        for (let at = 0; at < bytes.length; at += 4) {
          bytes.writeUInt32LE((at * 2_654_435_761) % 0x1_0000_0000, at);
        }
        const limits = { ...smallLimits, timeout: 60, output: 60 * MiB };
        const result = await sandbox.exec(script('cat', { stdin: bytes, limits }));
        assert.deepEqual(result.status, { kind: 'exit', code: 0 });
        assert.ok(bytes.equals(result.stdout));
      });

      test('what a program leaves in its directory comes back', async () => {
        const content = (value: string) => ({ kind: 'bytes', bytes: Buffer.from(value) }) as const;
        const result = await sandbox.exec(
          script(
            'echo new > a/new; echo more >> kept; rm gone; ln -s kept link; printf "" > empty',
            {
              files: [
                { kind: 'dir', path: 'a', mode: 0o755 },
                { kind: 'file', path: 'gone', mode: 0o644, content: content('x') },
                { kind: 'file', path: 'kept', mode: 0o600, content: content('one\n') },
                { kind: 'file', path: 'same', mode: 0o644, content: content('same') },
              ],
            },
          ),
        );
        const seen = result.outputs.map((entry) => [
          entry.kind,
          entry.path,
          entry.kind === 'file' && entry.content.kind === 'bytes'
            ? text(entry.content.bytes)
            : undefined,
        ]);
        assert.deepEqual(seen, [
          ['file', 'a/new', 'new\n'],
          ['file', 'empty', ''],
          ['absent', 'gone', undefined],
          ['file', 'kept', 'one\nmore\n'],
          ['link', 'link', undefined],
        ]);
      });

      test('a working directory and a host name of any kind', async () => {
        const result = await sandbox.exec(
          script('pwd; cat /proc/sys/kernel/hostname; echo x > x', {
            cwd: '/srv/elsewhere',
            hostname: 'othername',
          }),
        );
        assert.equal(text(result.stdout), '/srv/elsewhere\nothername\n');
        assert.equal(result.outputs.length, 1);
      });
    });

    suite('promises', () => {
      test('a program that takes too long is ended with all that it started', async () => {
        const limits = { ...smallLimits, timeout: 0.5 };
        const result = await sandbox.exec(
          script('echo before; sleep 100 & trap "" TERM; sleep 100', { limits }),
        );
        assert.deepEqual(result.status, { kind: 'timeout' });
        assert.equal(text(result.stdout), 'before\n');
      });

      test('a cancelled run is ended, and its lane serves the next', async () => {
        const cancel = new AbortController();
        setTimeout(() => {
          cancel.abort();
        }, 200);
        const run = sandbox.exec(script('sleep 100'), { signal: cancel.signal });
        await assert.rejects(run, CancelledError);
        const next = await sandbox.exec(script('ps | wc -l; echo next'));
        assert.match(text(next.stdout), /next\n$/);
        assert.equal((await containers()).length, 1);
      });

      test('daemons die with their run, and nothing of a run is found by the next', async () => {
        const first = await sandbox.exec(
          script(
            '(setsid sleep 1000 >/dev/null 2>&1 &); cd; echo a > a; echo b > /tmp/b; echo c > /dev/shm/c;' +
              'mkdir -p /tmp/d/e; chmod 0 /tmp/d; sleep 0.1; touch /work/w',
          ),
        );
        assert.equal(first.leftBehind, 1);
        const second = await sandbox.exec(
          script('find / -user user -not -path "/proc/*" 2>/dev/null; ps | grep "[s]leep 1000"'),
        );
        const found = text(second.stdout).split('\n');
        assert.deepEqual(
          found.filter((line) => line !== '' && !['/work', '/home/user'].includes(line)),
          [],
        );
      });

      test('nothing can be written outside, and nobody is privileged', async () => {
        const result = await sandbox.exec(
          script(
            'for f in /x /bin/x /etc/passwd /dev/x /proc/sys/kernel/hostname /.mirrorcode/runner; do' +
              ' (echo x > $f) 2>/dev/null && echo wrote $f; done;' +
              'while read name value; do case $name in Cap*|NoNewPrivs:|Uid:) echo $name $value;; esac; done < /proc/self/status',
          ),
        );
        const lines = text(result.stdout).trim().split('\n');
        assert.deepEqual(
          lines.filter((line) => line.startsWith('wrote')),
          [],
        );
        assert.equal(
          lines.find((line) => line.startsWith('CapEff'))?.endsWith('0000000000000000'),
          true,
        );
        assert.equal(
          lines.find((line) => line.startsWith('CapBnd'))?.endsWith('0000000000000000'),
          true,
        );
        assert.ok(lines.includes('NoNewPrivs: 1'));
      });

      test('there is no network', async () => {
        const server = createServer((socket) => socket.end('reached'));
        await new Promise<void>((resolve) => {
          server.listen(0, '0.0.0.0', resolve);
        });
        const { port } = server.address() as AddressInfo;
        try {
          const result = await sandbox.exec(
            script(`nc -w 1 127.0.0.1 ${String(port)}; ls /sys/class/net; cat /proc/net/route`),
          );
          assert.doesNotMatch(text(result.stdout), /reached|eth|veth/);
        } finally {
          server.close();
        }
      });

      test('memory, files and output are limited, and the limit is named', async () => {
        const limit = async (line: string) => {
          const { status } = await sandbox.exec(script(line));
          return status.kind === 'limit' ? status.limit : status;
        };
        assert.equal(await limit('dd if=/dev/zero of=/dev/null bs=500M count=1'), 'memory');
        assert.equal(await limit('dd if=/dev/zero of=big bs=1M count=64'), 'disk');
        assert.equal(await limit('yes'), 'output');
      });

      test('a fork bomb neither ends the lane nor outlives its run', async () => {
        const limits = { ...smallLimits, timeout: 1 };
        await sandbox.exec(script('b() { b | b & }; b; sleep 10', { limits }));
        const many = await sandbox.exec(script('while sleep 100 & do :; done', { limits }));
        assert.ok(many.leftBehind > 8 && many.leftBehind <= limits.processes);
        const after = await sandbox.exec(script('echo alive', { limits }));
        assert.equal(text(after.stdout), 'alive\n');
        assert.equal(after.leftBehind, 0);
      });

      test('lanes run at once, each apart from the other', async () => {
        const pair = await engine.create(busyboxSpec({ lanes: 2 }));
        try {
          const line = 'echo mine > /tmp/$0; sleep 0.5; ls /tmp; ps >&2';
          const began = performance.now();
          const results = await Promise.all(
            ['lane-one', 'lane-two'].map((name) =>
              pair.exec(script('', { args: ['-c', line, name] })),
            ),
          );
          const both = performance.now() - began;
          assert.ok(both < 2 * (results[0]?.durationMs ?? 0), 'they ran one after the other');
          assert.deepEqual(
            results.map(({ stdout }) => text(stdout)),
            ['lane-one\n', 'lane-two\n'],
          );
          assert.doesNotMatch(text(results[0]!.stderr), /lane-two/);
          assert.doesNotMatch(text(results[1]!.stderr), /lane-one/);
        } finally {
          await pair.dispose();
        }
      });
    });

    suite('engine trouble', () => {
      test('a container that goes in the middle is an infra error, and the next run works', async () => {
        const before = new Set(await containers());
        const doomed = await engine.create(busyboxSpec());
        try {
          const run = doomed.exec(script('sleep 100', { limits: { ...smallLimits, timeout: 60 } }));
          setTimeout(() => {
            void containers().then((all) =>
              Promise.all(
                all
                  .filter((id) => !before.has(id))
                  .map((id) => docker.getContainer(id).remove({ force: true })),
              ),
            );
          }, 300);
          await assert.rejects(run, InfraError);
          assert.equal(text((await doomed.exec(script('echo again'))).stdout), 'again\n');
        } finally {
          await doomed.dispose();
        }
      });

      test('an engine that dies in the middle is an infra error, and so is all that follows', async () => {
        await importBusybox(docker);
        const proxy = await proxyEngine(testEngine!.socketPath);
        const far = newEngine(proxy.host);
        const lost = await far.create(busyboxSpec({ image: busyboxImage }));
        const run = lost.exec(script('sleep 100', { limits: { ...smallLimits, timeout: 60 } }));
        setTimeout(() => {
          proxy.cut();
        }, 300);
        await assert.rejects(run, InfraError);
        await assert.rejects(lost.exec(script('true')), InfraError);
        await assert.rejects(far.create(busyboxSpec({ image: busyboxImage })), InfraError);
        await far.dispose();
        const deadline = Date.now() + 10_000;
        while ((await containers()).length > 1 && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.equal((await containers()).length, 1, 'the container did not end with its client');
      });

      test('what dead owners have left is removed, what others own is not', async () => {
        await importBusybox(docker);
        const leave = async (owner: string) => {
          const { id } = await docker.createContainer({
            Image: busyboxImage,
            Cmd: ['/bin/true'],
            Labels: { [ownerLabel]: owner },
          });
          return id;
        };
        const me = currentOwner();
        const dead = await leave(ownerText({ ...me, started: '1' }));
        const living = await leave(ownerText({ ...me, host: 'elsewhere' }));
        await (await engine.create(busyboxSpec())).dispose();
        const left = await containers();
        assert.equal(left.includes(dead), false);
        assert.equal(left.includes(living), true);
        await docker.getContainer(living).remove({ force: true });
      });

      test('cancelling the making of a sandbox leaves nothing', async () => {
        const before = await containers();
        const cancel = new AbortController();
        const making = engine.create(busyboxSpec({ lanes: 2 }), { signal: cancel.signal });
        setTimeout(() => {
          cancel.abort();
        }, 20);
        await assert.rejects(making, CancelledError);
        assert.deepEqual(await containers(), before);
      });

      test('an engine that is not there says what to do', async () => {
        const status = await newEngine('/nowhere/docker.sock').probe();
        assert.ok(!status.works);
        assert.match(status.reason, /\/nowhere\/docker\.sock/);
        assert.notEqual(status.action, '');
      });
    });

    suite('images', () => {
      const reference = '#!/bin/sh\necho I am the reference\n';
      let referencePath: string;

      suiteSetup(async () => {
        referencePath = path.join(folder, 'secret');
        await writeFile(referencePath, reference, { mode: 0o755 });
        await importBusybox(docker, {
          'usr/bin/secret': 'another version',
          'srv/data.bin': reference,
          'usr/bin/alias': reference,
          'opt/tool': '#!/bin/sh\necho tool\n',
        });
      });

      const find = (sought: string) =>
        script(
          `find / -type f -not -path "/proc/*" -not -path "/sys/*" -size -2 2>/dev/null |` +
            ` while read f; do [ "$(cat "$f" 2>/dev/null)" = "$(cat /work/sought)" ] && [ "$f" != /work/sought ] && echo "$f"; done;` +
            ` find / -name secret -not -path "/proc/*" -size +0 2>/dev/null; secret; /opt/tool`,
          {
            files: [
              {
                kind: 'file',
                path: 'sought',
                mode: 0o644,
                content: { kind: 'bytes', bytes: Buffer.from(sought) },
              },
            ],
          },
        );

      test('the reference is in an image under no name, and the rest of it works', async () => {
        const open = await engine.create(busyboxSpec({ image: busyboxImage, mounts: [] }));
        const seen = text((await open.exec(find(reference))).stdout);
        await open.dispose();
        assert.match(seen, /\/srv\/data\.bin/, 'the search itself does not find it');

        const said: string[] = [];
        const hidden = await engine.create(
          busyboxSpec({
            image: busyboxImage,
            mounts: [],
            forbidden: [{ path: referencePath, command: 'secret' }],
          }),
          { onProgress: (message) => said.push(message) },
        );
        try {
          const result = await hidden.exec(find(reference));
          assert.equal(text(result.stdout), 'tool\n');
          assert.ok(said.some((line) => line.includes('/srv/data.bin')));
          assert.match(hidden.imageDigest ?? '', /sha256:/);
        } finally {
          await hidden.dispose();
        }
      });

      test('a reference that only an image holds is hidden where that image is used', async () => {
        for (const program of ['/srv/data.bin', 'alias']) {
          const hidden = await engine.create(
            busyboxSpec({
              image: busyboxImage,
              mounts: [],
              forbidden: [{ path: program, command: 'secret', image: busyboxImage }],
            }),
          );
          try {
            const result = await hidden.exec(find(reference));
            assert.equal(text(result.stdout), 'tool\n', program);
          } finally {
            await hidden.dispose();
          }
        }
        await assert.rejects(
          engine.create(
            busyboxSpec({
              image: busyboxImage,
              mounts: [],
              forbidden: [{ path: 'nowhere', command: 'nowhere', image: busyboxImage }],
            }),
          ),
          /has no nowhere, which is the reference/,
        );
      });

      test('a copy of the reference in a candidate is hidden, mounted or copied', async () => {
        const candidate = path.join(folder, 'cheat');
        await mkdir(candidate);
        await writeFile(path.join(candidate, 'stolen'), reference, { mode: 0o755 });
        await writeFile(path.join(candidate, 'own'), '#!/bin/sh\necho own\n', { mode: 0o755 });
        const mount = { source: candidate, target: '/candidate' };
        const forbidden = [{ path: referencePath, command: 'secret' }];
        const look = script('/candidate/stolen; cat /candidate/stolen; /candidate/own');
        const proxy = await proxyEngine(testEngine!.socketPath);
        const far = newEngine(proxy.host);
        const cases = [
          { from: engine, spec: { mounts: [...busyboxMounts(), mount], forbidden } },
          { from: engine, spec: { image: busyboxImage, mounts: [mount], forbidden } },
          { from: far, spec: { image: busyboxImage, mounts: [mount], forbidden } },
        ];
        try {
          for (const { from, spec } of cases) {
            const made = await from.create(busyboxSpec(spec));
            assert.equal(text((await made.exec(look)).stdout), 'own\n');
            await made.dispose();
          }
        } finally {
          await far.dispose();
          proxy.cut();
        }
      });

      test('an engine elsewhere gets its files copied, and they go with the sandbox', async () => {
        const proxy = await proxyEngine(testEngine!.socketPath);
        const far = newEngine(proxy.host);
        const candidate = path.join(folder, 'candidate');
        await mkdir(path.join(candidate, 'deep'), { recursive: true });
        await writeFile(path.join(candidate, 'deep', 'main'), '#!/bin/sh\necho candidate $1\n', {
          mode: 0o755,
        });
        const images = async () => (await docker.listImages({ all: true })).length;
        const before = await images();
        try {
          const status = await far.probe();
          assert.ok(status.works);
          assert.match(status.warnings.join(), /images are used instead/);
          const elsewhere = await far.create(
            busyboxSpec({
              image: busyboxImage,
              mounts: [{ source: candidate, target: '/candidate' }, ...busyboxMounts()],
            }),
          );
          const result = await elsewhere.exec(
            script('/candidate/deep/main 1; echo > /candidate/x'),
          );
          assert.equal(text(result.stdout), 'candidate 1\n');
          assert.notEqual(text(result.stderr), '');
          await elsewhere.dispose();
          assert.equal(await images(), before);
          await assert.rejects(
            far.create(busyboxSpec()),
            (error) => error instanceof UserError && error.action !== undefined,
          );
        } finally {
          await far.dispose();
          proxy.cut();
        }
      });

      test('an image is built from a Dockerfile; its volumes are scratch', async () => {
        const context = path.join(folder, 'docker');
        await mkdir(context);
        await writeFile(path.join(context, 'greeting'), 'hello\n');
        await writeFile(
          path.join(context, 'Dockerfile'),
          `FROM ${busyboxImage}\nENV TOOL_HOME=/opt/x\nCOPY greeting /opt/greeting\nVOLUME /data/\n`,
        );
        const built = await engine.create(busyboxSpec({ image: `build:${context}`, mounts: [] }));
        try {
          assert.equal(built.imageEnv?.['TOOL_HOME'], '/opt/x');
          const line = 'cat /opt/greeting; ls /data; echo x > /data/x; ls /data';
          for (let run = 0; run < 2; run++) {
            assert.equal(text((await built.exec(script(line))).stdout), 'hello\nx\n');
          }
        } finally {
          await built.dispose();
        }
        await writeFile(path.join(context, 'Dockerfile'), 'FROM nowhere.invalid/nothing\n');
        await assert.rejects(
          engine.create(busyboxSpec({ image: `build:${context}`, mounts: [] })),
          (error) => error instanceof UserError && /can't be built/.test(error.message),
        );
      });

      test('an image that can not be had says how to get it', async () => {
        const missing = 'localhost/mirrorcode-nothing:1';
        await assert.rejects(
          engine.create(busyboxSpec({ image: missing, mounts: [] })),
          (error) =>
            error instanceof UserError &&
            error.message.includes(missing) &&
            error.action?.includes(`docker pull ${missing}`) === true,
        );
      });
    });

    test('a multi-call program that contains the reference is hidden in an image', async () => {
      // The shell goes too: an image of one busybox has nothing else. So this looks from outside.
      await importBusybox(docker);
      const said: string[] = [];
      const hidden = await engine.create(
        busyboxSpec({
          image: busyboxImage,
          mounts: [],
          forbidden: [{ path: '/usr/bin/sed', command: 'sed' }],
        }),
        { onProgress: (message) => said.push(message) },
      );
      try {
        assert.match(said.join('\n'), /Hiding .*\/bin\/busybox/);
        const { status } = await hidden.exec(script('echo no'));
        assert.equal(status.kind, 'unstartable');
      } finally {
        await hidden.dispose();
      }
    });
  });
}

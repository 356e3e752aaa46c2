import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { CancelledError } from '../../../../src/core/errors';
import { busyboxSpec, script, smallLimits, text } from '../../../support/engines/busyboxSandbox';
import type { DockerRig } from './dockerRig';

/** What every sandbox promises, kept by an engine’s container. */
export function promisesSuite(rig: DockerRig): void {
  suite('promises', () => {
    test('a program that takes too long is ended with all that it started', async () => {
      const limits = { ...smallLimits, timeout: 0.5 };
      const result = await rig.sandbox.exec(
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
      const run = rig.sandbox.exec(script('sleep 100'), { signal: cancel.signal });
      await assert.rejects(run, CancelledError);
      const next = await rig.sandbox.exec(script('ps | wc -l; echo next'));
      assert.match(text(next.stdout), /next\n$/);
      assert.equal((await rig.containers()).length, 1);
    });

    test('daemons die with their run, and nothing of a run is found by the next', async () => {
      const first = await rig.sandbox.exec(
        script(
          '(setsid sleep 1000 >/dev/null 2>&1 &); cd; echo a > a; echo b > /tmp/b; echo c > /dev/shm/c;' +
            'mkdir -p /tmp/d/e; chmod 0 /tmp/d; sleep 0.1; touch /work/w',
        ),
      );
      assert.equal(first.leftBehind, 1);
      const second = await rig.sandbox.exec(
        script('find / -user user -not -path "/proc/*" 2>/dev/null; ps | grep "[s]leep 1000"'),
      );
      const found = text(second.stdout).split('\n');
      assert.deepEqual(
        found.filter((line) => line !== '' && !['/work', '/home/user'].includes(line)),
        [],
      );
    });

    test('nothing can be written outside, and nobody is privileged', async () => {
      const result = await rig.sandbox.exec(
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
        const result = await rig.sandbox.exec(
          script(`nc -w 1 127.0.0.1 ${String(port)}; ls /sys/class/net; cat /proc/net/route`),
        );
        assert.doesNotMatch(text(result.stdout), /reached|eth|veth/);
      } finally {
        server.close();
      }
    });

    test('memory, files and output are limited, and the limit is named', async () => {
      const limit = async (line: string) => {
        const { status } = await rig.sandbox.exec(script(line));
        return status.kind === 'limit' ? status.limit : status;
      };
      assert.equal(await limit('dd if=/dev/zero of=/dev/null bs=500M count=1'), 'memory');
      assert.equal(await limit('dd if=/dev/zero of=big bs=1M count=64'), 'disk');
      assert.equal(await limit('yes'), 'output');
    });

    test('a fork bomb neither ends the lane nor outlives its run', async () => {
      const limits = { ...smallLimits, timeout: 1 };
      await rig.sandbox.exec(script('b() { b | b & }; b; sleep 10', { limits }));
      const many = await rig.sandbox.exec(script('while sleep 100 & do :; done', { limits }));
      assert.ok(many.leftBehind > 8 && many.leftBehind <= limits.processes);
      const after = await rig.sandbox.exec(script('echo alive', { limits }));
      assert.equal(text(after.stdout), 'alive\n');
      assert.equal(after.leftBehind, 0);
    });

    test('lanes run at once, each apart from the other', async () => {
      const pair = await rig.engine.create(busyboxSpec({ lanes: 2 }));
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
}

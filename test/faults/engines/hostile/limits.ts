import assert from 'node:assert/strict';
import type { HostileRig } from './hostileRig';
import { limits, MiB, processesWith, text } from './hostileRig';

/** Programs that take more than they are given. */
export function limitsSuite(rig: HostileRig): void {
  suite('limits', () => {
    test('as many processes as allowed, and no more', async function () {
      rig.needsCompiled(this);
      const { stdout, leftBehind } = await rig.run('/hostile/hostile', ['forks']);
      const count = Number(text(stdout));
      assert.ok(count >= limits.processes / 2, `only ${count}`);
      assert.ok(count <= limits.processes + 4, `${count} processes`);
      assert.equal(leftBehind, count);
    });

    test('a fork bomb ends at the time limit and leaves the machine usable', async function () {
      rig.needsCompiled(this);
      const timeout = 1;
      const result = await rig.run('/hostile/hostile', ['bomb'], {
        limits: { ...limits, timeout },
      });
      assert.deepEqual(result.status, { kind: 'timeout' });
      assert.ok(result.durationMs < timeout * 1000 * 5, `${result.durationMs} ms`);
      assert.deepEqual(processesWith('/hostile/hostile'), []);
      assert.equal(text((await rig.shell('echo alive')).stdout), 'alive\n');
    });

    for (const way of ['one', 'many'] as const) {
      test(`memory is bounded: ${way === 'one' ? 'one process' : 'many processes together'}`, async () => {
        const { status, stdout } = await rig.python('memory.py', [way, '512']);
        assert.doesNotMatch(text(stdout), /took all/);
        const refused = status.kind === 'exit' && status.code !== 0 && way === 'one';
        assert.ok(
          refused || (status.kind === 'limit' && status.limit === 'memory'),
          JSON.stringify(status),
        );
        assert.equal(text((await rig.shell('echo alive')).stdout), 'alive\n');
      });
    }

    test('files in memory are bounded, all folders together', async () => {
      const { status, stdout } = await rig.python('memory.py', ['files', '1024']);
      if (status.kind === 'exit') {
        assert.ok(Number(text(stdout)) <= 4 * (limits.fileSize + 2 * MiB), text(stdout));
      } else {
        assert.equal(status.kind, 'limit', JSON.stringify(status));
      }
      assert.equal(text((await rig.shell('echo alive')).stdout), 'alive\n');
    });

    test('a file that grows too large is a limit of the disk', async () => {
      const { status } = await rig.shell('exec cat /dev/zero > big');
      assert.deepEqual(status, { kind: 'limit', limit: 'disk' });
    });

    test('gigabytes of output are cut, what came before is kept', async function () {
      rig.needsCompiled(this);
      const before = process.memoryUsage().rss;
      const result = await rig.run('/hostile/hostile', ['flood']);
      assert.deepEqual(result.status, { kind: 'limit', limit: 'output' });
      assert.ok(Math.max(result.stdout.length, result.stderr.length) === limits.output);
      assert.ok(result.stdout.length <= limits.output && result.stderr.length <= limits.output);
      assert.ok(process.memoryUsage().rss - before < 50 * limits.output);
    });

    test('a program deaf to SIGTERM ends at the time limit with all that it started', async () => {
      const marker = `deaf-${process.pid}`;
      const timeout = 0.5;
      const line = `trap "" TERM INT HUP; echo before; cat /dev/zero >/dev/null & cat /dev/zero /${marker} >/dev/null`;
      const result = await rig.shell(line, { limits: { ...limits, timeout } });
      assert.deepEqual(result.status, { kind: 'timeout' });
      assert.equal(text(result.stdout), 'before\n');
      assert.ok(result.durationMs >= timeout * 1000);
      assert.ok(result.durationMs < timeout * 1000 * 6, `${result.durationMs} ms`);
      assert.deepEqual(processesWith(marker), []);
    });

    test('a program that crashes leaves no core', async function () {
      rig.needsCompiled(this);
      const { status, outputs } = await rig.run('/hostile/hostile', ['crash']);
      assert.deepEqual(status, { kind: 'signal', signal: 11 });
      assert.deepEqual(outputs, []);
    });
  });
}

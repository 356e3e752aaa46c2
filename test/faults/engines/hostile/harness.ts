import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { CancelledError } from '../../../../src/core/errors';
import type { HostileRig } from './hostileRig';
import { limits, processesWith, text } from './hostileRig';

/** Whoever runs hostile programs goes on working. */
export function harnessSuite(rig: HostileRig): void {
  suite('the harness', () => {
    test('cancelling ends a run and all that it started', async () => {
      const marker = `cancelled-${process.pid}`;
      const cancel = new AbortController();
      const line = `cat /dev/zero /${marker} >/dev/null & cat /dev/zero /${marker} >/dev/null`;
      const running = rig.run('sh', ['-c', line], {}, { signal: cancel.signal });
      setTimeout(() => cancel.abort(), 300);
      const began = performance.now();
      await assert.rejects(running, CancelledError);
      assert.ok(performance.now() - began < 300 * 10);
      assert.deepEqual(processesWith(marker), []);
      assert.equal(text((await rig.shell('echo alive')).stdout), 'alive\n');
    });

    test('it stays responsive while programs do their worst', async function () {
      rig.needsCompiled(this);
      const hard = { limits: { ...limits, timeout: 2 } };
      const before = performance.eventLoopUtilization();
      const began = performance.now();
      await Promise.all([
        rig.run('/hostile/hostile', ['bomb'], hard),
        rig.python('memory.py', ['many', '512'], hard),
      ]);
      await Promise.all([
        rig.run('/hostile/hostile', ['flood'], hard),
        rig.shell('while :; do :; done', hard),
      ]);
      const { utilization } = performance.eventLoopUtilization(before);
      assert.ok(performance.now() - began > 2000);
      assert.ok(utilization < 0.5, `busy for ${Math.round(utilization * 100)} % of the time`);
    });
  });
}

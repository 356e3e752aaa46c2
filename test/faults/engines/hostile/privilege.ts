import assert from 'node:assert/strict';
import type { HostileRig } from './hostileRig';
import { text } from './hostileRig';

/** Rights that a program might gain. */
export function privilegeSuite(rig: HostileRig): void {
  suite('privilege', () => {
    test('nothing can be gained', async () => {
      const { status, calls, cores, files } = rig.answerOf(await rig.python('privilege.py')) as {
        status: Record<string, string>;
        calls: Record<string, number>;
        cores: string;
        files: string;
      };
      for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb']) {
        assert.equal(Number(`0x${status[set] ?? ''}`), 0, set);
      }
      assert.equal(status['NoNewPrivs'], '1');
      assert.equal(status['Seccomp'], '2');
      assert.doesNotMatch(status['Uid'] ?? '', /\b0\b/);
      for (const [call, result] of Object.entries(calls)) {
        assert.ok(result < 0, `${call} gave ${result}`);
      }
      // Refused by the filter, not for a lack of sense in the arguments (EFAULT, EINVAL).
      const byFilter = [
        'unshare user',
        'clone user',
        'clone3',
        'ptrace',
        'io_uring',
        'keyctl',
        'add_key',
        'userfaultfd',
        'bpf',
        'perf_event_open',
        'pidfd_getfd',
        'x32 getpid',
      ];
      for (const call of byFilter) {
        assert.ok([-1, -38].includes(calls[call] ?? 0), `${call} gave ${calls[call] ?? 0}`);
      }
      assert.match(cores, /Error/);
      assert.match(files, /Error/);
    });

    test('the 32-bit system calls are no way around the filter', async function () {
      rig.needsCompiled(this);
      const { status, stdout } = await rig.run('/hostile/hostile', ['compat']);
      if (status.kind === 'exit') {
        assert.ok(['-38', '-1'].includes(text(stdout).trim()), text(stdout));
      } else {
        assert.equal(status.kind, 'signal');
      }
    });

    test('who runs it can be neither ended, stopped nor read', async () => {
      const result = await rig.python('killer.py');
      // It may have ended itself, but nothing else.
      if (result.status.kind === 'exit') {
        const { readable } = JSON.parse(text(result.stdout)) as { readable: string[] };
        assert.deepEqual(readable, []);
      }
      assert.equal(text((await rig.shell('echo alive')).stdout), 'alive\n');
    });
  });
}

import assert from 'node:assert/strict';
import { CancelledError, InfraError } from '../../../../src/core/errors';
import { currentOwner, ownerLabel, ownerText } from '../../../../src/core/sandbox/docker/owner';
import { busyboxImage, importBusybox } from '../../../support/engines/busyboxImage';
import { busyboxSpec, script, smallLimits, text } from '../../../support/engines/busyboxSandbox';
import { proxyEngine } from '../../../support/engines/proxy';
import type { DockerRig } from './dockerRig';

/** Engines and containers that go away, and what they leave. */
export function engineTroubleSuite(rig: DockerRig): void {
  suite('engine trouble', () => {
    test('a container that goes in the middle is an infra error, and the next run works', async () => {
      const before = new Set(await rig.containers());
      const doomed = await rig.engine.create(busyboxSpec());
      try {
        const run = doomed.exec(script('sleep 100', { limits: { ...smallLimits, timeout: 60 } }));
        setTimeout(() => {
          void rig
            .containers()
            .then((all) =>
              Promise.all(
                all
                  .filter((id) => !before.has(id))
                  .map((id) => rig.docker.getContainer(id).remove({ force: true })),
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
      await importBusybox(rig.docker);
      const proxy = await proxyEngine(rig.testEngine.socketPath);
      const far = rig.newEngine(proxy.host);
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
      while ((await rig.containers()).length > 1 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.equal((await rig.containers()).length, 1, 'the container did not end with its client');
    });

    test('what dead owners have left is removed, what others own is not', async () => {
      await importBusybox(rig.docker);
      const leave = async (owner: string) => {
        const { id } = await rig.docker.createContainer({
          Image: busyboxImage,
          Cmd: ['/bin/true'],
          Labels: { [ownerLabel]: owner },
        });
        return id;
      };
      const me = currentOwner();
      const dead = await leave(ownerText({ ...me, started: '1' }));
      const living = await leave(ownerText({ ...me, host: 'elsewhere' }));
      await (await rig.engine.create(busyboxSpec())).dispose();
      const left = await rig.containers();
      assert.equal(left.includes(dead), false);
      assert.equal(left.includes(living), true);
      await rig.docker.getContainer(living).remove({ force: true });
    });

    test('cancelling the making of a sandbox leaves nothing', async () => {
      const before = await rig.containers();
      const cancel = new AbortController();
      const making = rig.engine.create(busyboxSpec({ lanes: 2 }), { signal: cancel.signal });
      setTimeout(() => {
        cancel.abort();
      }, 20);
      await assert.rejects(making, CancelledError);
      assert.deepEqual(await rig.containers(), before);
    });

    test('an engine that is not there says what to do', async () => {
      const status = await rig.newEngine('/nowhere/docker.sock').probe();
      assert.ok(!status.works);
      assert.match(status.reason, /\/nowhere\/docker\.sock/);
      assert.notEqual(status.action, '');
    });
  });
}

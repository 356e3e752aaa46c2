import { startDockerEngine } from '../../support/engines/dockerd';
import { lackOf } from '../../support/engines/hostTools';
import { startPodmanEngine } from '../../support/engines/podman';
import type { TestEngineResult } from '../../support/engines/testEngine';
import { DockerRig } from './docker/dockerRig';
import { engineTroubleSuite } from './docker/engineTrouble';
import { imagesSuite } from './docker/images';
import { programsSuite } from './docker/programs';
import { promisesSuite } from './docker/promises';

const starts: Record<string, () => Promise<TestEngineResult>> = {
  docker: startDockerEngine,
  podman: startPodmanEngine,
};

for (const [kind, start] of Object.entries(starts)) {
  suite(`sandboxes of a real ${kind} engine`, function () {
    this.timeout(120_000);
    const rig = new DockerRig();
    let isUp = false;

    suiteSetup(async function () {
      const lacking = lackOf(['busybox'], ['busybox-static']);
      const started: TestEngineResult =
        lacking === undefined ? await start() : { missing: lacking };
      if (started.engine === undefined) {
        console.log(`    Skipped: ${started.missing}`);
        this.skip();
      }
      console.log(`    Uses: ${started.engine.description}`);
      isUp = true;
      await rig.setUp(started.engine);
    });

    suiteTeardown(() => (isUp ? rig.tearDown() : undefined));

    programsSuite(rig);
    promisesSuite(rig);
    engineTroubleSuite(rig);
    imagesSuite(rig);
  });
}

import { DockerEngine } from '../../../src/core/sandbox/docker/dockerEngine';
import { buildDist } from '../../support/engines/builtDist';
import { startDockerEngine } from '../../support/engines/dockerd';
import { startPodmanEngine } from '../../support/engines/podman';
import type { TestEngine } from '../../support/engines/testEngine';
import { hostileSuite } from './hostileSuite';

/** Ends the engine that the test has started when the suite disposes its own. */
class StartedEngine extends DockerEngine {
  constructor(private readonly started: TestEngine) {
    super({ host: started.socketPath, distDir: buildDist() });
  }

  override async dispose(): Promise<void> {
    try {
      await super.dispose();
    } finally {
      await this.started.dispose();
    }
  }
}

for (const [name, start] of Object.entries({
  'a real docker engine': startDockerEngine,
  'a real podman engine': startPodmanEngine,
})) {
  hostileSuite(name, async () => {
    const { engine, ...result } = await start();
    if (engine === undefined) {
      console.log(`    Skipped: ${'missing' in result ? result.missing : ''}`);
      return undefined;
    }
    console.log(`    Uses: ${engine.description}`);
    return new StartedEngine(engine);
  });
}

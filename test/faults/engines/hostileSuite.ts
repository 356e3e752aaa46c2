import type { Engine } from '../../../src/core/sandbox/sandbox';
import { harnessSuite } from './hostile/harness';
import { HostileRig } from './hostile/hostileRig';
import { leftoversSuite } from './hostile/leftovers';
import { limitsSuite } from './hostile/limits';
import { outsideSuite } from './hostile/outside';
import { privilegeSuite } from './hostile/privilege';

/** How an engine is had; undefined (after saying why) when it can't be had here. */
export type MakeEngine = () => Promise<Engine | undefined>;

/** Every promise of a sandbox, and a program that tries to break it. */
export function hostileSuite(name: string, makeEngine: MakeEngine): void {
  suite(`hostile programs on ${name}`, function () {
    this.timeout(180_000);
    const rig = new HostileRig();
    let engine: Engine | undefined;

    suiteSetup(async function () {
      engine = await makeEngine();
      if (engine === undefined) {
        this.skip();
      }
      await rig.setUp(engine);
    });

    suiteTeardown(async () => {
      if (engine !== undefined) {
        await engine.dispose();
        rig.tearDown();
      }
    });

    outsideSuite(rig);
    privilegeSuite(rig);
    limitsSuite(rig);
    leftoversSuite(rig);
    harnessSuite(rig);
  });
}

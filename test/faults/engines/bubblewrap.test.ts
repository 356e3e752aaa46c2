import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { buildDist } from '../../support/engines/builtDist';
import { hostileSuite } from './hostileSuite';

const ways = {
  bubblewrap: {},
  'bubblewrap without control groups': { controlGroups: false },
} as const;

for (const [name, options] of Object.entries(ways)) {
  hostileSuite(name, async () => {
    const engine = new BubblewrapEngine({ distDir: buildDist(), ...options });
    const status = await engine.probe();
    if (!status.works) {
      console.log(`    Skipped: ${status.reason}. ${status.action}`);
      return undefined;
    }
    return engine;
  });
}

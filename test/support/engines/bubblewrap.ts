import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import { buildDist } from './builtDist';

/** A bubblewrap engine for a suite, which is skipped, with the reason, where there can be none. */
export async function startBubblewrap(suite: Mocha.Context): Promise<Engine> {
  const engine = new BubblewrapEngine({ distDir: buildDist() });
  const status = await engine.probe();
  if (!status.works) {
    console.log(`    Skipped: ${status.reason}. ${status.action}`);
    suite.skip();
  }
  return engine;
}

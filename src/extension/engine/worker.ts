import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ListingIndexes } from '../../core/cases/listingIndexes';
import type { EngineCalls } from './api';
import type { EngineThreadData } from './engineThread';
import { firstHandlers } from './firstHandlers';
import type { FirstCalls } from './firstHandlers';
import { Catalogue } from './handlers/catalogue';
import { Engines } from './handlers/engines';
import { serveCalls } from './rpcServer';

/** The engine's thread: everything that would keep the extension host waiting happens here. */
function serve(): void {
  if (parentPort === null) {
    throw new Error('This file is a worker thread and nothing else.');
  }
  const { distDir, listingsDir } = workerData as EngineThreadData;
  const indexes = new ListingIndexes({ folder: listingsDir, version: codeHash() });
  const catalogue = new Catalogue(indexes);
  const engines = new Engines(distDir);
  const port = parentPort;
  const serving = serveCalls<EngineCalls, FirstCalls | 'shutDown'>(
    port,
    {
      ...firstHandlers(catalogue),
      shutDown: async (_, { signal }) => {
        await serving.cancelOthers(signal);
        await engines.dispose();
        // With the port closed nothing holds the thread, once the answer has left.
        setImmediate(() => port.close());
        return null;
      },
    },
    async () => {
      const { laterHandlers } = await import('./laterHandlers');
      return laterHandlers({ catalogue, engines, distDir });
    },
  );
}

/** This bundle names the others that it loads by their hash, so that its own stands for all of them. */
function codeHash(): string {
  const code = readFileSync(fileURLToPath(import.meta.url));
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

serve();

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ListingIndexes } from '../../core/cases/listingIndexes';
import type { EngineCalls } from './api';
import type { EngineThreadData } from './engineThread';
import { auditHandlers } from './handlers/auditHandlers';
import { caseHandlers } from './handlers/caseHandlers';
import { Catalogue, catalogueHandlers } from './handlers/catalogue';
import { compareHandlers } from './handlers/compareHandlers';
import { dualHandlers } from './handlers/dualHandlers';
import { curationHandlers } from './handlers/curationHandlers';
import { curationViewHandlers } from './handlers/curationViewHandlers';
import { Engines, engineHandlers } from './handlers/engines';
import { initHandlers } from './handlers/initHandlers';
import { promptHandlers } from './handlers/promptHandlers';
import { partHandlers } from './handlers/partHandlers';
import { queueHandlers } from './handlers/queueHandlers';
import { ReferenceHelps } from './handlers/referenceHelps';
import { recordHandlers } from './handlers/recordHandlers';
import { runHandlers } from './handlers/runHandlers';
import { scoreHandlers } from './handlers/scoreHandlers';
import { terminalHandlers } from './handlers/terminalHandlers';
import { Verifications } from './handlers/verifications';
import { verifyHandlers } from './handlers/verifyHandlers';
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
  const verifications = new Verifications();
  const helps = new ReferenceHelps(catalogue, engines);
  const port = parentPort;
  const serving = serveCalls<EngineCalls>(port, {
    ...catalogueHandlers(catalogue),
    ...auditHandlers({ catalogue, engines, verifications, helps }),
    ...caseHandlers(catalogue),
    ...compareHandlers(catalogue),
    ...dualHandlers(catalogue, engines),
    ...curationHandlers(catalogue),
    ...curationViewHandlers(catalogue, verifications),
    ...engineHandlers(engines),
    ...initHandlers(),
    ...promptHandlers(catalogue),
    ...partHandlers(catalogue),
    ...queueHandlers(catalogue, engines),
    ...recordHandlers(catalogue, engines, helps),
    ...runHandlers(),
    ...scoreHandlers(catalogue, engines),
    ...terminalHandlers(catalogue, engines, distDir),
    ...verifyHandlers(catalogue, engines),
    shutDown: async (_, { signal }) => {
      await serving.cancelOthers(signal);
      await engines.dispose();
      // With the port closed nothing holds the thread, once the answer has left.
      setImmediate(() => port.close());
      return null;
    },
  });
}

/** This bundle names the others that it loads by their hash, so that its own stands for all of them. */
function codeHash(): string {
  const code = readFileSync(fileURLToPath(import.meta.url));
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

serve();

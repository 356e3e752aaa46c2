import type { EngineCalls } from './api';
import type { FirstCalls } from './firstHandlers';
import { auditHandlers } from './handlers/auditHandlers';
import { caseHandlers } from './handlers/caseHandlers';
import type { Catalogue } from './handlers/catalogue';
import { compareHandlers } from './handlers/compareHandlers';
import { curationHandlers } from './handlers/curationHandlers';
import { curationViewHandlers } from './handlers/curationViewHandlers';
import { dualHandlers } from './handlers/dualHandlers';
import { engineHandlers } from './handlers/engines';
import type { Engines } from './handlers/engines';
import { initHandlers } from './handlers/initHandlers';
import { partHandlers } from './handlers/partHandlers';
import { promptHandlers } from './handlers/promptHandlers';
import { queueHandlers } from './handlers/queueHandlers';
import { recordHandlers } from './handlers/recordHandlers';
import { ReferenceHelps } from './handlers/referenceHelps';
import { scoreHandlers } from './handlers/scoreHandlers';
import { terminalHandlers } from './handlers/terminalHandlers';
import { Verifications } from './handlers/verifications';
import { verifyHandlers } from './handlers/verifyHandlers';
import type { Handlers } from './rpcServer';

/** Everything that the thread answers once a person works with it, its end apart. */
export function laterHandlers({
  catalogue,
  engines,
  distDir,
}: {
  readonly catalogue: Catalogue;
  readonly engines: Engines;
  /** The folder of the built files. */
  readonly distDir: string;
}): Handlers<Omit<EngineCalls, FirstCalls | 'shutDown'>> {
  const verifications = new Verifications();
  const helps = new ReferenceHelps(catalogue, engines);
  return {
    ...auditHandlers({ catalogue, engines, verifications, helps }),
    ...caseHandlers(catalogue),
    ...compareHandlers(catalogue),
    ...curationHandlers(catalogue),
    ...curationViewHandlers(catalogue, verifications),
    ...dualHandlers(catalogue, engines),
    ...engineHandlers(engines),
    ...initHandlers(),
    ...partHandlers(catalogue),
    ...promptHandlers(catalogue),
    ...queueHandlers(catalogue, engines),
    ...recordHandlers(catalogue, engines, helps),
    ...scoreHandlers(catalogue, engines),
    ...terminalHandlers(catalogue, engines, distDir),
    ...verifyHandlers(catalogue, engines),
  };
}

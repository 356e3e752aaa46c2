import type { EngineCalls } from './api';
import { captureHandlers } from './handlers/captureQueue';
import { catalogueHandlers } from './handlers/catalogue';
import type { Catalogue } from './handlers/catalogue';
import { runHandlers } from './handlers/runHandlers';
import { scoreListHandlers } from './handlers/scoreListHandlers';
import type { Handlers } from './rpcServer';

/** What a window asks to fill its views as it opens, and what shares its code. */
export type FirstCalls =
  | 'discover'
  | 'count'
  | 'list'
  | 'captures'
  | 'scores'
  | 'verdicts'
  | 'runs'
  | 'pauseRun'
  | 'stopRun'
  | 'extendRun';

export function firstHandlers(catalogue: Catalogue): Handlers<Pick<EngineCalls, FirstCalls>> {
  return {
    ...catalogueHandlers(catalogue),
    ...captureHandlers(),
    ...runHandlers(),
    ...scoreListHandlers(),
  };
}

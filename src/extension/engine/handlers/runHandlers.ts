import { extendBudget, pauseRun, stopRun } from '../../../core/agents/run/runControl';
import { listRuns } from '../../../core/agents/run/runFolder';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';

type RunCalls = Pick<EngineCalls, 'runs' | 'pauseRun' | 'stopRun' | 'extendRun'>;

/** Runs of agents as they lie on disk, and what is asked of the processes at work on them. */
export function runHandlers(): Handlers<RunCalls> {
  return {
    runs: async ({ roots }) => {
      const lists = await Promise.all(roots.map((root) => listRuns(new WorkFolder(root))));
      return lists.flat().sort((a, b) => (a.state.started < b.state.started ? 1 : -1));
    },
    pauseRun: async ({ dir }) => {
      await pauseRun(dir);
      return null;
    },
    stopRun: async ({ dir }) => {
      await stopRun(dir);
      return null;
    },
    extendRun: async ({ dir, budget }) => {
      await extendBudget(dir, budget);
      return null;
    },
  };
}

import { openTerminal, scratchFolder } from '../../../core/recording/terminal/openTerminal';
import { terminalBanner } from '../../../core/recording/terminal/shellLaunch';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';
import type { Engines } from './engines';

/** Recording terminals: each is one call, which lasts until it is cancelled. */
export function terminalHandlers(
  catalogue: Catalogue,
  engines: Engines,
  distDir: string,
): Handlers<Pick<EngineCalls, 'terminal'>> {
  return {
    terminal: async ({ target: info, repeat, settings }, { signal, emit }) => {
      const target = await catalogue.open(info);
      const workFolder = new WorkFolder(info.root);
      const terminal = await openTerminal({
        target,
        engine: await engines.get(settings),
        workFolder,
        distDir,
        runs: repeat,
        onEvent: emit,
      });
      try {
        const cwd = await scratchFolder(workFolder, target.name);
        const banner = terminalBanner(target.name, cwd);
        emit({ kind: 'ready', launch: terminal.launch, cwd, banner });
        await aborted(signal);
      } finally {
        await terminal.dispose();
      }
      return null;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

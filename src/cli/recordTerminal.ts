import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openTerminal } from '../core/recording/terminal/openTerminal';
import { terminalBanner } from '../core/recording/terminal/shellLaunch';
import type { Engine } from '../core/sandbox/sandbox';
import type { Target } from '../core/targets/target';
import { findWorkFolder } from '../core/workFolder';
import type { CliIo } from './io';

/** Runs a shell in which every call of the target is captured, until it ends. */
export async function recordTerminal(
  io: CliIo,
  target: Target,
  engine: Engine,
  runs: number,
): Promise<void> {
  let captured = 0;
  const leftOut: string[] = [];
  const terminal = await openTerminal({
    target,
    engine,
    workFolder: await findWorkFolder(target.path),
    distDir: io.distDir,
    runs,
    onEvent: (event) => {
      captured += event.kind === 'captured' ? 1 : 0;
      if (event.kind === 'leftOut') {
        leftOut.push(`${event.call}: ${event.reason}`);
      }
    },
  });
  try {
    terminalBanner(target.name, io.cwd).forEach((line) => io.note(line));
    const { file, args, env } = terminal.launch;
    const shell = spawn(file, args, {
      cwd: io.cwd,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    await once(shell, 'exit');
    io.note('Checking what was captured.');
  } finally {
    await terminal.dispose();
  }
  leftOut.forEach((each) => io.note(`not captured: ${each}`));
  io.out(`${captured} captured. They wait in the Capture tree of VS Code.\n`);
}

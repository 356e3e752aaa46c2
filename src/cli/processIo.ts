import path from 'node:path';
import type { Progress } from '../core/progress';
import { exitCodes } from './io';
import type { CliIo } from './io';

/** Columns of the progress bar itself. */
const barWidth = 24;

/** The command line's own process as a `CliIo`. */
export function processIo(signal: AbortSignal): CliIo {
  const { stdout, stderr } = process;
  let barShown = false;
  const clear = () => {
    if (barShown) {
      stderr.write('\r\x1b[K');
      barShown = false;
    }
  };
  // A reader that closes early (`mirrorcode cases x | head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      stderr.write(`mirrorcode: Writing the result failed: ${error.message}.\n`);
    }
    process.exit(error.code === 'EPIPE' ? process.exitCode : exitCodes.infra);
  });
  // Nobody reads the progress any more: the work goes on.
  stderr.on('error', () => undefined);
  return {
    cwd: process.cwd(),
    distDir: path.dirname(path.resolve(process.argv[1] ?? '.')),
    env: process.env,
    stdin: process.stdin,
    signal,
    out(text) {
      clear();
      stdout.write(text);
    },
    json(document) {
      clear();
      stdout.write(JSON.stringify(document, null, 2) + '\n');
    },
    note(line) {
      clear();
      stderr.write(line + '\n');
    },
    progress(progress: Progress | undefined) {
      if (progress === undefined || !stderr.isTTY) {
        clear();
        return;
      }
      barShown = true;
      stderr.write(`\r\x1b[K${bar(progress)}`);
    },
    setExitCode(code) {
      process.exitCode = code;
    },
  };
}

function bar({ done, total, message = '' }: Progress): string {
  if (total === undefined || total === 0) {
    return `${done} ${message}`;
  }
  const filled = Math.round((barWidth * Math.min(done, total)) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${done}/${total} ${message}`;
}

import { setMaxListeners } from 'node:events';
import { realpathSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { version } from '../core/version';
import { registerAuditCommand } from './audit';
import { registerCasesCommand } from './cases';
import { registerDiffCommand } from './diff';
import { registerDoctorCommand } from './doctor';
import { registerExportCommand } from './export';
import { registerImportCommand } from './import';
import { registerInitCommand } from './init';
import { exitCodes, reportError } from './io';
import type { CliIo } from './io';
import { assertKnownFolder } from './pathFrom';
import { processIo } from './processIo';
import { registerPromptCommand } from './prompt';
import { registerRecordCommand } from './record';
import { registerRunCommand } from './run';
import { registerScoreCommand } from './score';
import { rawArguments } from './rawArguments';
import { registerShowCommand } from './show';
import { registerTargetsCommand } from './targets';
import { registerTranscriptCommand } from './transcript';
import { registerVerifyCommand } from './verify';

/** Every command registers itself with one of these; the order is the order of `--help`. */
const registerCommands: readonly ((program: Command, io: CliIo) => void)[] = [
  registerDoctorCommand,
  registerTargetsCommand,
  registerInitCommand,
  registerRecordCommand,
  registerCasesCommand,
  registerShowCommand,
  registerVerifyCommand,
  registerAuditCommand,
  registerPromptCommand,
  registerImportCommand,
  registerExportCommand,
  registerScoreCommand,
  registerRunCommand,
  registerDiffCommand,
  registerTranscriptCommand,
];

async function main(): Promise<void> {
  const cancellation = new AbortController();
  process.once('SIGINT', () => cancellation.abort());
  process.once('SIGTERM', () => cancellation.abort());
  // Far more than ten things wait on it.
  setMaxListeners(0, cancellation.signal);
  const [node, script] = process.argv;
  // Started through a link on PATH, the built files still lie beside the real one.
  process.argv = [node ?? '', realpathSync(script ?? ''), ...rawArguments(process.argv)];
  const io = processIo(cancellation.signal);
  const program = new Command('mirrorcode')
    .description('Make MirrorCode tasks, run them, and see byte for byte why a run failed.')
    .version(version, '--version', 'print the version')
    .showHelpAfterError('(add --help for the options)')
    .enablePositionalOptions()
    .exitOverride();
  for (const register of registerCommands) {
    register(program, io);
  }
  try {
    assertKnownFolder(process.cwd());
    await program.parseAsync();
  } catch (error) {
    io.setExitCode(
      error instanceof CommanderError
        ? error.exitCode === 0
          ? exitCodes.good
          : exitCodes.badInput
        : reportError(io, error),
    );
  }
}

void main();

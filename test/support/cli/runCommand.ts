import { Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { exitCodes, reportError } from '../../../src/cli/io';
import type { CliIo } from '../../../src/cli/io';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly distDir?: string;
  readonly stdin?: string;
}

/** Runs a command line as the program does, within this process. */
export async function runCommand(
  registers: readonly ((program: Command, io: CliIo) => void)[],
  args: readonly string[],
  { cwd, distDir = '/nowhere', stdin = '' }: RunOptions,
): Promise<Ran> {
  const ran = { code: exitCodes.good as number, out: '', notes: '' };
  const io: CliIo = {
    cwd,
    distDir,
    env: {},
    stdin: Readable.from([Buffer.from(stdin)]),
    signal: new AbortController().signal,
    out: (text) => (ran.out += typeof text === 'string' ? text : Buffer.from(text).toString()),
    json: (document) => (ran.out += JSON.stringify(document)),
    note: (line) => (ran.notes += `${line}\n`),
    progress: () => undefined,
    setExitCode: (given) => (ran.code = given),
  };
  const program = new Command('mirrorcode').enablePositionalOptions().exitOverride();
  for (const register of registers) {
    register(program, io);
  }
  try {
    await program.parseAsync(['node', 'mirrorcode', ...args]);
  } catch (error) {
    ran.code = error instanceof CommanderError ? exitCodes.badInput : reportError(io, error);
  }
  return ran;
}

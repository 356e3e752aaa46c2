import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors';
import { isExecutableFile } from '../../sandbox/multiCall';
import type { Mount } from '../../sandbox/sandbox';
import { exists, findProgram } from '../../sandbox/toolchains/hostFiles';
import { LibraryResolver } from '../../sandbox/toolchains/libraries';
import { interpreterLine } from '../../sandbox/toolchains/reference';
import { programMounts } from '../../sandbox/toolchains/toolchain';
import type { NamedAgent } from '../../targets/agentDefinition';
import { findAgent } from './findAgent';
import { packageMounts, packageOf } from './packageMounts';
import { agentPresets } from './presets';

/** Where the agent's own files lie inside; nothing of the target's is there. */
const agentFolder = '/opt/agent';

/** An agent's program as the sandbox shows it. */
export interface LocatedAgent {
  readonly mounts: readonly Mount[];
  /** The program's path inside; absent where an image brings it. */
  readonly program?: string;
  /** Folders that are looked into for programs, before the usual ones. */
  readonly path: readonly string[];
}

/**
 * Finds an agent's program on this machine: the file, or its npm package and those that it needs, its
 * interpreter and its libraries.
 * @param searchPath The `PATH` of whoever asks.
 * @throws UserError when it is not there.
 */
export async function locateAgent(
  agent: NamedAgent,
  searchPath: string | undefined,
): Promise<LocatedAgent> {
  const needed = (agent.needs ?? []).map((file): Mount => ({ source: file, target: file }));
  await Promise.all(needed.map((mount) => requireFile(agent, mount.source)));
  if (agent.program === undefined) {
    return { mounts: needed, path: [] };
  }
  const file = await findAgent(agent.program, searchPath);
  if (file === undefined) {
    throw notFound(agent);
  }
  const real = await realpath(file);
  const shown = await showProgram(real, path.basename(file));
  const runtime = await runtimeMounts(real, searchPath);
  return {
    mounts: [...shown.mounts, ...runtime, ...needed],
    program: shown.program,
    path: [`${agentFolder}/bin`],
  };
}

async function showProgram(
  real: string,
  name: string,
): Promise<{ readonly mounts: readonly Mount[]; readonly program: string }> {
  const home = await packageOf(real);
  if (home === undefined) {
    const program = `${agentFolder}/bin/${name}`;
    return { mounts: [{ source: real, target: program }], program };
  }
  const modules = `${agentFolder}/node_modules`;
  const mounts = await packageMounts(home, modules);
  const [own] = mounts;
  return { mounts, program: path.posix.join(own?.target ?? modules, path.relative(home, real)) };
}

/** A script's interpreter, and the libraries of whatever is a binary. */
async function runtimeMounts(file: string, searchPath: string | undefined): Promise<Mount[]> {
  const libraries = new LibraryResolver();
  if (await isExecutableFile(file)) {
    return libraries.mountsFor([file]);
  }
  const [interpreter = '', ...words] = await interpreterLine(file);
  const isEnv = path.basename(interpreter) === 'env';
  const name = isEnv
    ? words.find((word) => !word.startsWith('-') && !word.includes('='))
    : undefined;
  if (name === undefined) {
    const isThere = interpreter !== '' && (await exists(interpreter));
    return isThere ? programMounts([interpreter], libraries) : [];
  }
  const found = (await findAgent(name, searchPath)) ?? (await findProgram(name));
  if (found === undefined) {
    throw new UserError(
      `The agent's program ${file} needs ${name}, which is not on this machine.`,
      {
        action: `Install ${name}, or name another program.`,
      },
    );
  }
  const real = await realpath(found);
  const runtime: Mount = { source: real, target: `${agentFolder}/bin/${name}` };
  return [runtime, ...(await libraries.mountsFor([real]))];
}

async function requireFile({ name }: NamedAgent, file: string): Promise<void> {
  if (!path.isAbsolute(file) || !(await exists(file))) {
    throw new UserError(`The agent ${name} needs ${file}, which is not on this machine.`, {
      action: 'Give whole paths of files and folders that are there.',
    });
  }
}

function notFound({ name, program = '' }: NamedAgent): UserError {
  const preset = agentPresets[name];
  return new UserError(`The agent ${name} was not found: there is no program ${program} on PATH.`, {
    action:
      preset === undefined
        ? 'Give the whole path of its program.'
        : `Get it with: ${preset.install}; or give the path of its program.`,
  });
}

import type { Language } from '../../targets/target';
import { uniqueMounts } from './hostFiles';
import {
  adaRuntime,
  adaToolchain,
  cToolchain,
  goToolchain,
  ocamlToolchain,
  rustToolchain,
} from './compilers';
import type { LibraryResolver } from './libraries';
import { pythonMounts } from './python';
import {
  agentShellMounts,
  baseLinks,
  baseMounts,
  type Phase,
  shellMounts,
  type Toolchain,
} from './toolchain';

type Resolve = (libraries: LibraryResolver) => Promise<Toolchain>;

const compilers: Readonly<Record<Exclude<Language, 'python'>, Resolve>> = {
  c: cToolchain,
  go: goToolchain,
  rust: rustToolchain,
  ocaml: ocamlToolchain,
  ada: adaToolchain,
};

const nothing: Toolchain = { mounts: [], links: {} };

async function languageTools(
  language: Language,
  phase: Phase,
  libraries: LibraryResolver,
): Promise<Toolchain> {
  if (language === 'python') {
    return { mounts: await pythonMounts(libraries), links: {} };
  }
  if (phase === 'build') {
    return compilers[language](libraries);
  }
  // What was compiled needs no compiler to run.
  return language === 'ada' ? { mounts: await adaRuntime(libraries), links: {} } : nothing;
}

/**
 * What an agent finds that writes in a language: all that a build has, and a shell to work in.
 * @throws UserError naming the missing tool and its package.
 */
export async function resolveAgentToolchain(
  language: Language,
  libraries: LibraryResolver,
): Promise<Toolchain> {
  const { mounts, links } = await resolveToolchain(language, 'build', libraries);
  return { mounts: await uniqueMounts([...mounts, ...(await agentShellMounts(libraries))]), links };
}

/**
 * The allow-list of a language on this machine: its executables, libraries and data, and nothing
 * else. A shell and programs that handle files are in the build phase alone.
 * @throws UserError naming the missing tool and its package.
 */
export async function resolveToolchain(
  language: Language,
  phase: Phase,
  libraries: LibraryResolver,
): Promise<Toolchain> {
  const base = await baseMounts(libraries);
  const tools = await languageTools(language, phase, libraries);
  const shell = phase === 'build' ? await shellMounts(libraries) : [];
  return {
    mounts: await uniqueMounts([...base, ...tools.mounts, ...shell]),
    links: { ...(await baseLinks()), ...tools.links },
  };
}

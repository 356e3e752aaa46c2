import path from 'node:path';
import { UserError } from '../errors';
import type { Language, Limits, Target } from '../targets/target';
import { resolveImage } from './docker/imageSource';
import type { Forbidden, Mount, SandboxSpec } from './sandbox';
import { exists } from './toolchains/hostFiles';
import { LibraryResolver } from './toolchains/libraries';
import { referenceInside, referenceMounts } from './toolchains/reference';
import { resolveAgentToolchain, resolveToolchain } from './toolchains/resolveToolchain';
import type { Phase, Toolchain } from './toolchains/toolchain';
import { baseLinks } from './toolchains/toolchain';

/** What is done in a sandbox that has a language's toolchain. */
type AnyPhase = Phase | 'agent';

/** Where a built candidate's folder lies inside. */
const candidatePath = '/candidate';

/** The path of a target's reference inside its own sandbox; with an image, as the image has it. */
export function referenceProgram({ reference }: Pick<Target, 'reference'>): string {
  return reference?.image === undefined
    ? referenceInside(reference ?? {})
    : (reference.path ?? reference.argv0 ?? '');
}

/**
 * The sandbox in which the reference is recorded.
 * @throws UserError when the target has no reference on this machine, or what it needs is missing.
 */
export async function referenceSpec(target: Target, lanes: number): Promise<SandboxSpec> {
  const { reference, name, limits } = target;
  if (reference?.path === undefined && reference?.image === undefined) {
    throw new UserError(`Recording ${name} failed: its manifest names no reference.`, {
      action: 'Give mirrorcode.json a "reference" with the path of the executable.',
    });
  }
  const { image } = reference;
  const shown: Toolchain =
    image === undefined
      ? await referenceMounts(reference, new LibraryResolver())
      : { mounts: [], links: {} };
  return {
    purpose: 'reference',
    ...shown,
    forbidden: [],
    ...(image === undefined ? {} : { image: resolveImage(image, target.path) }),
    limits,
    lanes,
  };
}

/**
 * The sandbox in which a candidate is built: its language's toolchain and a shell, without the
 * reference.
 * @throws UserError naming a tool that is missing.
 */
export async function buildSpec(target: Target, language: Language): Promise<SandboxSpec> {
  return {
    purpose: 'build',
    ...(await languageParts(target, language, 'build')),
    lanes: 1,
  };
}

/**
 * The sandbox in which a language's toolchain works for nobody in particular: what it makes there may
 * be shown to every candidate, so neither a candidate nor anything of a target's enters it.
 * @throws UserError naming a tool that is missing.
 */
export async function toolchainSpec(target: Target, language: Language): Promise<SandboxSpec> {
  return {
    purpose: 'toolchain',
    ...(await languageParts(target, language, 'build')),
    forbidden: [],
    lanes: 1,
  };
}

/**
 * The sandbox in which a built candidate meets the cases: what its language needs to run and the
 * candidate's own folder, without a shell, a compiler or the reference.
 * @param candidateDir absolute, on this machine
 * @throws UserError naming a tool that is missing.
 */
export async function candidateSpec(
  target: Target,
  language: Language,
  candidateDir: string,
  lanes: number,
): Promise<SandboxSpec> {
  const parts = await languageParts(target, language, 'run');
  const candidate: Mount = { source: candidateDir, target: candidatePath };
  return {
    purpose: 'candidate',
    ...parts,
    mounts: [...parts.mounts, candidate],
    limits: target.limits,
    lanes,
  };
}

/**
 * The sandbox in which an agent works: its language's toolchain and a shell with the usual programs,
 * without the reference. What it is given to read comes as files.
 * @throws UserError naming a tool that is missing.
 */
export async function agentSpec(
  target: Target,
  language: Language,
  limits: Limits,
): Promise<SandboxSpec> {
  const parts = await languageParts(target, language, 'agent');
  return {
    purpose: 'agent',
    ...parts,
    limits,
    lanes: 1,
  };
}

async function languageParts(
  target: Target,
  language: Language,
  phase: AnyPhase,
): Promise<Omit<SandboxSpec, 'purpose' | 'lanes'>> {
  const image = target.languages[language]?.image;
  const forbidden = await forbiddenOf(target);
  if (image !== undefined) {
    return {
      mounts: [],
      links: {},
      forbidden,
      image: resolveImage(image, target.path),
      language,
    };
  }
  const { mounts, links } = await toolchainOf(language, phase);
  return { mounts, links, forbidden, language };
}

/**
 * The toolchain of this machine. Where it is missing an engine that has images can still do it, so a
 * spec without mounts is not refused here.
 */
async function toolchainOf(language: Language, phase: AnyPhase): Promise<Toolchain> {
  if (process.platform !== 'linux') {
    return { mounts: [], links: await baseLinks() };
  }
  const libraries = new LibraryResolver();
  return phase === 'agent'
    ? resolveAgentToolchain(language, libraries)
    : resolveToolchain(language, phase, libraries);
}

/** A reference that is neither on this machine nor in an image cannot be found in what is shown. */
async function forbiddenOf(target: Target): Promise<Forbidden[]> {
  const { reference, name } = target;
  if (reference?.image !== undefined) {
    const program = referenceProgram(target) || name;
    const image = resolveImage(reference.image, target.path);
    return [{ path: program, command: path.basename(program), image }];
  }
  const file = reference?.path;
  return file !== undefined && (await exists(file))
    ? [{ path: file, command: path.basename(file) }]
    : [];
}

import type Docker from 'dockerode';
import { UserError } from '../../errors';
import type { Language } from '../../targets/target';
import type { ForbiddenFinder } from '../forbidden';
import { keepMounts } from '../keptMounts';
import { runnerPath } from '../runnerPath';
import type { Mount, SandboxSpec } from '../sandbox';
import { copyIntoImage, provideEmptyImage, provideMaskedImage } from './derivedImage';
import { fingerprintOf } from './imageFingerprint';
import { provideImage, type ImageOptions } from './images';
import { defaultImage, parseImage, type ImageSource } from './imageSource';
import type { LanePlan } from './laneContainer';
import type { Staging } from './staging';

/** What a sandbox's containers are made from. */
export interface Prepared {
  readonly plan: LanePlan;
  readonly digest?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** An image that holds this sandbox's files; goes when it goes. */
  readonly ownImage?: string;
}

export interface Surroundings {
  readonly docker: Docker;
  readonly isPodman: boolean;
  readonly limitsMemory: boolean;
  /** Whether the engine sees this machine's files, so that they can be mounted. */
  readonly seesThisMachine: boolean;
  readonly runnerFile: string;
  readonly staging: Staging;
  readonly owner: string;
  /** Finds references in what is mounted or copied from this machine. */
  readonly finder: ForbiddenFinder;
  /** Images that a setting names for languages. */
  readonly images: Readonly<Partial<Record<Language, string>>>;
}

/**
 * Provides the image and the mounts for a sandbox.
 * @throws UserError when the image can't be had or none is named; InfraError when the engine fails.
 */
export async function prepare(
  spec: SandboxSpec,
  around: Surroundings,
  options: ImageOptions,
): Promise<Prepared> {
  const source = imageFor(spec, around);
  const { mounts, runnerOptions } = keepMounts(spec.mounts);
  const moved = { ...spec, mounts };
  const prepared =
    source === undefined
      ? await prepareFromMounts(moved, around)
      : await prepareFromImage(source, moved, around, options);
  return { ...prepared, plan: { ...prepared.plan, runnerOptions } };
}

function imageFor(spec: SandboxSpec, around: Surroundings): ImageSource | undefined {
  const { language } = spec;
  const named = spec.image ?? (language && around.images[language]);
  if (named !== undefined) {
    return parseImage(named);
  }
  if (around.seesThisMachine) {
    return undefined;
  }
  if (language !== undefined) {
    return defaultImage(language);
  }
  throw new UserError(
    `The ${spec.purpose} sandbox needs an image, since the engine does not see this machine's files.`,
    {
      action:
        'Name an image that holds the program in mirrorcode.json ("reference": {"image": …}).',
    },
  );
}

/** This machine's own toolchain, mounted into an image that holds nothing. */
async function prepareFromMounts(spec: SandboxSpec, around: Surroundings): Promise<Prepared> {
  const image = await provideEmptyImage(around.docker, spec.links);
  const hidden = await around.finder.find(spec.mounts, spec.forbidden);
  const mounts = await around.staging.executeOnly(spec.mounts);
  const plan = planOf(spec, around, { image, volumes: [], mounts, hidden });
  return { plan };
}

async function prepareFromImage(
  source: ImageSource,
  spec: SandboxSpec,
  around: Surroundings,
  options: ImageOptions,
): Promise<Prepared> {
  const { docker } = around;
  const { id, digest, env, volumes } = await provideImage(docker, source, options);
  const forbidden = await Promise.all(
    spec.forbidden.map((one) => fingerprintOf(docker, one, options)),
  );
  const { links, executeOnly = [] } = spec;
  const needs = { links, forbidden, executeOnly, searchPath: env['PATH'] };
  const masked = await provideMaskedImage(docker, id, needs, options);
  const mounts = spec.mounts.filter(({ toolchain }) => toolchain !== true);
  const hidden = await around.finder.find(mounts, spec.forbidden);
  if (around.seesThisMachine) {
    const shown = await around.staging.executeOnly(mounts);
    const made = { image: masked, volumes, mounts: shown, hidden };
    return { plan: planOf(spec, around, made), digest, env };
  }
  options.onProgress?.('Copying files to the engine');
  const runner = { source: around.runnerFile, target: runnerPath };
  const files = { mounts: [...mounts, runner], hidden };
  const image = await copyIntoImage(docker, masked, files, around.owner);
  const plan = planOf(spec, around, { image, volumes, mounts: [], hidden: [] });
  return { plan, digest, env, ownImage: image };
}

function planOf(
  { purpose }: SandboxSpec,
  around: Surroundings,
  made: {
    readonly image: string;
    readonly volumes: readonly string[];
    readonly mounts: readonly Mount[];
    readonly hidden: readonly string[];
  },
): LanePlan {
  const { staging, runnerFile, seesThisMachine, isPodman, owner } = around;
  const ours = [
    { source: runnerFile, target: runnerPath },
    { source: staging.hosts, target: '/etc/hosts' },
  ];
  const masks = made.hidden.map((target) => ({ source: staging.empty, target }));
  return {
    image: made.image,
    owner,
    purpose,
    binds: seesThisMachine ? [...made.mounts, ...masks, ...ours] : [],
    volumes: made.volumes,
    isPodman,
    limitsMemory: around.limitsMemory,
    seccomp: seccompOption({ isPodman, seesThisMachine, staging }),
  };
}

/** Docker takes the profile itself, Podman the path of a file that it can see. */
function seccompOption({
  isPodman,
  seesThisMachine,
  staging,
}: Pick<Surroundings, 'isPodman' | 'seesThisMachine' | 'staging'>): string | undefined {
  if (!isPodman) {
    return staging.profile;
  }
  return seesThisMachine ? staging.seccomp : undefined;
}

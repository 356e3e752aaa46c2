import type Docker from 'dockerode';
import { runnerPath } from '../runnerPath';
import type { Mount } from '../sandbox';
import type { LaneShape } from './laneShape';
import { ownerLabel } from './owner';

/** What all lanes of one sandbox share. */
export interface LanePlan {
  /** Options for the runner that go with the mounts. */
  readonly runnerOptions?: readonly string[];
  readonly image: string;
  readonly owner: string;
  readonly purpose: string;
  /** Bound read-only; empty where the engine can't see this machine's files. */
  readonly binds: readonly Mount[];
  /**
   * The image's own volumes, which the engine would make writable and keep from run to run. They
   * become scratch instead: empty, and emptied after each run.
   */
  readonly volumes: readonly string[];
  /** The value of the `seccomp=` option; none where the engine takes none from here. */
  readonly seccomp: string | undefined;
  readonly isPodman: boolean;
  /** Where the engine can't bound memory, the runner watches it. */
  readonly limitsMemory: boolean;
}

/** Ids that nothing else in the container has: of the program and of the helper that ends it. */
const programId = '1000';
const killerId = '64999';

/** The runner, the supervisor of a run and the one before it that may still be going. */
const runnerProcesses = 3;
const runnerBytes = 8 * 1024 * 1024;

/** All that the runner keeps of root's powers: to become another user and to clean up after it. */
const capabilities = ['SETUID', 'SETGID', 'SETPCAP', 'KILL', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER'];

/**
 * The container of one lane. The runner is its first process, reads its frames from the attached
 * stdin and ends with it, upon which the engine removes the container: so nothing stays when this
 * process dies.
 */
export function laneContainer(plan: LanePlan, shape: LaneShape): Docker.ContainerCreateOptions {
  const volumes = plan.volumes.map((folder) => folder.replace(/\/+$/, ''));
  const writable = [...new Set([...shape.writable, ...volumes])];
  const wipes = [...writable, '/dev/mqueue'].map((folder) => `--wipe=${folder}`);
  const memory = shape.memory + runnerBytes;
  const processes = shape.processes + runnerProcesses;
  return {
    Image: plan.image,
    Hostname: shape.hostname,
    User: '0:0',
    WorkingDir: '/',
    Env: [],
    Entrypoint: [runnerPath],
    Cmd: [
      '--mode=uid',
      `--uid=${programId}`,
      `--gid=${programId}`,
      `--killer=${killerId}`,
      ...wipes,
      ...(plan.runnerOptions ?? []),
      ...(plan.limitsMemory ? [] : ['--watchdog']),
    ],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Healthcheck: { Test: ['NONE'] },
    Labels: { [ownerLabel]: plan.owner, [`${ownerLabel}.purpose`]: plan.purpose },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'none',
      // No /dev/shm of the engine's: the one below is emptied after each run.
      IpcMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: [
        'no-new-privileges',
        // Files of this machine keep the labels that they have, which a confined container may not
        // read; says nothing where SELinux is off.
        ...(plan.binds.length > 0 ? ['label=disable'] : []),
        ...(plan.seccomp === undefined ? [] : [`seccomp=${plan.seccomp}`]),
      ],
      // What the runner writes is frames, and may be gigabytes.
      LogConfig: { Type: 'none', Config: {} },
      Memory: memory,
      // Equal to the memory: no swap.
      MemorySwap: memory,
      PidsLimit: processes,
      CpuShares: 512,
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'nofile', Soft: 4096, Hard: 4096 },
        // Named since Podman else asks for more than a container's parent may have. Counted over the
        // whole machine for a user id, so that PidsLimit has to do the work.
        { Name: 'nproc', Soft: 4096, Hard: 4096 },
      ],
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      Tmpfs: {
        ...(plan.isPodman ? podmanShut : {}),
        ...Object.fromEntries(writable.map((folder) => [folder, tmpfsOptions(plan, shape)])),
      },
      Mounts: plan.binds.map(({ source, target }) => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: true,
      })),
    },
  };
}

/** Podman makes these writable in a read-only container, unless it is told of something else there. */
const podmanShut = Object.fromEntries(
  ['/run', '/var/tmp'].map((folder) => [folder, 'rw,noexec,nosuid,nodev,size=65536,mode=0755']),
);

/** Podman knows no option for the number of files; there the memory limit alone bounds it. */
function tmpfsOptions({ isPodman }: LanePlan, { files }: LaneShape): string {
  const count = isPodman ? '' : ',nr_inodes=65536';
  return `rw,exec,nosuid,nodev,size=${String(files)},mode=1777${count}`;
}

import { runnerPath } from '../runnerPath';
import type { Mount, SandboxSpec } from '../sandbox';

/** The user and group that programs see unless a request says else. */
export const innerUid = 1000;

export interface BwrapPlan {
  readonly spec: SandboxSpec;
  /** The spec's mounts, with sources that the sandbox's user can reach. */
  readonly mounts: readonly Mount[];
  /** Options for the runner that go with the mounts. */
  readonly runnerOptions: readonly string[];
  /** Paths inside that are covered by an empty file that nobody can read. */
  readonly hidden: readonly string[];
  readonly hiddenFile: string;
  readonly runner: string;
  readonly uid: number;
  /** Memory and processes are bounded by the runner, for want of a control group. */
  readonly watchdog: boolean;
}

/**
 * What bwrap is told through its `--args` descriptor, so that no host path is in its command line.
 * The capabilities are those of the sandbox's own user namespace, for the runner alone; programs get
 * none. The runner makes the root read-only.
 */
export function bwrapOptions(plan: BwrapPlan): string[] {
  const { spec, mounts, hidden, hiddenFile, runner, uid } = plan;
  const sorted = [...mounts].sort((a, b) => (a.target < b.target ? -1 : 1));
  return [
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session', '--as-pid-1'],
    ...['--clearenv', '--hostname', 'sandbox', '--uid', String(uid), '--gid', String(uid)],
    ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SYS_ADMIN', '--cap-add', 'CAP_SETPCAP'],
    ...['--cap-add', 'CAP_DAC_OVERRIDE'],
    ...['--dev', '/dev', '--proc', '/proc'],
    ...['/tmp', '/home', '/run', '/work', '/etc', '/usr/bin'].flatMap((dir) => ['--dir', dir]),
    ...sorted.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ...Object.entries(spec.links).flatMap(([from, to]) => ['--symlink', to, from]),
    ...hidden.flatMap((path) => ['--ro-bind', hiddenFile, path]),
    ...['--ro-bind', runner, runnerPath],
    ...['--remount-ro', '/dev', '--chdir', '/'],
  ];
}

/** The command that bwrap starts inside. */
export function runnerCommand({ uid, watchdog, runnerOptions }: BwrapPlan): string[] {
  return [
    runnerPath,
    '--mode=namespaces',
    `--uid=${uid}`,
    `--gid=${uid}`,
    '--etc',
    ...runnerOptions,
    ...(watchdog ? ['--watchdog'] : []),
  ];
}

import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors';
import type { Mount } from '../sandbox';
import { exists, findProgram, insidePath, mountsOfExisting, toolMount } from './hostFiles';
import type { LibraryResolver } from './libraries';

export type Phase = 'build' | 'run';

/** What a language needs to be shown of this machine. */
export interface Toolchain {
  readonly mounts: readonly Mount[];
  /** Symbolic links inside: path → target. */
  readonly links: Readonly<Record<string, string>>;
}

/** @throws UserError naming the tool and its package. */
export async function requireProgram(
  name: string,
  use: string,
  packageName: string,
): Promise<string> {
  const file = await findProgram(name);
  if (file === undefined) {
    throw new UserError(`Making a sandbox for ${use} failed: ${name} is not on this machine.`, {
      action: `Install it, for example with: sudo apt-get install ${packageName}; or use the docker engine with an image that has it.`,
    });
  }
  return file;
}

/**
 * Programs and their libraries. A program that is a link (`gcc` → `gcc-12` → …) is shown under every
 * name on the way, since a compiler may look itself up by one of them.
 */
export async function programMounts(
  files: readonly string[],
  libraries: LibraryResolver,
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const file of files) {
    const real = await realpath(file);
    mounts.push(await toolMount(file, insidePath(file)));
    if (insidePath(real) !== insidePath(file) && !real.startsWith('/etc/')) {
      mounts.push(await toolMount(real, insidePath(real)));
    }
  }
  return [...mounts, ...(await libraries.mountsFor(files))];
}

/** Small programs that build lines use to handle files; a build alone may have them. */
const buildHelpers = [
  ...['cp', 'mv', 'rm', 'mkdir', 'rmdir', 'ln', 'chmod', 'touch', 'cat', 'ls', 'install'],
  ...['dirname', 'basename', 'mktemp', 'env', 'make'],
];

/** `sh`, in the build phase only, and the helpers that this machine has. */
export async function shellMounts(libraries: LibraryResolver): Promise<Mount[]> {
  const shell = await requireProgram('sh', 'a build', 'dash');
  const helpers = await Promise.all(buildHelpers.map((name) => findProgram(name)));
  const files = [shell, ...helpers.filter((file) => file !== undefined)];
  return programMounts(files, libraries);
}

/** What people who work in a shell expect to find; of these, the ones that this machine has. */
const shellTools = [
  ...['awk', 'b2sum', 'base32', 'base64', 'bc', 'cmp', 'column', 'comm', 'csplit', 'cut', 'date'],
  ...['dd', 'df', 'diff', 'diff3', 'du', 'echo', 'egrep', 'expand', 'expr', 'factor', 'false'],
  ...['fgrep', 'file', 'find', 'fmt', 'fold', 'free', 'gawk', 'grep', 'gunzip', 'gzip', 'head'],
  ...['hexdump', 'hostname', 'id', 'join', 'kill', 'less', 'locale', 'mawk', 'md5sum', 'mkfifo'],
  ...['more', 'nl', 'nohup', 'nproc', 'numfmt', 'od', 'paste', 'patch', 'pgrep', 'pkill', 'pr'],
  ...['printenv', 'printf', 'ps', 'pwd', 'readlink', 'realpath', 'rev', 'sed', 'seq', 'sha1sum'],
  ...['sha256sum', 'sha512sum', 'shuf', 'sleep', 'sort', 'split', 'stat', 'stdbuf', 'strings'],
  ...['sum', 'sync', 'tac', 'tail', 'tar', 'tee', 'test', 'time', 'timeout', 'top', 'tr', 'true'],
  ...['truncate', 'tsort', 'tty', 'uname', 'unexpand', 'uniq', 'wc', 'which', 'who', 'whoami'],
  ...['xargs', 'xxd', 'yes', 'zcat', '[', 'bash'],
];

/** What an agent works with besides its language: bash and the usual small programs. */
export async function agentShellMounts(libraries: LibraryResolver): Promise<Mount[]> {
  await requireProgram('bash', 'an agent', 'bash');
  const found = await Promise.all(shellTools.map((name) => findProgram(name)));
  return programMounts(
    found.filter((file) => file !== undefined),
    libraries,
  );
}

/** Data that is no program: time zones, terminals, the C.UTF-8 locale where it is not built in. */
const baseData = [
  '/usr/share/zoneinfo',
  '/usr/share/terminfo',
  '/usr/lib/terminfo',
  '/lib/terminfo',
  '/usr/lib/locale/C.utf8',
  '/usr/lib/locale/C.UTF-8',
];

/** Libraries that any program that was compiled here may ask for, and their data. */
const baseLibraries = [
  ...['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'librt.so.1', 'libutil.so.1'],
  ...['libresolv.so.2', 'libgcc_s.so.1', 'libatomic.so.1'],
];

/** What every sandbox shows, whatever runs in it. */
export async function baseMounts(libraries: LibraryResolver): Promise<Mount[]> {
  const files: string[] = [];
  for (const name of baseLibraries) {
    const file = await libraries.find(name);
    if (file !== undefined) {
      files.push(file);
    }
  }
  const folder = await libraries.libraryFolder();
  const own: Mount[] = [];
  for (const name of baseLibraries) {
    const file = await libraries.find(name);
    if (file !== undefined) {
      own.push({ source: file, target: path.join(folder, name), toolchain: true });
    }
  }
  const loaders = await mountsOfExisting([
    '/lib64/ld-linux-x86-64.so.2',
    '/lib/ld-linux-aarch64.so.1',
  ]);
  return [
    ...own,
    ...loaders,
    ...(await libraries.mountsFor(files)),
    ...(await mountsOfExisting(baseData)),
  ];
}

/** Links that every sandbox has. `/lib32` and the like are left out where the host has none. */
export async function baseLinks(): Promise<Record<string, string>> {
  const links: Record<string, string> = { '/bin': 'usr/bin', '/sbin': 'usr/sbin' };
  for (const name of ['lib', 'lib32', 'lib64', 'libx32']) {
    if (await exists(`/${name}`)) {
      links[`/${name}`] = `usr/${name}`;
    }
  }
  return links;
}

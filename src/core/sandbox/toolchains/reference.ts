import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorText, UserError } from '../../errors';
import type { Reference } from '../../targets/target';
import type { Mount } from '../sandbox';
import {
  exists,
  findProgram,
  insidePath,
  isFolder,
  mountsOfExisting,
  toolMount,
  uniqueMounts,
} from './hostFiles';
import type { LibraryResolver } from './libraries';
import { pythonMounts, pythonPackageMounts } from './python';
import { baseLinks, baseMounts, programMounts, type Toolchain } from './toolchain';

/** The folder inside that holds the reference and nothing else. */
const referenceFolder = '/reference/bin';

/** Where the reference lies in its own sandbox. */
export function referenceInside({ path: file = '' }: Pick<Reference, 'path'>): string {
  return `${referenceFolder}/${path.basename(file)}`;
}

/**
 * What a reference needs of this machine: itself, at a place of its own, without the folder that it
 * lies in; its libraries or its interpreter; its data; and what the manifest says that it needs.
 * Nothing has to be hidden from the reference.
 * @throws UserError when it, or what it needs, is not there.
 */
export async function referenceMounts(
  reference: Reference,
  libraries: LibraryResolver,
): Promise<Toolchain> {
  const { path: file = '', needs } = reference;
  const real = await realpath(file).catch((error: unknown) => {
    throw new UserError(`Preparing the reference ${file} failed: ${errorText(error)}.`, {
      action: 'Install it, or correct its path in mirrorcode.json.',
      cause: error,
    });
  });
  const asked = await neededMounts(needs, libraries);
  return {
    mounts: await uniqueMounts([
      // First, so that the file itself is never left out for being shown elsewhere, too.
      { source: real, target: referenceInside(reference) },
      ...(await baseMounts(libraries)),
      ...(await libraries.mountsFor([real])),
      ...(await interpreterMounts(real, libraries)),
      ...(await dataMounts(path.basename(file), path.basename(real), libraries)),
      ...asked.mounts,
    ]),
    links: { ...(await baseLinks()), ...asked.links },
  };
}

/** The words of a `#!` line, or none. */
export async function interpreterLine(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(256);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const line = head.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '';
    return line.startsWith('#!') ? line.slice(2).trim().split(/\s+/) : [];
  } finally {
    await handle.close();
  }
}

async function interpreterMounts(script: string, libraries: LibraryResolver): Promise<Mount[]> {
  const [interpreter = '', ...words] = await interpreterLine(script);
  if (interpreter === '') {
    return languageMounts(path.basename(script), libraries);
  }
  const isEnv = path.basename(interpreter) === 'env';
  const named = isEnv
    ? words.find((word) => !word.startsWith('-') && !word.includes('='))
    : undefined;
  const program = named === undefined ? interpreter : await findProgram(named);
  if (program === undefined || !(await exists(program))) {
    throw new UserError(
      `Preparing the reference ${script} failed: its interpreter ${named ?? interpreter} is not on this machine.`,
      { action: 'Install the interpreter, or use an image that has it.' },
    );
  }
  const programs = isEnv ? [interpreter, program] : [program];
  return [
    ...(await programMounts(programs, libraries)),
    ...(await languageMounts(path.basename(program), libraries)),
    ...(await ownPrefix(await realpath(program))),
  ];
}

const perlFolders = ['/usr/share/perl', '/usr/share/perl5', '/etc/perl', '/usr/local/share/perl'];

/** The libraries of the interpreters that scripts are mostly written for. */
async function languageMounts(name: string, libraries: LibraryResolver): Promise<Mount[]> {
  if (/^python3?(\.\d+)?$/.test(name)) {
    return [...(await pythonMounts(libraries)), ...(await pythonPackageMounts())];
  }
  if (name.startsWith('perl')) {
    const folder = await libraries.libraryFolder();
    const own = ['perl', 'perl5', 'perl-base'].map((one) => path.join(folder, one));
    return mountsOfExisting([...perlFolders, ...own]);
  }
  if (/^(sh|dash|bash|zsh|ksh|mksh|busybox|awk|gawk|mawk|node|ruby|lua|tclsh)/.test(name)) {
    // A script calls whatever the system has. `/usr/local/bin` is kept free for what it needs.
    const parts = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libexec', 'share', 'local/lib'];
    return mountsOfExisting([...parts.map((part) => `/usr/${part}`), '/etc/alternatives']);
  }
  return [];
}

/** An interpreter outside the system's folders is shown with the tree that it was installed into. */
async function ownPrefix(program: string): Promise<Mount[]> {
  const prefix = path.dirname(path.dirname(program));
  return program.startsWith('/usr/') || prefix === '/' ? [] : [await toolMount(prefix, prefix)];
}

/** Folders in which Debian keeps data that belongs to a program of this name. */
async function dataMounts(
  name: string,
  realName: string,
  libraries: LibraryResolver,
): Promise<Mount[]> {
  const folder = await libraries.libraryFolder();
  const roots = ['/usr/share', '/usr/lib', '/usr/libexec', '/etc', folder];
  const own = [...new Set([name, realName])].flatMap((one) =>
    roots.map((root) => path.join(root, one)),
  );
  const folders = [];
  for (const one of own) {
    if (await isFolder(one)) {
      folders.push(one);
    }
  }
  return mountsOfExisting([
    ...folders,
    '/usr/lib/locale',
    '/usr/share/locale',
    '/usr/share/misc',
    path.join(folder, 'gconv'),
  ]);
}

async function neededMounts(
  needs: readonly string[],
  libraries: LibraryResolver,
): Promise<Toolchain> {
  const mounts: Mount[] = [];
  const links: Record<string, string> = {};
  for (const need of needs) {
    if (!(await exists(need))) {
      throw new UserError(`The reference needs ${need}, which is not on this machine.`, {
        action: 'Install it, or correct "needs" in mirrorcode.json.',
      });
    }
    if (await isFolder(need)) {
      mounts.push(await toolMount(need));
      continue;
    }
    mounts.push(
      ...(await programMounts([need], libraries)),
      ...(await interpreterMounts(await realpath(need), libraries)),
    );
    const target = insidePath(need);
    if (!/^\/usr\/(local\/)?s?bin\//.test(target)) {
      // So that it is found by its name.
      links[`/usr/local/bin/${path.basename(need)}`] = target;
    }
  }
  return { mounts, links };
}

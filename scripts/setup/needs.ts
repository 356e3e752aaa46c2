import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from '../../test/support/host/chromium';
import { findExecutable } from '../../test/support/host/findExecutable';
import { repositoryRoot } from '../../test/support/host/paths';

/** Something of the system that a step works with, and the Debian packages that bring it. */
export interface Need {
  /** What it is and what for, for people. */
  readonly what: string;
  readonly packages: readonly string[];
  isMet(): boolean;
}

const has = (...names: string[]) => names.every((name) => findExecutable([name]) !== undefined);

export const bubblewrap: Need = {
  what: 'bubblewrap, which gives the sandboxes',
  packages: ['bubblewrap'],
  isMet: () => process.platform !== 'linux' || has('bwrap'),
};

export const compiler: Need = {
  what: 'a C compiler and musl, a small static libc, which build the case runner',
  packages: ['gcc', 'libc6-dev', 'musl-tools'],
  isMet: () => process.platform !== 'linux' || (has('gcc') && has('musl-gcc')),
};

export const python: Need = {
  what: 'python3, which the candidates of the samples are written in',
  packages: ['python3'],
  isMet: () => has('python3'),
};

export const browser: Need = {
  what: "Chromium, in which views and VS Code's server build are shown",
  packages: ['chromium'],
  isMet: () => findChromium() !== undefined,
};

export const serverTools: Need = {
  what: "g++, make and python3, which build the logger of VS Code's server",
  packages: ['g++', 'make', 'python3'],
  isMet: () => process.platform !== 'linux' || has('g++', 'make', 'python3'),
};

/** What a test brings a container engine of its own up with: root alone can. */
function containerEngine(what: string, commands: readonly string[], packages: readonly string[]) {
  const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;
  return { what, packages, isMet: () => !isRootOnLinux || has(...commands) };
}

export const containerEngines: readonly Need[] = [
  containerEngine(
    'a Docker engine, in which sandboxes are tried too',
    ['dockerd', 'containerd', 'runc'],
    ['docker.io'],
  ),
  containerEngine(
    'Podman, in which sandboxes are tried too',
    ['podman', 'conmon', 'runc'],
    ['podman', 'conmon', 'runc'],
  ),
  containerEngine(
    'a static busybox, of which their images are made',
    ['busybox'],
    ['busybox-static'],
  ),
];

/** The references of the samples, which `samples/packages.txt` names, one package a line. */
export function sampleReferences(): Need {
  const list = path.join(repositoryRoot, 'samples/packages.txt');
  const packages = existsSync(list)
    ? readFileSync(list, 'utf8')
        .split('\n')
        .map((line) => line.replace(/#.*/, '').trim())
        .filter((line) => line !== '')
    : [];
  const absent = () => packages.filter((name) => !isInstalled(name));
  return {
    what: 'the programs that the samples take for references',
    get packages() {
      return absent();
    },
    // Elsewhere than on Debian there is no telling by a package's name.
    isMet: () => !has('dpkg-query') || absent().length === 0,
  };
}

function isInstalled(packageName: string): boolean {
  const query = ['-W', '-f=${db:Status-Status}', packageName];
  const { status, stdout } = spawnSync('dpkg-query', query, { encoding: 'utf8' });
  return status === 0 && stdout === 'installed';
}

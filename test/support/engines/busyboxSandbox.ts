import type { ExecRequest, Mount, SandboxSpec } from '../../../src/core/sandbox/sandbox';
import { findExecutable } from '../host/findExecutable';

const MiB = 1024 * 1024;

export const smallLimits = {
  timeout: 5,
  memory: 128 * MiB,
  processes: 16,
  output: MiB,
  fileSize: 16 * MiB,
};

const applets = 'sh cat ls id sleep dd yes find env stat touch readlink wc nc ps kill'.split(' ');

/** The host's static busybox under each of its names: a toolchain that needs nothing else. */
export function busyboxMounts(): readonly Mount[] {
  const source = findExecutable(['busybox']) ?? '/usr/bin/busybox';
  return applets.map((name) => ({ source, target: `/bin/${name}`, toolchain: true }));
}

export function busyboxSpec(changes: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    purpose: 'test',
    mounts: busyboxMounts(),
    links: {},
    forbidden: [],
    lanes: 1,
    limits: smallLimits,
    ...changes,
  };
}

/** A request that runs a shell script. */
export function script(text: string, changes: Partial<ExecRequest> = {}): ExecRequest {
  return {
    program: '/bin/sh',
    argv0: 'sh',
    args: ['-c', text],
    env: [
      ['PATH', '/bin'],
      ['HOME', '/home/user'],
    ],
    cwd: '/work',
    files: [],
    stdin: new Uint8Array(),
    umask: 0o022,
    limits: smallLimits,
    collectOutputs: true,
    ...changes,
  };
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

import { chmod, copyFile, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { isExecutableFormat } from '../../sandbox/multiCall';
import type { SandboxSpec } from '../../sandbox/sandbox';
import { referenceProgram, referenceSpec } from '../../sandbox/specs';
import type { Target } from '../../targets/target';

export interface OracleSpec {
  readonly spec: SandboxSpec;
  /** Whether the reference could be made to print its own file, a script by nature. */
  readonly isReadable: boolean;
}

/**
 * The sandbox in which the reference answers an agent. A program that prints files (`sed`, `hexyl`)
 * could be asked for its own, so that it is shown as a copy that can be run and not read.
 * @param folder Where the copy is made; absolute, and such that every user can pass to it.
 * @throws UserError when the target has no reference on this machine, or what it needs is missing.
 */
export async function oracleSpec(
  target: Target,
  lanes: number,
  folder: string,
): Promise<OracleSpec> {
  const spec = await referenceSpec(target, lanes);
  const inside = referenceProgram(target);
  const shown = spec.mounts.find((mount) => mount.target === inside);
  if (shown === undefined || !(await isBinary(shown.source))) {
    return { spec, isReadable: true };
  }
  const copy = path.join(folder, path.basename(inside));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
  await rm(copy, { force: true });
  await copyFile(shown.source, copy);
  await chmod(copy, 0o111);
  const unreadable = { source: copy, target: inside, unreadable: true };
  return {
    spec: {
      ...spec,
      mounts: spec.mounts.map((mount) => (mount === shown ? unreadable : mount)),
    },
    isReadable: false,
  };
}

async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return isExecutableFormat(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

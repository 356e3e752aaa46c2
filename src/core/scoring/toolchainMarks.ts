import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { SandboxSpec } from '../sandbox/sandbox';

/** What changes when a toolchain on this machine does: sizes and times of its files. */
export async function toolchainMarks({ mounts, links }: SandboxSpec): Promise<readonly unknown[]> {
  const shown = mounts.map(({ source, target }) => ({ source, target }));
  // A link's target is a program in a folder that is shown whole, at its own place.
  const linked = Object.values(links)
    .filter((target) => target.startsWith('/'))
    .map((target) => ({ source: target, target }));
  return Promise.all(
    [...shown, ...linked].map(async ({ source, target }) => {
      const stats = await stat(source).catch(() => undefined);
      return [target, stats?.size, stats?.mtimeMs];
    }),
  );
}

/** The hexadecimal SHA-256 of some values. */
export function hashOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { findExecutable } from '../host/findExecutable';

/** @returns nothing where all commands are here, or the sentence that says what is missing. */
export function lackOf(
  commands: readonly string[],
  packages: readonly string[],
): string | undefined {
  const missing = commands.filter((name) => findExecutable([name]) === undefined);
  return missing.length === 0
    ? undefined
    : `${missing.join(', ')} not found (apt-get install ${packages.join(' ')})`;
}

/** Takes away every mount at or below `folder`, deepest first. */
export function unmountBelow(folder: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
  for (const point of points.reverse()) {
    spawnSync(findExecutable(['umount']) ?? 'umount', ['-l', point]);
  }
}

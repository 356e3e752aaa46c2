import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Mount } from '../../sandbox/sandbox';
import { exists } from '../../sandbox/toolchains/hostFiles';
import { asObject } from '../../transcripts/values';

/** Packages that one may bring along; more is no agent. */
const mostPackages = 2000;

/** The npm package that a file belongs to, absolute; undefined where it belongs to none. */
export async function packageOf(file: string): Promise<string | undefined> {
  for (
    let folder = path.dirname(file);
    folder !== path.dirname(folder);
    folder = path.dirname(folder)
  ) {
    if (await exists(path.join(folder, 'package.json'))) {
      return isInstalled(folder) ? folder : undefined;
    }
  }
  return undefined;
}

/** The name of an installed package: `@openai/codex` of `…/node_modules/@openai/codex`. */
function packageName(folder: string): string {
  return folder.split(`${path.sep}node_modules${path.sep}`).at(-1) ?? '';
}

function isInstalled(folder: string): boolean {
  return folder.includes(`${path.sep}node_modules${path.sep}`);
}

/**
 * The package and those that it needs, side by side below one folder inside: no other package that is
 * installed beside them, and nothing of the folders above.
 * @param inside The `node_modules` inside, absolute.
 */
export async function packageMounts(folder: string, inside: string): Promise<Mount[]> {
  const mounts = new Map<string, Mount>();
  const waiting = [folder];
  for (const one of waiting) {
    const target = `${inside}/${packageName(one)}`;
    if (mounts.has(target) || mounts.size >= mostPackages) {
      continue;
    }
    mounts.set(target, { source: one, target });
    for (const name of await dependencies(one)) {
      const found = await findPackage(one, name);
      // What lies inside of a package is shown with it.
      if (found !== undefined && !found.startsWith(one + path.sep)) {
        waiting.push(found);
      }
    }
  }
  return [...mounts.values()];
}

async function dependencies(folder: string): Promise<string[]> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const described = asObject(JSON.parse(text));
  return ['dependencies', 'optionalDependencies'].flatMap((key) =>
    Object.keys(asObject(described[key])),
  );
}

/** As Node looks for it: beside the package, then in the folders above. */
async function findPackage(from: string, name: string): Promise<string | undefined> {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (await exists(path.join(candidate, 'package.json'))) {
      return realpath(candidate);
    }
  }
  return undefined;
}

import { UserError } from '../core/errors';
import { discoverTargets } from '../core/targets/discoverTargets';
import { openTarget } from '../core/targets/openTarget';
import type { Target } from '../core/targets/target';
import { stat } from 'node:fs/promises';
import type { CliIo } from './io';
import { pathFrom } from './pathFrom';

/** How `--help` describes the argument. */
export const targetHelp = 'folder of a target, gold file, FOLDER#NAME, or a name below this folder';

/**
 * The target that a person names on the command line: its folder, its `mirrorcode.json`, a gold
 * file, `CHECKOUT#name`, or the bare name of a target below the current folder.
 * @throws UserError when there is none or the name fits several.
 */
export async function resolveTarget(io: Pick<CliIo, 'cwd'>, text: string): Promise<Target> {
  const [, folder, name] = /^(.*)#([^#/]+)$/u.exec(text) ?? [];
  if (folder !== undefined && name !== undefined) {
    return findByName(pathFrom(io, folder), name);
  }
  const at = pathFrom(io, text);
  if (!/^[\w.+-]+$/u.test(text) || (await exists(at))) {
    return openTarget(at);
  }
  return findByName(io.cwd, text);
}

async function findByName(root: string, name: string): Promise<Target> {
  const { targets } = await discoverTargets(root);
  const found = targets.filter((target) => target.name === name);
  const [first, second] = found;
  if (first === undefined) {
    const names = targets.map((target) => target.name);
    throw new UserError(`There is no target ${name} below ${root}.`, {
      action:
        names.length > 0
          ? `There are: ${names.slice(0, 20).join(', ')}.`
          : 'Make one with: mirrorcode init DIR --reference PATH',
    });
  }
  if (second !== undefined) {
    throw new UserError(`Several targets below ${root} are called ${name}.`, {
      action: `Name one by its folder: ${found.map((target) => target.path).join(', ')}.`,
    });
  }
  return first;
}

async function exists(at: string): Promise<boolean> {
  try {
    await stat(at);
    return true;
  } catch {
    return false;
  }
}

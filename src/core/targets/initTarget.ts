import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import { errorText, UserError } from '../errors';
import { manifestName, openTarget, resolveExecutable } from './openTarget';
import { parseManifest } from './parseManifest';
import type { Target } from './target';

/**
 * Makes a new target: a folder with a manifest that pins the reference. A reference that lies in the
 * folder is named from there, so that the folder can be moved.
 * @param options.reference Path of the executable (from `from` where it is relative), or its bare
 * name on `PATH`.
 * @throws UserError when there is a target already, or the reference can't be read or run.
 */
export async function initTarget(
  folder: string,
  options: { readonly reference: string; readonly from?: string; readonly name?: string },
): Promise<Target> {
  const manifest = path.join(folder, manifestName);
  const isThere = await access(manifest).then(
    () => true,
    () => false,
  );
  if (isThere) {
    throw new UserError(`There is already a target at ${folder}.`, {
      action: `Edit its ${manifestName}, or choose another folder.`,
    });
  }
  const reference = await resolveExecutable(options.reference, options.from ?? folder);
  const bytes = await readExecutable(reference);
  const name = options.name ?? path.basename(reference).replace(/[^\w.+-]/gu, '-');
  const inside = path.relative(folder, reference).split(path.sep).join('/');
  const document = {
    name,
    title: name,
    reference: {
      path: inside.startsWith('../') || path.isAbsolute(inside) ? reference : `./${inside}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    docs: 'docs',
    limits: { timeout: 2 },
    profile: 'exact',
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  // A name that can't be one is said before anything is written.
  parseManifest(text, manifest);
  await writeFileAtomically(manifest, text);
  return openTarget(manifest);
}

async function readExecutable(reference: string): Promise<Uint8Array> {
  try {
    // Opening a pipe would wait for someone to write to it.
    if (!(await stat(reference)).isFile()) {
      throw new Error('it is not a file');
    }
    await access(reference, constants.X_OK);
    return await readFile(reference);
  } catch (error) {
    throw new UserError(`Reading the reference ${reference} failed: ${errorText(error)}.`, {
      action: 'Give the path of a program that you may read and run.',
      cause: error,
    });
  }
}

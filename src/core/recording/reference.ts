import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { errorText, UserError } from '../errors';
import type { Target } from '../targets/target';

/**
 * SHA-256 of the reference executable, hexadecimal.
 * @throws UserError when the target names no reference on this machine or it cannot be read.
 */
export async function hashReference(target: Target): Promise<string> {
  const file = target.reference?.path;
  if (file === undefined) {
    throw new UserError(`Recording ${target.name} failed: its manifest names no reference.`, {
      action: 'Give mirrorcode.json a "reference" with the path of the executable.',
    });
  }
  const hash = createHash('sha256');
  try {
    // Opening a pipe would wait for someone to write to it.
    if (!(await stat(file)).isFile()) {
      throw new Error('it is not a file');
    }
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw new UserError(
      `Reading the reference of ${target.name} at ${file} failed: ${errorText(error)}.`,
      { action: 'Install it, or correct its path in mirrorcode.json.', cause: error },
    );
  }
  return hash.digest('hex');
}

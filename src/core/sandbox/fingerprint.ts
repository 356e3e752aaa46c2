import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { errorText, UserError } from '../errors';

/** What makes a file the reference, whatever its name. */
export interface Fingerprint {
  readonly command: string;
  /** Bytes; -1 where the content is not known here, so that only the name tells. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The hexadecimal SHA-256 of a file. @throws the file system's error. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * What tells a reference that lies on this machine.
 * @throws UserError when it can't be read.
 */
export async function fingerprintFile({
  path,
  command,
}: {
  readonly path: string;
  readonly command: string;
}): Promise<Fingerprint> {
  try {
    return { command, size: (await stat(path)).size, sha256: await hashFile(path) };
  } catch (error) {
    throw new UserError(`Reading the reference ${path} failed: ${errorText(error)}.`, {
      action: 'Install it, or correct its path in mirrorcode.json.',
      cause: error,
    });
  }
}

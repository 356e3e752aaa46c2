import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes the pieces of an export beside its file and renames it over: a cut one never stands there. */
export async function writeExport(
  pieces: AsyncIterable<string>,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const beside = `${target}.${process.pid}.tmp`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(beside), { signal });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, UserError } from '../errors';

/** Docs beyond this are not looked through (bytes). */
const largestDocs = 16 << 20;

/**
 * All files below the docs folder as one Latin-1 text; what is not there reads as empty.
 * @throws UserError when what is there can't be read.
 */
export async function readDocs(folder: string): Promise<string> {
  try {
    return await readTexts(folder);
  } catch (error) {
    throw new UserError(`Reading the docs in ${folder} failed: ${errorText(error)}.`, {
      action: 'Check that it is a folder and that you may read what is in it.',
      cause: error,
    });
  }
}

async function readTexts(folder: string): Promise<string> {
  let size = 0;
  const texts: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') {
        return [];
      }
      throw error;
    },
  );
  for (const entry of entries) {
    if (entry.isFile() && size < largestDocs) {
      const file = path.join(entry.parentPath, entry.name);
      const bytes = await readHead(file, largestDocs - size);
      size += bytes.length;
      texts.push(bytes.toString('latin1'));
    }
  }
  return texts.join('\n');
}

/** The first bytes of a file of any size. */
async function readHead(file: string, most: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const target = Buffer.alloc(Math.min(most, (await handle.stat()).size));
    const { bytesRead } = await handle.read(target, 0, target.length, 0);
    return target.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

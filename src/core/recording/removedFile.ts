import { randomUUID } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomicFile';
import { isCasePath, linkAbove } from '../cases/caseFiles';
import { isInsidePath } from '../cases/paths';
import { UserError } from '../errors';

/** A file that was taken away, with what it takes to put it back as it was. */
export interface RemovedFile {
  /** From the folder that it was taken from. */
  readonly file: string;
  /** Base64: what can't be read may not even be text. */
  readonly bytes: string;
}

/** Keeps what a file holds before it goes. */
export async function keepFile(root: string, file: string): Promise<RemovedFile> {
  const bytes = await readFile(file);
  return { file: path.relative(root, file), bytes: bytes.toString('base64') };
}

/**
 * Puts a case's file back, beside whatever lies in its place by now.
 * @param root The folder of a store.
 * @throws UserError when it is no file of a case there: what was kept comes with the workspace.
 */
export async function putBack(root: string, { file, bytes }: RemovedFile): Promise<void> {
  const whole = path.join(root, file);
  const isOwn = isInsidePath(file) && isCasePath(file);
  if (!isOwn || (await linkAbove(whole, root)) !== undefined) {
    throw new UserError(`Undoing failed: ${file} lies outside of the queue.`, {
      action: 'Nothing was undone.',
    });
  }
  const { dir, name, ext } = path.parse(whole);
  const free = (await exists(whole)) ? path.join(dir, `${name}-${randomUUID()}${ext}`) : whole;
  await writeFileAtomically(free, Buffer.from(bytes, 'base64'));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

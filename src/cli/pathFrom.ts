import { statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors';
import type { CliIo } from './io';

/**
 * The absolute path that a person means, from where the command was called.
 * @throws UserError for a name that is not UTF-8: Node would take it for another one.
 */
export function pathFrom({ cwd }: Pick<CliIo, 'cwd'>, text: string): string {
  const absolute = path.resolve(cwd, text);
  if (/\p{Cs}/u.test(absolute)) {
    throw new UserError(`${JSON.stringify(absolute)} can't be opened: the path is not UTF-8.`, {
      action: 'Rename the folder or file, or name it through a link whose path is UTF-8.',
    });
  }
  return absolute;
}

/**
 * Node writes U+FFFD for what is not UTF-8 in the path of the current folder, which is then the path
 * of another folder.
 * @throws UserError where that is so.
 */
export function assertKnownFolder(cwd: string): void {
  if (!cwd.includes('\ufffd')) {
    return;
  }
  const [here, named] = [statSync('.'), statSync(cwd, { throwIfNoEntry: false })];
  if (here.ino !== named?.ino || here.dev !== named.dev) {
    throw new UserError('This folder cannot be worked in: its path is not UTF-8.', {
      action: 'Rename the folder, or come to it through a link whose path is UTF-8.',
    });
  }
}

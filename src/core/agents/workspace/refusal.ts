import { WorkspaceError } from '../workspace';

const errnoTexts: Readonly<Record<number, string>> = {
  1: 'it is not permitted',
  2: 'there is no such file',
  7: 'it holds too many entries',
  13: 'permission is denied',
  20: 'a part of its path is no folder',
  21: 'it is a folder',
  22: 'it is no regular file',
  27: 'it is too large',
  28: 'the disk is full',
  30: 'it is read-only',
  36: 'its path is too long',
  40: 'its links lead in a circle',
};

/** @throws WorkspaceError unless the system's error number is 0. */
export function refuse(errno: number, doing: string, where = ''): void {
  if (errno !== 0) {
    const at = where === '' ? '' : ` at ${where}`;
    const why = errnoTexts[errno] ?? `error ${errno}`;
    throw new WorkspaceError(`${doing} failed${at}: ${why}.`);
  }
}

import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/** The file that a name or path stands for on this machine, if there is one. */
export async function findAgent(
  program: string,
  searchPath: string | undefined,
): Promise<string | undefined> {
  const files = program.includes('/')
    ? [path.resolve(program)]
    : (searchPath ?? '').split(path.delimiter).flatMap((folder) => {
        return path.isAbsolute(folder) ? [path.join(folder, program)] : [];
      });
  for (const file of files) {
    if (await canRun(file)) {
      return file;
    }
  }
  return undefined;
}

function canRun(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';

/** Finds an executable by its absolute path, or by its name in `folders`. */
export async function findExecutable(
  text: string,
  folders: readonly string[],
): Promise<{ path: string } | { problem: string }> {
  const name = text.trim();
  if (name === '') {
    return { problem: 'Name an executable.' };
  }
  const candidates = path.isAbsolute(name)
    ? [name]
    : name.includes(path.sep)
      ? []
      : folders.filter((folder) => folder !== '').map((folder) => path.join(folder, name));
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) {
      return { path: candidate };
    }
  }
  return {
    problem: path.isAbsolute(name)
      ? `${name} is not an executable file.`
      : name.includes(path.sep)
        ? 'Give the whole path, from the root on.'
        : `No executable ${name} was found on PATH. Give its whole path.`,
  };
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false; // not there, or not ours to run
  }
}

import type { Case } from './case';
import { contentHash } from './content';

/** Two cases have the same key exactly when the program is given the same. */
export function inputKey({ input }: Pick<Case, 'input'>): string {
  const files = input.files.map((file) =>
    file.kind === 'file' ? { ...file, content: contentHash(file.content) } : file,
  );
  return JSON.stringify([
    input.args,
    Object.entries(input.env).sort(),
    contentHash(input.stdin),
    files,
  ]);
}

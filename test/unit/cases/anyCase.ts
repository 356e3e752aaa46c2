import fc from 'fast-check';
import type { Case, FileEntry } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { decodeOsString } from '../../../src/core/cases/osString';

/** Bytes that break formats: sigils, escapes, white space of all kinds, torn UTF-8, lookalikes. */
const nastyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['|', '\\', '<', '-- stdout', '#', '\t', ' ', '\r', '\n', '\r\n', '\\x20'],
      ),
      fc.constantFrom(...['\x1b[0m', '\0', '\u0085', '\u200b', '\ufeff', '\ufffd', '😀', 'é', '']),
      fc.uint8Array({ minLength: 1, maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))));

const nastyText = nastyBytes.map((bytes) => decodeOsString(bytes.filter((byte) => byte !== 0)));
const part = nastyText
  .map((text) => text.replaceAll('/', '_'))
  .filter((text) => !/^\.{0,2}$/u.test(text));
const filePath = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const mode = fc.constantFrom(0o644, 0o755, 0o600, 0o4711, 0);
const content = nastyBytes.map(bytesContent);

/** Entries that can lie in one folder: nothing below what is no folder. */
function treeOf(extra: readonly fc.Arbitrary<FileEntry>[]): fc.Arbitrary<FileEntry[]> {
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('file' as const), path: filePath, mode, content }),
    fc.record({ kind: fc.constant('link' as const), path: filePath, target: nastyText }),
    fc.record({ kind: fc.constant('dir' as const), path: filePath, mode }),
    ...extra,
  );
  return fc.array(entry, { maxLength: 4 }).map((entries) => {
    const kept = new Map<string, FileEntry>();
    for (const one of entries as FileEntry[]) {
      const clashes = [...kept.keys()].some(
        (other) =>
          other === one.path ||
          other.startsWith(`${one.path}/`) ||
          one.path.startsWith(`${other}/`),
      );
      if (!clashes) {
        kept.set(one.path, one);
      }
    }
    return [...kept.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  });
}

const absent = fc.record({ kind: fc.constant('absent' as const), path: filePath });
const variable = nastyText.map((text) => text.replaceAll('=', '_')).filter((text) => text !== '');
const clean = fc.string({ minLength: 1 }).filter((text) => !/\p{Cs}/u.test(text));

/** Cases that hold whatever a case can. */
export const anyCase: fc.Arbitrary<Case> = fc.record(
  {
    name: clean,
    labels: fc.array(clean, { maxLength: 2 }),
    duals: fc.array(clean, { maxLength: 2 }),
    input: fc.record({
      args: fc.array(nastyText, { maxLength: 3 }),
      env: fc.dictionary(variable, nastyText, { maxKeys: 3, noNullPrototype: true }),
      stdin: content,
      files: treeOf([]),
    }),
    gold: fc.record({
      stdout: content,
      stderr: content,
      returncode: fc.integer({ min: -64, max: 255 }),
      outputs: treeOf([absent]),
    }),
    suppress: fc.dictionary(clean, clean, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  },
  { requiredKeys: ['name', 'labels', 'duals', 'input'] },
);

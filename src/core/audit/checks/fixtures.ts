import type { FileEntry } from '../../cases/case';
import { defaultFileMode } from '../../cases/caseLayout';
import type { AuditedCase, Check } from '../finding';

/** What Git LFS leaves in the place of a file that was not fetched (its specification, version 1). */
const lfsPointer = 'version https://git-lfs.github.com/spec/v1\n';

export const lfsPointers: Check = {
  id: 'lfs-pointer',
  title: 'Git LFS pointer instead of a file',
  why: 'The file was never fetched: the reference read a pointer of three lines, and so will every candidate.',
  fix: 'Fetch the file with git lfs pull, then record the case again.',
  *run({ cases }) {
    for (const audited of cases) {
      const part = partsOf(audited).find(([, text]) => text.startsWith(lfsPointer))?.[0];
      if (part !== undefined) {
        yield {
          severity: 'error',
          cases: [audited.source.name],
          part,
          message: `${part} is a Git LFS pointer, not what it points to`,
        };
      }
    }
  },
};

function partsOf({ source, text, fileHeads }: AuditedCase): [string, string][] {
  const files = source.input.files.map(({ path }): [string, string] => [
    `file ${path}`,
    fileHeads.get(path) ?? '',
  ]);
  return [['stdin', text.stdin], ...files];
}

/** `#!`, ELF, Mach-O and a DOS or Windows program. */
const programStarts = ['#!', '\x7fELF', '\xcf\xfa\xed\xfe', 'MZ\x90'];

export const lostModes: Check = {
  id: 'lost-mode',
  title: 'Program without its executable bit',
  why: 'Archives, checkouts and rows drop file modes; a program that can not be started gives another answer than the author meant.',
  fix: 'Set the mode of the file (mode=0755) and record the case again, or say why it is right as it is.',
  *run({ cases }) {
    for (const { source, fileHeads } of cases) {
      const lost = source.input.files.find((file) =>
        isPlainProgram(file, fileHeads.get(file.path) ?? ''),
      );
      if (lost !== undefined) {
        yield {
          severity: 'info',
          cases: [source.name],
          part: `file ${lost.path}`,
          message: `${lost.path} begins as a program does and is not executable`,
        };
      }
    }
  },
};

function isPlainProgram(file: FileEntry, head: string): boolean {
  return (
    file.kind === 'file' &&
    file.mode === defaultFileMode &&
    programStarts.some((start) => head.startsWith(start))
  );
}

import { open } from 'node:fs/promises';

/** Programs that are many commands in one file (busybox and the like), told by their content. */

/**
 * What gives away a multi-call program, and how the name of a command stands in it: BusyBox has one
 * list of names between NULs, others are compiled from C strings, of which one may be the end of
 * another, uutils' Rust strings have no ends at all.
 */
const kinds = [
  { marks: ['BusyBox v', 'sbase-box'], before: '\0', after: '\0' },
  { marks: ['toybox', 'coreutils-prog'], before: '', after: '\0' },
  { marks: ['uutils'], before: '', after: '' },
] as const;

const elfMagic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

/** Bytes; larger executables are no multi-call programs of small tools. */
export const largestMultiCall = 64 * 1024 * 1024;

/** Whether a file that begins with these bytes is an executable in Linux's format. */
export function isExecutableFormat(start: Uint8Array): boolean {
  return elfMagic.equals(start.subarray(0, elfMagic.length));
}

/** The same of a file. @throws the file system's error when it can't be read. */
export async function isExecutableFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return isExecutableFormat(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Whether an executable is a multi-call program that contains a command of this name. */
export function isMultiCallWith(bytes: Buffer, command: string): boolean {
  return (
    isExecutableFormat(bytes) &&
    kinds.some(
      ({ marks, before, after }) =>
        marks.some((mark) => bytes.includes(mark)) && bytes.includes(`${before}${command}${after}`),
    )
  );
}

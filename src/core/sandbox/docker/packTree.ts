import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';

/** Of the empty file that stands for one that must not be found. */
export const hiddenMode = 0o400;

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/** Puts one entry into an archive. `name` is relative to where the archive is unpacked. */
export async function packEntry(
  archive: Pack,
  header: EntryHeader,
  data: string | Buffer = '',
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    archive.entry(header, data, (error) => {
      if (error) {
        reject(error);
      } else {
        resolve();
      }
    });
  });
}

export interface PackOptions {
  readonly isHidden?: (name: string) => boolean;
  readonly mode?: number;
}

/**
 * Puts a file or a folder with everything below it into an archive under `name`; symbolic links stay
 * links, owners become root, sockets and devices are left out, and what `isHidden` says of a name is
 * an empty file. Times are left out too, so that equal
 * trees give equal archives. `mode`: of the one file that is packed, in place of its own.
 * @throws the file system's error, when something can't be read.
 */
export async function packTree(
  archive: Pack,
  source: string,
  name: string,
  options: PackOptions = {},
): Promise<void> {
  const { isHidden = () => false } = options;
  const stats = await lstat(source);
  const mode = options.mode ?? stats.mode & 0o7777;
  const header = { name, mode, mtime: new Date(0), uid: 0, gid: 0 };
  if (isHidden(name)) {
    await packEntry(archive, { ...header, mode: hiddenMode });
  } else if (stats.isSymbolicLink()) {
    await packEntry(archive, { ...header, type: 'symlink', linkname: await readlink(source) });
  } else if (stats.isDirectory()) {
    await packEntry(archive, { ...header, type: 'directory' });
    for (const child of (await readdir(source)).sort()) {
      await packTree(archive, path.join(source, child), `${name}/${child}`, options);
    }
  } else if (stats.isFile()) {
    const entry = archive.entry({ ...header, type: 'file', size: stats.size });
    // `end` bounds a file that grows while it is read.
    const end = Math.max(stats.size - 1, 0);
    await (stats.size === 0 ? endEntry(entry) : pipeline(createReadStream(source, { end }), entry));
  }
}

/** An archive that `fill` writes while the engine reads; what `fill` throws ends the stream. */
export function archiveOf(fill: (archive: Pack) => Promise<void>): Readable {
  const archive = pack();
  fill(archive).then(
    () => {
      archive.finalize();
    },
    (error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return Readable.from(archive);
}

function endEntry(entry: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    entry.once('error', reject);
    entry.end(resolve);
  });
}

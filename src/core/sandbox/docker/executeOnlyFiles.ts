import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { isExecutableFormat } from '../multiCall';
import { httpStatus } from './engineEvents';

/** A program of an image and its bytes. */
export interface ImageProgram {
  /** Absolute, with no link on the way. */
  readonly path: string;
  readonly bytes: Buffer;
}

const mostLinks = 16;
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Reads the programs of an image that are to be run and not read; scripts, which have to be read to be
 * run, and what is not there are left out.
 * @param names Absolute paths, or names to be looked up on `searchPath`.
 * @throws the engine's error.
 */
export async function readPrograms(
  loader: Docker.Container,
  names: readonly string[],
  searchPath = usualPath,
): Promise<readonly ImageProgram[]> {
  const programs: ImageProgram[] = [];
  for (const name of names) {
    const file = await findInImage(loader, name, searchPath);
    const bytes = file === undefined ? undefined : await readFromImage(loader, file);
    if (file !== undefined && bytes !== undefined && isExecutableFormat(bytes)) {
      programs.push({ path: file, bytes });
    }
  }
  return programs;
}

async function findInImage(
  loader: Docker.Container,
  name: string,
  searchPath: string,
): Promise<string | undefined> {
  const places = name.includes('/')
    ? [path.posix.resolve('/', name)]
    : searchPath.split(':').map((folder) => path.posix.join(folder, name));
  for (const place of places) {
    const found = await followLinks(loader, place);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

async function followLinks(loader: Docker.Container, place: string): Promise<string | undefined> {
  let at = place;
  for (let links = 0; links < mostLinks; links++) {
    const target = await linkTarget(loader, at);
    if (target === undefined || target === '') {
      return target === undefined ? undefined : at;
    }
    at = path.posix.resolve(path.posix.dirname(at), target);
  }
  return undefined;
}

/** Where a link leads; empty for what is none, nothing for what is not there. */
async function linkTarget(loader: Docker.Container, at: string): Promise<string | undefined> {
  try {
    const answer: unknown = await loader.infoArchive({ path: at });
    const { headers } = answer as { headers: Record<string, string | undefined> };
    const stat = headers['x-docker-container-path-stat'] ?? '';
    const text = Buffer.from(stat, 'base64').toString('utf8');
    return (JSON.parse(text) as { linkTarget?: string }).linkTarget ?? '';
  } catch (error) {
    if (httpStatus(error) === 404) {
      return undefined;
    }
    throw error;
  }
}

async function readFromImage(loader: Docker.Container, file: string): Promise<Buffer | undefined> {
  const unpack = extract();
  const archive = Readable.from(await loader.getArchive({ path: file }));
  archive.on('error', (error: Error) => unpack.destroy(error));
  archive.pipe(unpack);
  let bytes: Buffer | undefined;
  for await (const entry of unpack) {
    if (entry.header.type === 'file') {
      bytes = await buffer(entry);
    }
    entry.resume();
  }
  return bytes;
}

import { createHash } from 'node:crypto';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { UserError } from '../../errors';
import { fingerprintFile } from '../fingerprint';
import type { Fingerprint } from '../fingerprint';
import type { Forbidden } from '../sandbox';
import { withLoader } from './derivedImage';
import { httpStatus } from './engineEvents';
import { provideImage } from './images';
import type { Image, ImageOptions } from './images';
import { parseImage } from './imageSource';

/** Where programs are looked for in an image that declares no `PATH`. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Links that lead to a program, at most. */
const mostLinks = 16;

/**
 * What tells a reference, wherever it lies: on this machine, or in an image, which is had for that.
 * @throws UserError when the reference or its image can't be had; InfraError when the engine fails.
 */
export async function fingerprintOf(
  docker: Docker,
  forbidden: Forbidden,
  options: ImageOptions,
): Promise<Fingerprint> {
  const { image: name, command } = forbidden;
  if (name === undefined) {
    return fingerprintFile(forbidden);
  }
  const image = await provideImage(docker, parseImage(name), options);
  const content = await withLoader(docker, image.id, '', (loader) =>
    contentOf(loader, candidatesFor(forbidden.path, image)),
  );
  if (content === undefined) {
    throw new UserError(`The image ${name} has no ${forbidden.path}, which is the reference.`, {
      action: 'Correct "reference" in mirrorcode.json.',
    });
  }
  return { command, ...content };
}

function candidatesFor(program: string, { env }: Image): readonly string[] {
  return path.posix.isAbsolute(program)
    ? [program]
    : (env['PATH'] ?? usualPath).split(':').map((folder) => path.posix.join(folder, program));
}

type Content = Omit<Fingerprint, 'command'>;

/** The content of the first of these files that is there, links followed. */
async function contentOf(
  loader: Docker.Container,
  files: readonly string[],
): Promise<Content | undefined> {
  for (const file of files) {
    let place = file;
    for (let links = 0; links < mostLinks; links++) {
      const found = await lookAt(loader, place);
      if (found === undefined) {
        break;
      }
      if (typeof found !== 'string') {
        return found;
      }
      place = path.posix.resolve(path.posix.dirname(place), found);
    }
  }
  return undefined;
}

/** A file's content, a link's target, or nothing where there is neither. */
async function lookAt(
  loader: Docker.Container,
  file: string,
): Promise<Content | string | undefined> {
  let archive: NodeJS.ReadableStream;
  try {
    archive = await loader.getArchive({ path: file });
  } catch (error) {
    if (httpStatus(error) === 404) {
      return undefined;
    }
    throw error;
  }
  let found: Content | string | undefined;
  const unpack = extract();
  const walk = (async () => {
    for await (const entry of unpack) {
      const { type, size, linkname } = entry.header;
      if (type === 'file' && found === undefined) {
        const hash = createHash('sha256');
        for await (const piece of entry) {
          hash.update(piece as Uint8Array);
        }
        found = { size, sha256: hash.digest('hex') };
      } else if (type === 'symlink' && found === undefined) {
        found = linkname;
      }
      entry.resume();
    }
  })();
  await Promise.all([pipeline(archive, unpack), walk]);
  return found;
}

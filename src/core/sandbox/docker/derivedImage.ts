import { createHash } from 'node:crypto';
import path from 'node:path';
import type Docker from 'dockerode';
import type { Pack } from 'tar-stream';
import { InfraError } from '../../errors';
import { executeOnlyMode } from '../executeOnly';
import type { Fingerprint } from '../fingerprint';
import type { Mount } from '../sandbox';
import { removeContainer } from './cleanUp';
import { engineWords, followEvents, httpStatus } from './engineEvents';
import { readPrograms } from './executeOnlyFiles';
import { findForbidden } from './imageScan';
import { inspectImage, ownRepository, type ImageOptions } from './images';
import { ownerLabel } from './owner';
import { archiveOf, hiddenMode, packEntry, packTree } from './packTree';

/** What marks images that are kept for the next time, and how many of them are kept. */
const cacheLabel = `${ownerLabel}.cache`;
const keptImages = 16;

type Links = Readonly<Record<string, string>>;

/** Who is who, as the runner says it in a sandbox that has no image. */
const passwd = `root:x:0:0:root:/root:/bin/sh
user:x:1000:1000:user:/home/user:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
`;
const group = `root:x:0:
user:x:1000:
nogroup:x:65534:
`;

/**
 * An image that holds nothing but symbolic links: everything else is mounted. It is made from a tiny
 * archive, so that it needs no registry.
 */
export async function provideEmptyImage(docker: Docker, links: Links): Promise<string> {
  const key = digestOf(['empty', passwd, group, links]);
  const tag = `empty-${key}`;
  const present = await inspectImage(docker, `${ownRepository}:${tag}`);
  if (present !== undefined) {
    return present.id;
  }
  const archive = archiveOf(async (pack) => {
    // An archive without entries is refused; these are mounted over in every container.
    for (const name of ['dev', 'proc', 'sys', 'tmp']) {
      await packEntry(pack, { name, type: 'directory', mode: 0o755 });
    }
    await packEntry(pack, { name: 'etc/passwd' }, passwd);
    await packEntry(pack, { name: 'etc/group' }, group);
    await packLinks(pack, links);
  });
  const stream = await docker.importImage(archive, { repo: ownRepository, tag });
  const events = await followEvents(docker, stream);
  const id = events.map(({ status }) => status ?? '').find((text) => text.startsWith('sha256:'));
  if (id === undefined) {
    throw new InfraError('The engine imported an empty image and did not say its name.');
  }
  // Podman takes no tag on import.
  await docker.getImage(id).tag({ repo: ownRepository, tag });
  return id;
}

export interface ImageNeeds {
  readonly forbidden: readonly Fingerprint[];
  readonly links: Links;
  /** Programs that are to be run and not read: absolute paths, or names on the image's `PATH`. */
  readonly executeOnly: readonly string[];
  readonly searchPath?: string | undefined;
}

/**
 * The image with the references hidden, or such that they can't be read, and the links made. It is kept
 * on the engine, under a name made of everything that it depends on, so that an image is looked through
 * once.
 * @throws InfraError when the engine fails.
 */
export async function provideMaskedImage(
  docker: Docker,
  baseId: string,
  needs: ImageNeeds,
  { onProgress = () => undefined }: ImageOptions,
): Promise<string> {
  const { links, forbidden, executeOnly, searchPath } = needs;
  if (forbidden.length + executeOnly.length + Object.keys(links).length === 0) {
    return baseId;
  }
  const tag = `masked-${digestOf(['masked', baseId, forbidden, links, executeOnly])}`;
  const present = await inspectImage(docker, `${ownRepository}:${tag}`);
  if (present !== undefined) {
    return present.id;
  }
  const names = forbidden.map(({ command }) => command).join(', ');
  return withLoader(docker, baseId, '', async (loader) => {
    onProgress(`Looking through the image for ${names}`);
    const hidden =
      forbidden.length === 0 ? [] : await findForbidden(await loader.export(), forbidden);
    if (hidden.length > 0) {
      onProgress(`Hiding ${hidden.join(', ')}`);
    }
    const missing = await missingLinks(loader, links);
    const programs = await readPrograms(loader, executeOnly, searchPath);
    const layer = archiveOf(async (pack) => {
      for (const file of hidden) {
        await packEntry(pack, { name: path.posix.relative('/', file), mode: hiddenMode });
      }
      for (const { path: file, bytes } of programs) {
        const name = path.posix.relative('/', file);
        await packEntry(pack, { name, mode: executeOnlyMode, size: bytes.length }, bytes);
      }
      await packLinks(pack, missing);
    });
    const id = await commit(loader, layer, { tag, labels: [`${cacheLabel}=1`] });
    await pruneCache(docker);
    return id;
  });
}

/** This machine's files, and which of them (as absolute paths inside) must not be found. */
export interface CopiedFiles {
  readonly mounts: readonly Mount[];
  readonly hidden: readonly string[];
}

/**
 * The image with this machine's files copied in, for an engine that can't mount them.
 * It belongs to one sandbox, which removes it.
 */
export function copyIntoImage(
  docker: Docker,
  baseId: string,
  { mounts, hidden }: CopiedFiles,
  owner: string,
): Promise<string> {
  const isHidden = (name: string) => hidden.includes(path.posix.resolve('/', name));
  return withLoader(docker, baseId, owner, (loader) => {
    const layer = archiveOf(async (pack) => {
      for (const { source, target, unreadable } of mounts) {
        const mode = unreadable === true ? { mode: executeOnlyMode } : {};
        await packTree(pack, source, path.posix.relative('/', target), { isHidden, ...mode });
      }
    });
    return commit(loader, layer, { labels: [`${ownerLabel}=${owner}`, `${cacheLabel}=0`] });
  });
}

/** Lends a container that is never started: only its file system is read and written. */
export async function withLoader<T>(
  docker: Docker,
  image: string,
  owner: string,
  use: (loader: Docker.Container) => Promise<T>,
): Promise<T> {
  const loader = await docker.createContainer({
    Image: image,
    Entrypoint: ['/never-started'],
    Cmd: [],
    Labels: { [ownerLabel]: owner },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    return await use(loader);
  } catch (cause) {
    throw new InfraError(`The engine can't prepare an image: ${engineWords(cause)}`, { cause });
  } finally {
    await removeContainer(docker, loader.id);
  }
}

async function commit(
  loader: Docker.Container,
  layer: NodeJS.ReadableStream,
  { tag, labels }: { readonly tag?: string; readonly labels: readonly string[] },
): Promise<string> {
  await loader.putArchive(layer, { path: '/' });
  const named = tag === undefined ? {} : { repo: ownRepository, tag };
  // One change a label: Podman reads no second one from the same.
  const changes = labels.map((label) => `LABEL ${label}`);
  const result = (await loader.commit({ ...named, changes, pause: false })) as {
    readonly Id: string;
  };
  // Podman leaves the algorithm out, and takes no bare digest as a name.
  return result.Id.startsWith('sha256:') ? result.Id : `sha256:${result.Id}`;
}

async function packLinks(pack: Pack, links: Links): Promise<void> {
  for (const [link, linkname] of Object.entries(links)) {
    await packEntry(pack, { name: path.posix.relative('/', link), type: 'symlink', linkname });
  }
}

/** The links whose places the image leaves free: what it has of its own belongs together. */
async function missingLinks(loader: Docker.Container, links: Links): Promise<Links> {
  const missing: [string, string][] = [];
  for (const [link, linkname] of Object.entries(links)) {
    try {
      await loader.infoArchive({ path: link });
    } catch (error) {
      if (httpStatus(error) !== 404) {
        throw error;
      }
      missing.push([link, linkname]);
    }
  }
  return Object.fromEntries(missing);
}

/** Removes the oldest of the images that are kept; one that is in use stays. */
async function pruneCache(docker: Docker): Promise<void> {
  const filters = JSON.stringify({ label: [`${cacheLabel}=1`] });
  const images = await docker.listImages({ filters });
  const byAge = images.sort((a, b) => b.Created - a.Created);
  for (const { Id } of byAge.slice(keptImages)) {
    await docker
      .getImage(Id)
      .remove()
      .catch(() => undefined);
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

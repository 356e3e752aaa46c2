import { createHash } from 'node:crypto';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { isExecutableFormat, isMultiCallWith, largestMultiCall } from '../multiCall';
import type { Fingerprint } from '../fingerprint';

const archiveKinds = { file: true, link: true, symlink: true } as const;

/**
 * Looks through an image's whole file system, as an archive, for what must not be found in it: copies
 * of a reference by size and content, programs and links of its name, programs that contain it as one
 * of many commands, and hard links to any of these.
 * @returns absolute paths inside the image, sorted.
 * @throws the stream's error.
 */
export async function findForbidden(
  archive: NodeJS.ReadableStream,
  forbidden: readonly Fingerprint[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  const hardLinks = new Map<string, string>();
  const unpack = extract();
  const walk = (async () => {
    for await (const entry of unpack) {
      const { header } = entry;
      const inside = path.posix.resolve('/', header.name);
      if (header.type === 'link') {
        hardLinks.set(inside, path.posix.resolve('/', header.linkname));
      }
      const isForbidden = isNamed(header, inside, forbidden)
        ? true
        : await isContained(header, entry, forbidden);
      if (isForbidden) {
        found.add(inside);
      }
      entry.resume();
    }
  })();
  await Promise.all([pipeline(archive, unpack), walk]);
  spreadOverHardLinks(found, hardLinks);
  return [...found].sort();
}

/** A program or link whose own name is the reference's. */
function isNamed(header: Header, inside: string, forbidden: readonly Fingerprint[]): boolean {
  const canRun = header.type === 'file' ? (header.mode & 0o111) !== 0 : header.type in archiveKinds;
  return canRun && forbidden.some(({ command }) => command === path.posix.basename(inside));
}

/**
 * Whether a file is the reference by content, or a multi-call program that contains it. Its mode does
 * not matter: what can be read can be copied and made executable.
 */
async function isContained(
  { type, size }: Header,
  content: AsyncIterable<unknown>,
  forbidden: readonly Fingerprint[],
): Promise<boolean> {
  if (type !== 'file' || size === 0) {
    return false;
  }
  const sameSize = forbidden.filter((one) => one.size === size);
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  let keep = size <= largestMultiCall;
  for await (const piece of content) {
    const chunk = piece as Uint8Array;
    keep &&= kept.length > 0 || isExecutableFormat(chunk);
    if (keep) {
      kept.push(chunk);
    }
    if (sameSize.length > 0) {
      hash.update(chunk);
    }
  }
  const sha256 = sameSize.length > 0 ? hash.digest('hex') : '';
  if (sameSize.some((one) => one.sha256 === sha256)) {
    return true;
  }
  const bytes = Buffer.concat(kept);
  return forbidden.some(({ command }) => isMultiCallWith(bytes, command));
}

/** The archive names a file once and its other names as links to the first: all are one file. */
function spreadOverHardLinks(found: Set<string>, hardLinks: ReadonlyMap<string, string>): void {
  for (const [link, first] of hardLinks) {
    if (found.has(link)) {
      found.add(first);
    }
  }
  for (const [link, first] of hardLinks) {
    if (found.has(first)) {
      found.add(link);
    }
  }
}

import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { followEvents } from '../../../src/core/sandbox/docker/engineEvents';
import { findExecutable } from '../host/findExecutable';
import { lackOf } from './hostTools';

export const busyboxImage = 'localhost/mirrorcode-test-busybox:latest';
const commands = ['sh', 'cat', 'ls', 'sleep', 'env', 'true', 'id', 'dd', 'seq', 'find'];

/** Makes an image of the host's static busybox, since tests have no registry. */
export async function importBusybox(
  docker: Docker,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  const missing = lackOf(['busybox'], ['busybox-static']);
  if (missing !== undefined) {
    throw new Error(missing);
  }
  const archive = pack();
  archive.entry(
    { name: 'bin/busybox', mode: 0o755 },
    readFileSync(findExecutable(['busybox']) ?? 'busybox'),
  );
  for (const command of commands) {
    archive.entry({ name: `bin/${command}`, type: 'symlink', linkname: 'busybox' });
  }
  for (const [name, text] of Object.entries(files)) {
    archive.entry({ name, mode: 0o755 }, text);
  }
  archive.finalize();
  const [repo = '', tag = ''] = busyboxImage.split(':');
  const imported = await docker.importImage(Readable.from(archive), { repo, tag });
  await followEvents(docker, imported);
}

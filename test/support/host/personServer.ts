import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packExtension } from './packExtension';
import type { ServerInstall } from './serverInstall';
import { folderArguments, serverEnvironment, ServerProcess } from './serverProcess';

const run = promisify(execFile);

export interface PersonServerOptions {
  readonly install: ServerInstall;
  /** Holds all that the server keeps; the caller's to remove. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trust?: 'asked' | undefined;
}

/** A server as a person has it: the extension packed and installed, no driver, nothing of tests. */
export async function startPersonServer(options: PersonServerOptions): Promise<ServerProcess> {
  const { install, folder } = options;
  const vsix = path.join(path.dirname(folder), 'extension.vsix');
  await packExtension(vsix);
  // Old servers make no more than the last folder of a path.
  await mkdir(folder, { recursive: true });
  const args = [install.mainPath, ...folderArguments(folder), '--accept-server-license-terms'];
  await run(install.nodePath, [...args, '--install-extension', vsix], {
    env: serverEnvironment({ folder }),
    maxBuffer: 1 << 24,
  });
  return ServerProcess.start(options);
}

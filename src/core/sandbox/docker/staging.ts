import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AsyncDisposable } from '../../disposable';
import { withExecuteOnlyCopies } from '../executeOnly';
import type { Mount } from '../sandbox';
import { seccompProfile } from './seccompProfile';

/** Small files of this machine that containers bind, below a temporary folder of their own. */
export class Staging implements AsyncDisposable {
  /** The profile itself, which is how Docker takes it. */
  readonly profile = JSON.stringify(seccompProfile());

  private sandboxes = 0;

  private constructor(private readonly folder: string) {}

  /** @throws the file system's error when the temporary folder can't be written. */
  static async create(): Promise<Staging> {
    const staging = new Staging(mkdtempSync(path.join(tmpdir(), 'mirrorcode-docker-')));
    await Promise.all([
      writeFile(staging.hosts, '127.0.0.1 localhost\n::1 localhost\n'),
      writeFile(staging.empty, '', { mode: 0o444 }),
      writeFile(staging.seccomp, staging.profile),
    ]);
    return staging;
  }

  /** Instead of the engine's own, in which Podman repeats this machine's names. */
  get hosts(): string {
    return path.join(this.folder, 'hosts');
  }

  /** What is bound over a file that must not be found. */
  get empty(): string {
    return path.join(this.folder, 'empty');
  }

  /** The profile as a file, which is how Podman takes it. */
  get seccomp(): string {
    return path.join(this.folder, 'seccomp.json');
  }

  /** The mounts of a sandbox, with copies for what is to be run and not read. */
  executeOnly(mounts: readonly Mount[]): Promise<readonly Mount[]> {
    this.sandboxes += 1;
    const folder = path.join(this.folder, `execute-only-${this.sandboxes}`);
    return withExecuteOnlyCopies(mounts, folder);
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

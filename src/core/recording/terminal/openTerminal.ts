import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { FolderStore } from '../../cases/folderStore';
import type { AsyncDisposable } from '../../disposable';
import { UserError } from '../../errors';
import type { Engine } from '../../sandbox/sandbox';
import type { Target } from '../../targets/target';
import type { WorkFolder } from '../../workFolder';
import { PendingQueue } from '../pending';
import { Recorder } from '../recorder';
import { RecordingTerminal } from './recordingTerminal';
import type { TerminalEvent } from './recordingTerminal';
import { shellLaunch } from './shellLaunch';
import type { ShellLaunch } from './shellLaunch';

export interface OpenTerminalOptions {
  readonly target: Target;
  readonly engine: Engine;
  readonly workFolder: WorkFolder;
  /** The folder of the built files: the shim lies in it. */
  readonly distDir: string;
  /** Recordings of each call. */
  readonly runs: number;
  readonly onEvent: (event: TerminalEvent) => void;
}

/** A recording terminal with everything that it holds. */
export interface OpenTerminal extends AsyncDisposable {
  readonly folder: string;
  readonly launch: ShellLaunch;
}

/** Programs at once: the stages of a pipeline, and the recordings that check them. */
const lanes = 12;

/**
 * Gets all ready for a shell in which a target's calls are captured; whoever asked starts the shell.
 * @throws UserError where there is no native shim, no shell or no reference; InfraError.
 */
export async function openTerminal(options: OpenTerminalOptions): Promise<OpenTerminal> {
  const { target, engine, workFolder, runs, onEvent } = options;
  const shim = await findShim(options.distDir);
  const queue = await PendingQueue.open(
    workFolder,
    target.name,
    (folder) => new FolderStore(folder),
  );
  const recorder = await Recorder.open(target, engine, { runs, lanes });
  try {
    const terminal = await RecordingTerminal.open({ target, recorder, queue, shim, onEvent });
    const { folder } = terminal;
    return {
      folder,
      launch: await shellLaunch(folder, target.name),
      dispose: async () => {
        await terminal.dispose();
        await recorder.dispose();
      },
    };
  } catch (error) {
    await recorder.dispose();
    throw error;
  }
}

/** The folder in which a target's recording terminal begins; made when it is not there. */
export async function scratchFolder(workFolder: WorkFolder, target: string): Promise<string> {
  const folder = path.join(workFolder.scratch, target);
  await workFolder.make(workFolder.scratch);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function findShim(distDir: string): Promise<string> {
  const shim = path.resolve(distDir, 'runner', `linux-${process.arch}`);
  const isThere = await access(shim).then(
    () => process.platform === 'linux',
    () => false,
  );
  if (!isThere) {
    throw new UserError('Opening a recording terminal failed: it works on Linux only.', {
      action: 'Record with Record Case…, or a list of command lines with record --from.',
    });
  }
  return shim;
}

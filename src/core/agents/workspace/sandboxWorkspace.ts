import type { FileEntry } from '../../cases/case';
import { CancelledError } from '../../errors';
import type { FieldReader } from '../../sandbox/frames';
import { homePath, pinnedEnvironment } from '../../sandbox/environment';
import { runnerPath } from '../../sandbox/runnerPath';
import type { Sandbox } from '../../sandbox/sandbox';
import { leftOutFolders } from '../../scoring/candidateSource';
import { imageSurroundings } from '../../scoring/caseRequest';
import type { Limits } from '../../targets/target';
import type { AgentWorkspace, ShellOptions, ShellResult } from '../workspace';
import { WorkspaceError } from '../workspace';
import { sourceFolder, workspacePath } from '../workspacePaths';
import type { RelayConnection } from './relayConnection';
import { ProgramFiles } from './programFiles';
import { refuse } from './refusal';
import { ServerEndedError, ServerLink } from './serverLink';
import { toServer } from './serverFrames';
import type { Listener } from './serverFrames';
import { shellResult, withNote } from './shellOutput';
import { SnapshotBuilder } from './snapshotBuilder';

const MiB = 2 ** 20;
/** The sandbox of a run: room for compilers and for what an agent tries out. */
export const workspaceLimits: Limits = {
  // 20 days; a longer run gets a new sandbox. A timer of Node's takes no more than 24 days.
  timeout: 20 * 24 * 3600,
  memory: 4096 * MiB,
  processes: 512,
  output: Number.MAX_SAFE_INTEGER,
  fileSize: 2048 * MiB,
};

/** A candidate is source code; more than this was not meant to be one. */
const largestCandidate = { entries: 20_000, bytes: 256 * MiB } as const;
/** How long the server may take for what it does at once. */
const promptMs = 120_000;
const graceMs = 30_000;

export interface WorkspaceParts {
  readonly sandbox: Sandbox;
  /** The target's name: what the oracle is called by. */
  readonly program: string;
  /** What the agent is given to read, below the workspace. */
  readonly given: readonly FileEntry[];
  /** The candidate's folder as the run begins, or goes on. */
  readonly files: readonly FileEntry[];
  readonly limits: Limits;
  readonly onConnection: (connection: RelayConnection, listener: Listener) => void;
  /** For an agent that is a program: where it finds its model on the loopback, and its commands. */
  readonly served?: { readonly port: number; readonly commands: readonly string[] };
  /** A line for the shell before the agent has it. */
  readonly prepare?: string;
  /** Told with the first command, where a run goes on. */
  readonly note?: string;
}

/** An agent's workspace in a sandbox. One that the agent has broken is made anew, and it is told. */
export class SandboxWorkspace implements AgentWorkspace {
  private link: Promise<ServerLink> | undefined;
  private files: readonly FileEntry[];
  /** Whether the server knows what the last snapshot held. */
  private hasSnapshot = false;
  private queue: Promise<unknown> = Promise.resolve();
  private note: string | undefined;
  private snapshots: Promise<unknown> = Promise.resolve();
  private disposed = false;
  private made = 0;
  /** What a program that is the agent keeps of its own. */
  readonly program = new ProgramFiles((type, fill) => this.ask(type, fill));

  constructor(private readonly parts: WorkspaceParts) {
    this.files = parts.files;
    this.note = parts.note;
  }

  /** How often it was made: what the agent had outside of its source folder is gone each time. */
  get starts(): number {
    return this.made;
  }

  shell(command: string, options: ShellOptions): Promise<ShellResult> {
    // One shell: a second call of the same turn waits for the first.
    const run = this.queue.then(() => this.runInShell(command, options));
    this.queue = run.catch(() => undefined);
    return run;
  }

  async readFile(path: string): Promise<Uint8Array> {
    const answer = await this.ask(toServer.read, (writer) => writer.string(path));
    refuse(answer.u32(), `Reading ${path}`);
    return answer.rest();
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > 8 * MiB) {
      throw new WorkspaceError(`Writing ${path} failed: it is larger than 8 MiB. Use bash for it.`);
    }
    const answer = await this.ask(toServer.write, (writer) => writer.string(path).bytes(bytes));
    refuse(answer.u32(), `Writing ${path}`);
  }

  candidate(options: { readonly whole?: true } = {}): Promise<readonly FileEntry[]> {
    // Each says what has changed since the one before.
    const work = this.snapshots.then(() => this.snapshot(options));
    this.snapshots = work.catch(() => undefined);
    return work;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    const link = await this.link?.catch(() => undefined);
    await link?.dispose();
    await this.parts.sandbox.dispose();
  }

  private async snapshot(options: { readonly whole?: true }): Promise<readonly FileEntry[]> {
    const link = await this.open();
    const known = this.hasSnapshot && options.whole !== true;
    const builder = new SnapshotBuilder(
      new Map(known ? this.files.map((file) => [file.path, file]) : []),
    );
    const answer = await this.orRestart(() =>
      link.ask(
        toServer.snapshot,
        (writer) => {
          writer
            .u32(known ? 0 : 1)
            .u32(largestCandidate.entries)
            .u64(largestCandidate.bytes)
            .string(`${workspacePath}/${sourceFolder}`)
            .u32(leftOutFolders.length);
          leftOutFolders.forEach((name) => writer.string(name));
        },
        { timeoutMs: promptMs, onPart: builder.onPart },
      ),
    );
    if (answer === undefined) {
      return this.files;
    }
    this.hasSnapshot = false;
    refuse(answer.u32(), 'Looking at your source folder', answer.string().toString('utf8'));
    this.files = builder.finish();
    this.hasSnapshot = true;
    return this.files;
  }

  private async runInShell(command: string, options: ShellOptions): Promise<ShellResult> {
    const { timeoutMs, outputLimit, signal } = options;
    if (signal?.aborted === true) {
      throw new CancelledError();
    }
    const link = await this.open();
    const note = this.takeNote();
    const asked = this.orRestart(() => askShell(link, command, timeoutMs));
    const answer = await orCancelled(asked, signal);
    if (answer === undefined) {
      return { output: this.takeNote() ?? '', exit: { kind: 'signal', signal: 9 } };
    }
    return withNote(shellResult(answer, outputLimit), note);
  }

  private takeNote(): string | undefined {
    const { note } = this;
    this.note = undefined;
    return note;
  }

  private async ask(
    type: number,
    fill: Parameters<ServerLink['ask']>[1],
  ): Promise<Awaited<ReturnType<ServerLink['ask']>>> {
    const link = await this.open();
    const answer = await this.orRestart(() => link.ask(type, fill, { timeoutMs: promptMs }));
    if (answer === undefined) {
      throw new WorkspaceError(this.note ?? 'The workspace was restarted.');
    }
    return answer;
  }

  /** @returns undefined when the agent's own doing has ended the server; the next call gets a new one. */
  private async orRestart<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServerEndedError)) {
        throw error;
      }
      this.link = undefined;
      this.hasSnapshot = false;
      this.note =
        `[The workspace was restarted: ${error.message}. Your source folder is as it was after the ` +
        'last step; everything else that you had made or started is gone.]';
      return undefined;
    }
  }

  private open(): Promise<ServerLink> {
    if (this.disposed) {
      return Promise.reject(new CancelledError());
    }
    this.link ??= this.start().catch((error: unknown) => {
      this.link = undefined;
      throw error;
    });
    return this.link;
  }

  private async start(): Promise<ServerLink> {
    this.made += 1;
    const { sandbox, program, given, limits, onConnection, served, prepare } = this.parts;
    const names = [program, ...(served?.commands ?? [])];
    const link = new ServerLink(
      sandbox,
      {
        program: runnerPath,
        argv0: 'runner',
        args: ['agent', '/bin/bash', workspacePath, String(served?.port ?? 0), ...names],
        env: agentEnvironment(sandbox),
        cwd: workspacePath,
        files: [
          ...given,
          { kind: 'dir', path: sourceFolder, mode: 0o755 },
          ...this.files.map((file) => ({ ...file, path: `${sourceFolder}/${file.path}` })),
        ],
        umask: 0o022,
        limits,
        collectOutputs: false,
        interactive: true,
      },
      onConnection,
    );
    await link.ready;
    if (prepare !== undefined) {
      await askShell(link, prepare, promptMs);
    }
    return link;
  }
}

function askShell(link: ServerLink, command: string, timeoutMs: number): Promise<FieldReader> {
  return link.ask(
    toServer.shell,
    (writer) => writer.u64(timeoutMs * 1000).bytes(Buffer.from(command)),
    { timeoutMs: timeoutMs + graceMs },
  );
}

function agentEnvironment(sandbox: Sandbox): (readonly [string, string])[] {
  const env = new Map(pinnedEnvironment(imageSurroundings(sandbox.imageEnv)));
  env.set('PATH', `${homePath}/bin:${env.get('PATH') ?? ''}`);
  env.set('SHELL', '/bin/bash');
  return [...env];
}

async function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  let cancel: (() => void) | undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new CancelledError());
    signal.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel ?? (() => undefined));
    work.catch(() => undefined);
  }
}

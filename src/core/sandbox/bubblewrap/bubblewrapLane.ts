import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { errorText, InfraError } from '../../errors';
import type { AsyncDisposable } from '../../disposable';
import { RunnerClient } from '../runnerClient';
import type { ExecOptions, ExecRequest, ExecResult } from '../sandbox';
import { type BwrapPlan, bwrapOptions, runnerCommand } from './bwrapArguments';
import type { LaneGroup } from './memoryCgroup';

export interface LaneStart {
  readonly plan: BwrapPlan;
  /** The runner on the host, which starts bwrap. */
  readonly launcher: string;
  readonly bwrap: string;
  /** Host folder to mount on, and what is shown in it, for sources that only root can reach. */
  readonly stage: { readonly folder: string; readonly sources: readonly string[] } | undefined;
  /** The user that bwrap runs as; the present one when absent. */
  readonly dropTo: { readonly uid: number; readonly gid: number } | undefined;
  readonly group: LaneGroup | undefined;
}

/** How much of what bwrap and the runner write to stderr is kept for messages, characters. */
const wordsKept = 2000;
/** How long a lane may take to be ready, ms. */
const startMs = 20_000;

/** One bwrap with its runner: runs one program at a time. */
export class BubblewrapLane implements AsyncDisposable {
  private readonly child: ChildProcess;
  private readonly client: RunnerClient;
  private readonly exited: Promise<void>;
  private words = '';
  private oomKills = 0;

  private constructor(private readonly options: LaneStart) {
    const { plan, launcher, bwrap, stage, dropTo, group } = options;
    this.child = spawn(
      launcher,
      [
        'launch',
        ...(group?.memberFiles ?? []).map((file) => `--cgroup=${file}`),
        ...(stage === undefined ? [] : [`--stage=${stage.folder}`]),
        ...(stage?.sources ?? []).map((source) => `--bind=${source}`),
        ...(dropTo === undefined ? [] : [`--uid=${dropTo.uid}`, `--gid=${dropTo.gid}`]),
        '--',
        bwrap,
        ...['--args', '3', '--'],
        ...runnerCommand(plan),
      ],
      { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] },
    );
    this.exited = new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.once('error', () => resolve());
    });
    this.child.on('error', (error) => {
      this.words += errorText(error);
    });
    const [stdin, stdout, stderr, args] = this.child.stdio as unknown as [
      Writable,
      Readable,
      Readable,
      Writable,
    ];
    stderr.on('data', (chunk: Buffer) => {
      this.words = (this.words + chunk.toString('utf8')).slice(-wordsKept);
    });
    args.on('error', () => undefined);
    args.end(bwrapOptions(plan).join('\0') + '\0');
    this.client = new RunnerClient({
      toRunner: stdin,
      fromRunner: stdout,
      kill: () => this.child.kill('SIGKILL'),
      lastWords: () => this.words,
    });
  }

  /** @throws InfraError when bwrap or the runner can't start. */
  static async start(options: LaneStart): Promise<BubblewrapLane> {
    const lane = await BubblewrapLane.launch(options);
    const timer = setTimeout(() => lane.client.dispose(), startMs);
    try {
      await lane.client.ready;
      return lane;
    } catch (error) {
      await lane.dispose();
      // What bwrap had to say may have come after its end.
      const words = lane.words.trim();
      throw words === ''
        ? error
        : new InfraError(`Starting a sandbox with bubblewrap failed: ${words}.`, {
            cause: error,
          });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Of some errors Node tells by an exception, out of descriptors or memory among them. */
  private static async launch(options: LaneStart): Promise<BubblewrapLane> {
    try {
      return new BubblewrapLane(options);
    } catch (cause) {
      await options.group?.remove();
      throw new InfraError(`Starting a sandbox with bubblewrap failed: ${errorText(cause)}.`, {
        cause,
      });
    }
  }

  get uid(): number {
    return this.options.plan.uid;
  }

  get isBroken(): boolean {
    return this.client.isBroken;
  }

  /** As `Sandbox.exec`, for a request of this lane's user. */
  async exec(request: ExecRequest, options?: ExecOptions): Promise<ExecResult> {
    const { group } = this.options;
    if (group === undefined) {
      return this.client.exec(request, options);
    }
    try {
      group.limit(request.limits);
    } catch (error) {
      throw new InfraError(`Limiting the memory of a sandbox failed: ${errorText(error)}.`, {
        cause: error,
      });
    }
    try {
      const result = await this.client.exec(request, options);
      const ended = result.status.kind === 'exit' || result.status.kind === 'signal';
      // Also where the program itself went on without the process that was killed.
      return this.ranOutOfMemory(group) && ended
        ? { ...result, status: { kind: 'limit', limit: 'memory' } }
        : result;
    } catch (error) {
      // The kernel took the runner, not the program: the program's doing all the same.
      if (error instanceof InfraError && this.ranOutOfMemory(group)) {
        return outOfMemory;
      }
      throw error;
    }
  }

  /** Whether the kernel has killed for memory since this was last asked. */
  private ranOutOfMemory(group: LaneGroup): boolean {
    const before = this.oomKills;
    this.oomKills = group.oomKills();
    return this.oomKills > before;
  }

  /** Ends everything in it, now. */
  async dispose(): Promise<void> {
    this.client.dispose();
    this.child.kill('SIGKILL');
    await this.exited;
    await this.options.group?.remove();
  }
}

const outOfMemory: ExecResult = {
  status: { kind: 'limit', limit: 'memory' },
  stdout: new Uint8Array(0),
  stderr: new Uint8Array(0),
  outputs: [],
  durationMs: 0,
  leftBehind: 0,
};

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { access, constants, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CancelledError, errorCode, errorText, InfraError, UserError } from '../../errors';
import { withExecuteOnlyCopies } from '../executeOnly';
import { ForbiddenFinder } from '../forbidden';
import { type KeptMounts, keepMounts } from '../keptMounts';
import type { Engine, EngineStatus, Mount, Sandbox, SandboxSpec } from '../sandbox';
import { BubblewrapLane, type LaneStart } from './bubblewrapLane';
import { BubblewrapSandbox } from './bubblewrapSandbox';
import { findGroups, type GroupMaker, type LaneGroup } from './memoryCgroup';
import { ownedPrefix } from './leftovers';
import { hiddenFileName, makeOwnFolder } from './ownFolder';
import { makeReachable, type ReachableMounts } from './reachable';
import { explainFailure, notInstalled } from './whyNot';

export interface BubblewrapOptions {
  /** Where the build has put what ships; the runner lies in `runner/` below it. */
  readonly distDir: string;
  /** The bwrap to use; the one on `PATH` when absent. */
  readonly bwrap?: string;
  /** Where control groups are mounted; `false`: use none, as where there are none. */
  readonly controlGroups?: string | false;
}

/** Whom root becomes before bwrap starts: nobody, who owns nothing. */
const nobody = { uid: 65534, gid: 65534 } as const;

const run = promisify(execFile);
const emptySpec: SandboxSpec = {
  purpose: 'probe',
  mounts: [],
  links: {},
  forbidden: [],
  lanes: 1,
};

/** Sandboxes from bubblewrap: the embedded default on Linux. */
export class BubblewrapEngine implements Engine {
  readonly name = 'bubblewrap';
  private readonly sandboxes = new Set<BubblewrapSandbox>();
  private readonly finder = new ForbiddenFinder();
  private readonly runner: string;
  private readonly isRoot = process.getuid?.() === 0;
  private groups: GroupMaker | undefined;
  private folder: Promise<string> | undefined;
  private made = 0;

  constructor(private readonly options: BubblewrapOptions) {
    this.runner = path.resolve(options.distDir, 'runner', `linux-${process.arch}`);
    this.groups = this.findGroups();
  }

  async probe(): Promise<EngineStatus> {
    const engine = this.name;
    if (process.platform !== 'linux') {
      return {
        engine,
        works: false,
        reason: 'bubblewrap works on Linux only',
        action: 'Use the docker engine, or work inside WSL 2 or a Linux machine.',
      };
    }
    try {
      await access(this.runner, constants.X_OK);
    } catch {
      return {
        engine,
        works: false,
        reason: `the case runner ${this.runner} is missing`,
        action:
          'Build it with: npm run build (it needs a C compiler: apt-get install gcc libc6-dev)',
      };
    }
    try {
      const { stdout } = await run(this.bwrap, ['--version']);
      await (await this.create(emptySpec)).dispose();
      const version = stdout.trim().replace(/^bubblewrap /, '');
      return { engine, works: true, version, warnings: this.warnings() };
    } catch (error) {
      const why =
        errorCode(error) === 'ENOENT' ? notInstalled : await explainFailure(errorText(error));
      return { engine, works: false, ...why };
    }
  }

  async create(
    spec: SandboxSpec,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Sandbox> {
    if (options.signal?.aborted === true) {
      throw new CancelledError();
    }
    this.made += 1;
    const folder = path.join(await this.ownFolder(), String(this.made));
    await mkdir(path.join(folder, 'stage'), { recursive: true });
    const kept = keepMounts(spec.mounts);
    const hidden = await this.finder.find(kept.mounts, spec.forbidden);
    const shown = await withExecuteOnlyCopies(kept.mounts, path.join(folder, 'execute-only'));
    const reachable = await this.reach(spec, { ...kept, mounts: shown }, folder);
    const sandbox = new BubblewrapSandbox(
      spec.lanes,
      (uid) => this.startLane({ spec, folder, hidden, kept, reachable, uid }),
      async (disposed) => {
        this.sandboxes.delete(disposed);
        await rm(folder, { recursive: true, force: true });
      },
    );
    this.sandboxes.add(sandbox);
    try {
      await sandbox.warm(options.signal);
      return sandbox;
    } catch (error) {
      await sandbox.dispose();
      throw error;
    }
  }

  /** Ends every sandbox that it has given. */
  async dispose(): Promise<void> {
    await Promise.all([...this.sandboxes].map((sandbox) => sandbox.dispose()));
    const folder = await this.folder;
    this.folder = undefined;
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private get bwrap(): string {
    return this.options.bwrap ?? 'bwrap';
  }

  private findGroups(): GroupMaker | undefined {
    const { controlGroups = '/sys/fs/cgroup' } = this.options;
    if (controlGroups === false) {
      return undefined;
    }
    try {
      return findGroups(controlGroups, readFileSync('/proc/self/cgroup', 'utf8'));
    } catch {
      return undefined;
    }
  }

  private warnings(): string[] {
    return this.groups === undefined
      ? [
          'No control group can be made here, so memory is watched every few milliseconds instead of bounded by the kernel.',
        ]
      : [];
  }

  /** This process's own folder: what stands in for hidden files, copies, and where mounts are staged. */
  private ownFolder(): Promise<string> {
    this.folder ??= makeOwnFolder({ isRoot: this.isRoot });
    return this.folder;
  }

  private async reach(
    spec: SandboxSpec,
    kept: KeptMounts,
    folder: string,
  ): Promise<ReachableMounts> {
    const runner: Mount = { source: this.runner, target: '', toolchain: true };
    const all = [...kept.mounts, runner];
    try {
      return this.isRoot
        ? await makeReachable(all, {
            stage: path.join(folder, 'stage'),
            copies: path.join(folder, 'copies'),
          })
        : { mounts: all, staged: [] };
    } catch (error) {
      throw new UserError(`Preparing the ${spec.purpose} sandbox failed: ${errorText(error)}.`, {
        action: 'Check that what it is to show is there and can be read.',
        cause: error,
      });
    }
  }

  private makeGroup(): LaneGroup | undefined {
    this.made += 1;
    try {
      return this.groups?.make(`${ownedPrefix()}${this.made}`);
    } catch {
      // Seen writable, yet refused: the watchdog has to do it from here on.
      this.groups = undefined;
      return undefined;
    }
  }

  private async startLane(from: {
    readonly spec: SandboxSpec;
    readonly folder: string;
    readonly hidden: readonly string[];
    readonly kept: KeptMounts;
    readonly reachable: ReachableMounts;
    readonly uid: number;
  }): Promise<BubblewrapLane> {
    const { spec, folder, hidden, kept, reachable, uid } = from;
    const group = this.makeGroup();
    const runner = reachable.mounts.at(-1);
    if (runner === undefined) {
      throw new InfraError('The runner is in no mount.');
    }
    const start: LaneStart = {
      plan: {
        spec,
        mounts: reachable.mounts.slice(0, -1),
        runnerOptions: kept.runnerOptions,
        hidden,
        hiddenFile: path.join(await this.ownFolder(), hiddenFileName),
        runner: runner.source,
        uid,
        watchdog: group === undefined,
      },
      launcher: this.runner,
      bwrap: this.bwrap,
      stage:
        reachable.staged.length === 0
          ? undefined
          : { folder: path.join(folder, 'stage'), sources: reachable.staged },
      dropTo: this.isRoot ? nobody : undefined,
      group,
    };
    return BubblewrapLane.start(start);
  }
}

import { access } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError, InfraError, UserError } from '../../errors';
import type { Language } from '../../targets/target';
import { ForbiddenFinder } from '../forbidden';
import type { Engine, EngineStatus, Sandbox, SandboxSpec } from '../sandbox';
import { removeLeftovers } from './cleanUp';
import { connectToEngine, type Connection } from './connect';
import { DockerSandbox } from './dockerSandbox';
import { engineWords } from './engineEvents';
import { LaneStartError } from './lane';
import { defaultShape, shapeOf } from './laneShape';
import { currentOwner, ownerText } from './owner';
import { isMissingSource, maySeeThisMachine, runnerArchitecture } from './placement';
import { prepare, type Surroundings } from './prepare';
import { Staging } from './staging';

export interface DockerEngineOptions {
  /** Where the build has put what ships; the runners lie in `runner/` below it. */
  readonly distDir: string;
  /** Where the engine listens, as `DOCKER_HOST` has it, or a socket's path; found when absent. */
  readonly host?: string;
  /** Images that a setting names for languages; used whatever the engine sees of this machine. */
  readonly images?: Readonly<Partial<Record<Language, string>>>;
}

interface CreateOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/** Sandboxes from any Docker-compatible engine (Docker, Podman), on this machine or another. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  private readonly sandboxes = new Set<DockerSandbox>();
  private readonly finder = new ForbiddenFinder();
  private readonly owner = ownerText(currentOwner());
  private staging: Promise<Staging> | undefined;
  private connection: Connection | undefined;
  /** Set once a mount has shown that the engine does not see this machine after all. */
  private isElsewhere = false;
  private isDisposed = false;

  constructor(private readonly options: DockerEngineOptions) {}

  async probe(signal?: AbortSignal): Promise<EngineStatus> {
    const found = await connectToEngine(this.options.host, signal);
    if (!('docker' in found)) {
      return { engine: 'docker', works: false, ...found };
    }
    const obstacle = await this.obstacle(found);
    if (obstacle !== undefined) {
      return { engine: 'docker', works: false, ...obstacle };
    }
    this.connection = found;
    const { kind, version, endpoint } = found;
    return {
      engine: 'docker',
      works: true,
      version: `${kind} ${version} at ${endpoint.host}`,
      warnings: warningsOf(found),
    };
  }

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<Sandbox> {
    const { signal } = options;
    try {
      const connection = await this.connected(signal);
      await removeLeftovers(connection.docker).catch(() => undefined);
      await requireSources(spec);
      const seesThisMachine = !this.isElsewhere && maySeeThisMachine(connection);
      const sandbox = await this.tryCreate(spec, connection, seesThisMachine, options);
      return sandbox ?? (await this.createElsewhere(spec, connection, options));
    } catch (error) {
      throw signal?.aborted === true ? new CancelledError() : asKnown(error);
    }
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
    await Promise.all([...this.sandboxes].map((sandbox) => sandbox.dispose()));
    await (await this.staging)?.dispose();
  }

  /** Nothing, when it turns out that the engine does not see what is to be mounted. */
  private async tryCreate(
    spec: SandboxSpec,
    connection: Connection,
    seesThisMachine: boolean,
    options: CreateOptions,
  ): Promise<Sandbox | undefined> {
    const { docker } = connection;
    const around = await this.surroundings(connection, seesThisMachine);
    const prepared = await prepare(spec, around, options);
    const sandbox = new DockerSandbox(docker, prepared, spec.lanes, (gone) =>
      this.sandboxes.delete(gone),
    );
    this.sandboxes.add(sandbox);
    try {
      const { limits } = spec;
      const shape = limits === undefined ? defaultShape : shapeOf(limits);
      await sandbox.warm(shape, limits === undefined ? 1 : spec.lanes, options.signal);
      if (this.isDisposed) {
        throw new InfraError('The engine has been closed.');
      }
      return sandbox;
    } catch (error) {
      await sandbox.dispose();
      const sources = prepared.plan.binds.map(({ source }) => source);
      if (error instanceof LaneStartError && isMissingSource(error.words, sources)) {
        return undefined;
      }
      throw error;
    }
  }

  private async createElsewhere(
    spec: SandboxSpec,
    connection: Connection,
    options: CreateOptions,
  ): Promise<Sandbox> {
    this.isElsewhere = true;
    const sandbox = await this.tryCreate(spec, connection, false, options);
    if (sandbox === undefined) {
      throw new InfraError('The engine does not find a file that it was given.');
    }
    return sandbox;
  }

  private async connected(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.isDisposed) {
      throw new InfraError('The engine has been closed.');
    }
    if (this.connection === undefined) {
      const status = await this.probe(signal);
      if (!status.works) {
        throw new InfraError(`The docker engine does not work: ${status.reason}.`, {
          action: status.action,
        });
      }
    }
    if (this.connection === undefined) {
      throw new InfraError('The docker engine gives no connection.');
    }
    return this.connection;
  }

  private async surroundings(
    connection: Connection,
    seesThisMachine: boolean,
  ): Promise<Surroundings> {
    this.staging ??= Staging.create();
    return {
      docker: connection.docker,
      isPodman: connection.kind === 'Podman',
      limitsMemory: connection.limitsMemory,
      seesThisMachine,
      runnerFile: this.runnerFor(connection),
      staging: await this.staging,
      owner: this.owner,
      finder: this.finder,
      images: this.options.images ?? {},
    };
  }

  private runnerFor(connection: Connection): string {
    const architecture = runnerArchitecture(connection) ?? connection.architecture;
    return path.resolve(this.options.distDir, 'runner', `linux-${architecture}`);
  }

  private async obstacle(
    connection: Connection,
  ): Promise<{ readonly reason: string; readonly action: string } | undefined> {
    const { operatingSystem, architecture } = connection;
    if (operatingSystem !== 'linux') {
      return {
        reason: `the engine runs ${operatingSystem} containers`,
        action: 'Switch it to Linux containers.',
      };
    }
    const isThere = await access(this.runnerFor(connection)).then(yes, no);
    return isThere
      ? undefined
      : {
          reason: `there is no case runner for the engine's architecture, ${architecture}`,
          action: `Build it with "npm run build" on a Linux machine of that architecture.`,
        };
  }
}

/** Podman makes a folder, on this machine, of what it is told to mount and does not find. */
async function requireSources({ mounts, purpose }: SandboxSpec): Promise<void> {
  for (const { source } of mounts) {
    await access(source).catch((cause: unknown) => {
      throw new UserError(`The ${purpose} sandbox needs ${source}, which is not there.`, { cause });
    });
  }
}

function warningsOf(connection: Connection): readonly string[] {
  const rootless = 'a rootless engine needs version 2 of control groups, delegated to the user';
  return [
    ...(maySeeThisMachine(connection)
      ? []
      : ["this machine's toolchains can't be shown to it: images are used instead"]),
    ...(connection.limitsMemory ? [] : [`memory is watched, not limited: ${rootless}`]),
    ...(connection.limitsProcesses ? [] : [`the number of processes is not limited: ${rootless}`]),
  ];
}

const yes = () => true;
const no = () => false;

function asKnown(error: unknown): Error {
  if (error instanceof UserError || error instanceof CancelledError) {
    return error;
  }
  return new InfraError(`The engine can't give a sandbox: ${engineWords(error)}`, { cause: error });
}

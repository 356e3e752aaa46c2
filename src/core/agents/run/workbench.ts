import type { FileEntry } from '../../cases/case';
import type { AsyncDisposable } from '../../disposable';
import { UserError } from '../../errors';
import type { Engine, Mount, SandboxSpec } from '../../sandbox/sandbox';
import { agentSpec } from '../../sandbox/specs';
import { uniqueMounts } from '../../sandbox/toolchains/hostFiles';
import { standardLibrary } from '../../scoring/standardLibrary';
import type { StandardLibrary } from '../../scoring/standardLibrary';
import type { Language, Limits, Target } from '../../targets/target';
import type { WorkFolder } from '../../workFolder';
import type { OracleNote } from '../oracle/oracle';
import { Oracle } from '../oracle/oracle';
import { OracleEnvironment } from '../oracle/oracleEnvironment';
import { oracleSpec } from '../oracle/oracleSpec';
import { modelPort } from '../program/agentProcess';
import type { RelayConnection } from '../workspace/relayConnection';
import { SandboxWorkspace, workspaceLimits } from '../workspace/sandboxWorkspace';
import { workspacePath } from '../workspacePaths';
import type { Listener } from '../workspace/serverFrames';
import { givenFiles } from './givenFiles';

export interface WorkbenchParts {
  readonly target: Target;
  readonly language: Language;
  readonly engine: Engine;
  /** The candidate as the session begins. */
  readonly files: readonly FileEntry[];
  readonly onCall: (note: OracleNote) => void;
  readonly note?: string;
  readonly limits?: Limits;
  readonly signal: AbortSignal;
  /** Where what is compiled once for all is kept; without it the agent's builds compile it. */
  readonly workFolder?: WorkFolder;
  readonly onMessage?: (message: string) => void;
  /** For an agent that is a program: what it needs to be shown, and who serves it. */
  readonly program?: WorkbenchProgram;
}

export interface WorkbenchProgram {
  readonly mounts: readonly Mount[];
  /** Connections for its model and of the task's commands. */
  readonly serve: (connection: RelayConnection, listener: Listener) => void;
}

/** Calls of the reference at once. */
const oracleLanes = 2;
/** Of the task, on the `PATH` of an agent that is a program; `src/runner/oracle.c` knows them. */
const commandNames = ['evaluate_testcases', 'resources', 'submit'];

/** An agent's workspace and the oracle beside it. */
export class Workbench implements AsyncDisposable {
  private constructor(
    readonly workspace: SandboxWorkspace,
    private readonly release: () => Promise<void>,
  ) {}

  /** @throws UserError when a tool is missing; InfraError when the engine fails. */
  static async open(parts: WorkbenchParts): Promise<Workbench> {
    const { target, engine, signal, program, limits = workspaceLimits } = parts;
    const opened: AsyncDisposable[] = [];
    const release = async () => {
      await Promise.allSettled(opened.splice(0).map((one) => one.dispose()));
    };
    try {
      const given = await givenFiles(target, workspacePath);
      const oracle = await openOracle(parts);
      if (oracle !== undefined) {
        opened.push(oracle);
      }
      const library = await libraryOf(parts);
      const sandbox = await engine.create(await specOf(parts, limits, library), { signal });
      const workspace = new SandboxWorkspace({
        sandbox,
        program: target.name,
        given,
        files: parts.files,
        limits,
        onConnection: (connection, listener) => {
          if (listener !== 'oracle') {
            program?.serve(connection, listener);
          } else if (oracle === undefined) {
            connection.end();
          } else {
            oracle.serve(connection);
          }
        },
        ...(program === undefined ? {} : { served: { port: modelPort, commands: commandNames } }),
        ...(parts.note === undefined ? {} : { note: parts.note }),
        ...(library === undefined ? {} : { prepare: library.offer }),
      });
      opened.push(workspace);
      return new Workbench(workspace, release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  dispose(): Promise<void> {
    return this.release();
  }
}

async function specOf(
  { target, language, program }: WorkbenchParts,
  limits: Limits,
  library: StandardLibrary | undefined,
): Promise<SandboxSpec> {
  const spec = await agentSpec(target, language, limits);
  if (program !== undefined && commandNames.includes(target.name)) {
    throw new UserError(`${target.name} is also the name of a command that the agent is given.`, {
      action: 'Rename the target in its manifest.',
    });
  }
  const more = [...(library === undefined ? [] : [library.mount]), ...(program?.mounts ?? [])];
  return { ...spec, mounts: await uniqueMounts([...spec.mounts, ...more]) };
}

async function libraryOf({
  workFolder,
  ...request
}: WorkbenchParts): Promise<StandardLibrary | undefined> {
  return workFolder === undefined ? undefined : standardLibrary({ ...request, workFolder });
}

async function openOracle({
  target,
  engine,
  signal,
  onCall,
}: WorkbenchParts): Promise<Oracle | undefined> {
  const { reference } = target;
  if (reference?.path === undefined && reference?.image === undefined) {
    return undefined;
  }
  const spec = await oracleSpec(target, oracleLanes);
  const environment = await OracleEnvironment.of(target);
  const sandbox = await engine.create(spec, { signal });
  return new Oracle({ target, sandbox, environment, lanes: oracleLanes, onCall });
}

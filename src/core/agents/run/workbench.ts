import type { FileEntry } from '../../cases/case';
import type { AsyncDisposable } from '../../disposable';
import type { Engine } from '../../sandbox/sandbox';
import { agentSpec } from '../../sandbox/specs';
import type { Language, Limits, Target } from '../../targets/target';
import type { OracleNote } from '../oracle/oracle';
import { Oracle } from '../oracle/oracle';
import { OracleEnvironment } from '../oracle/oracleEnvironment';
import { oracleSpec } from '../oracle/oracleSpec';
import { SandboxWorkspace, workspaceLimits, workspacePath } from '../workspace/sandboxWorkspace';
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
}

/** Calls of the reference at once. */
const oracleLanes = 2;

/** An agent's workspace and the oracle beside it. */
export class Workbench implements AsyncDisposable {
  private constructor(
    readonly workspace: SandboxWorkspace,
    private readonly release: () => Promise<void>,
  ) {}

  /** @throws UserError when a tool is missing; InfraError when the engine fails. */
  static async open(parts: WorkbenchParts): Promise<Workbench> {
    const { target, language, engine, signal, limits = workspaceLimits } = parts;
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
      const spec = await agentSpec(target, language, limits);
      const sandbox = await engine.create(spec, { signal });
      const workspace = new SandboxWorkspace({
        sandbox,
        program: target.name,
        given,
        files: parts.files,
        limits,
        onCall: (connection) => {
          if (oracle === undefined) {
            connection.end();
          } else {
            oracle.serve(connection);
          }
        },
        ...(parts.note === undefined ? {} : { note: parts.note }),
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

import path from 'node:path';
import PQueue from 'p-queue';
import type { AsyncDisposable } from '../../disposable';
import { CancelledError, errorText } from '../../errors';
import { pinnedEnvironment } from '../../sandbox/environment';
import type { ExecRequest, ExecResult, Sandbox } from '../../sandbox/sandbox';
import { referenceProgram } from '../../sandbox/specs';
import { imageSurroundings } from '../../scoring/caseRequest';
import type { Limits, Target } from '../../targets/target';
import { workspacePath } from '../workspacePaths';
import type { RelayConnection } from '../workspace/relayConnection';
import { OracleAnswer } from './oracleAnswer';
import type { StreamNote } from './oracleAnswer';
import { OracleCallReader } from './oracleCall';
import type { OracleRequest } from './oracleCall';
import type { OracleEnvironment } from './oracleEnvironment';

/** One call of the reference, as the transcript has it. */
export interface OracleNote {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Variables that differ from the pinned ones. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdinBytes: number;
  readonly files: number;
  readonly leftOut: number;
  /** `exit 0`, `signal 11`, `timeout`, `limit output`, or why there was no answer. */
  readonly end: string;
  readonly exitCode?: number;
  readonly stdout: StreamNote;
  readonly stderr: StreamNote;
  readonly outputs: number;
  readonly durationMs: number;
}

export interface OracleParts {
  readonly target: Target;
  /** Where the reference can be run and not read. */
  readonly sandbox: Sandbox;
  readonly environment: OracleEnvironment;
  /** Calls at once. */
  readonly lanes: number;
  readonly onCall: (note: OracleNote) => void;
}

/** Calls that may begin in one second. */
const callsPerSecond = 500;
const MiB = 2 ** 20;
/** Bytes of working files that all calls together may have waiting here, outside of any sandbox. */
const mostHeld = 256 * MiB;
/** Where the reference stands when the agent stands at the top of its workspace, as in a case. */
const workingDirectory = '/work';

/** Answers calls of the target's name from an agent's sandbox with what the reference does. */
export class Oracle implements AsyncDisposable {
  private readonly queue: PQueue;
  private readonly ending = new AbortController();
  private held = 0;

  constructor(private readonly parts: OracleParts) {
    this.queue = new PQueue({
      concurrency: parts.lanes,
      interval: 1000,
      intervalCap: callsPerSecond,
    });
  }

  /** Serves one connection; never throws. */
  readonly serve = (connection: RelayConnection): void => {
    const answer = new OracleAnswer(connection);
    const gone = new AbortController();
    let held = 0;
    const hold = (bytes: number) => {
      if (this.held + bytes > mostHeld) {
        throw new RangeError('too many calls with too large files are waiting');
      }
      this.held += bytes;
      held += bytes;
    };
    const release = () => {
      this.held -= held;
      held = 0;
    };
    connection.onClosed = () => {
      gone.abort();
      release();
    };
    this.ending.signal.addEventListener('abort', () => gone.abort(), { signal: gone.signal });
    OracleCallReader.listen(connection, answer, {
      onStart: (request, reader) => {
        void this.queue
          .add(() => this.answer(request, reader, answer, gone.signal))
          .finally(release);
      },
      hold,
    });
  };

  async dispose(): Promise<void> {
    this.ending.abort();
    this.queue.clear();
    await this.queue.onIdle();
    await this.parts.sandbox.dispose();
  }

  private async answer(
    request: OracleRequest,
    reader: OracleCallReader,
    answer: OracleAnswer,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) {
      return;
    }
    const started = performance.now();
    const { env, exec } = this.execOf(request);
    const note = (result: Partial<ExecResult>, end: string) => {
      const code = result.status?.kind === 'exit' ? { exitCode: result.status.code } : {};
      this.parts.onCall({
        argv: request.argv,
        cwd: request.cwd,
        env,
        stdinBytes: reader.stdinBytes,
        files: request.files.length,
        leftOut: request.leftOut,
        end,
        ...code,
        stdout: answer.stdout.finish(),
        stderr: answer.stderr.finish(),
        outputs: result.outputs?.length ?? 0,
        durationMs: result.durationMs ?? performance.now() - started,
      });
    };
    let stdinUsed = 0;
    try {
      const result = await this.parts.sandbox.exec(exec, {
        signal,
        keepNothing: true,
        onStdout: answer.onStdout,
        onStderr: answer.onStderr,
        onStdinRead: (bytes) => {
          stdinUsed = bytes;
        },
      });
      await this.finish(result, exec.limits, answer, stdinUsed);
      note(result, endText(result));
    } catch (error) {
      const why =
        error instanceof CancelledError ? 'the caller has gone' : `it failed: ${errorText(error)}`;
      answer.failed(why);
      note({}, why);
    }
  }

  private async finish(
    result: ExecResult,
    limits: Limits,
    answer: OracleAnswer,
    stdinUsed: number,
  ): Promise<void> {
    const { status } = result;
    if (status.kind === 'unstartable') {
      answer.failed(status.reason);
      return;
    }
    if (status.kind === 'timeout') {
      answer.say(`the program was stopped after ${limits.timeout} s.`);
    } else if (status.kind === 'limit') {
      answer.say(`the program was stopped at its limit of ${status.limit}.`);
    }
    await answer.files(result.outputs);
    answer.done(status, stdinUsed);
  }

  private execOf(request: OracleRequest): { env: Record<string, string>; exec: ExecRequest } {
    const { target, sandbox, environment } = this.parts;
    const { reference, name } = target;
    const pinned = new Map(pinnedEnvironment());
    const env = Object.fromEntries(
      request.env.filter(
        ([variable, value]) => environment.passes(variable) && pinned.get(variable) !== value,
      ),
    );
    const exec: ExecRequest = {
      program: referenceProgram(target),
      argv0: reference?.argv0 ?? name,
      args: [...(reference?.prefixArgs ?? []), ...request.argv.slice(1)],
      env: pinnedEnvironment({ ...imageSurroundings(sandbox.imageEnv), ...env }),
      cwd: workingFolder(request.cwd),
      files: request.files,
      stdin: request.stdin ?? new Uint8Array(0),
      ...(request.stdin === undefined ? { stdinKind: 'null' as const } : {}),
      watched: true,
      umask: request.umask,
      limits: oracleLimits(target.limits),
      collectOutputs: true,
    };
    return { env, exec };
  }
}

/**
 * The folder in which the reference stands: the agent's own below those that every run has afresh, and
 * for its workspace the one that a case has.
 */
function workingFolder(asked: string): string {
  // Nobody but a stub's forger says one with dots in it.
  const cwd = path.posix.normalize(asked);
  if (cwd.startsWith(`${workspacePath}/`)) {
    return `${workingDirectory}${cwd.slice(workspacePath.length)}`;
  }
  return /^\/(tmp|home)\/./u.test(cwd) ? cwd : workingDirectory;
}

/** More time than a case has, since an agent types; as much output as a screen can't show. */
function oracleLimits(limits: Limits): Limits {
  return {
    ...limits,
    timeout: Math.max(10, limits.timeout * 5),
    output: Math.max(limits.output, 16 * MiB),
    fileSize: Math.max(limits.fileSize, 64 * MiB),
  };
}

function endText({ status }: ExecResult): string {
  switch (status.kind) {
    case 'exit':
      return `exit ${status.code}`;
    case 'signal':
      return `signal ${status.signal}`;
    case 'limit':
      return `limit ${status.limit}`;
    case 'unstartable':
      return status.reason;
    case 'timeout':
      return 'timeout';
  }
}

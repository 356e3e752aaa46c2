/**
 * What gives sandboxes, and what a sandbox promises (DESIGN: "What every sandbox promises"): no
 * network; nothing of the host but read-only mounts; a fresh working directory for each program;
 * no privilege; limits; at the end every process dead and every file gone.
 *
 * Nothing here assumes that a sandbox is on this machine: bytes go in, bytes come out.
 */
import type { FileEntry } from '../cases/case';
import type { AsyncDisposable } from '../disposable';
import type { Language, Limits } from '../targets/target';

export type EngineName = 'bubblewrap' | 'docker';

/** Whether an engine works here; if not, why, and how to get it. */
export type EngineStatus =
  | {
      readonly engine: EngineName;
      readonly works: true;
      readonly version: string;
      /** What is lost here. */ readonly warnings: readonly string[];
    }
  | {
      readonly engine: EngineName;
      readonly works: false;
      readonly reason: string;
      readonly action: string;
    };

export interface Engine extends AsyncDisposable {
  readonly name: EngineName;
  probe(signal?: AbortSignal): Promise<EngineStatus>;
  /** @throws InfraError when the engine cannot give one; UserError when the spec asks for what is not there. */
  create(
    spec: SandboxSpec,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (message: string) => void },
  ): Promise<Sandbox>;
}

/** A file or folder that the sandbox shows read-only. The engine binds it or copies it in. */
export interface Mount {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path inside. */
  readonly target: string;
  /** Of the toolchain: left out where an image brings its own. */
  readonly toolchain?: boolean;
  /** A program that is to be run and not read: the engine shows it with that mode. */
  readonly unreadable?: boolean;
}

/** What must not be found inside, under any name: the reference. */
export interface Forbidden {
  /** The executable: an absolute path on this machine, or, in `image`, also a name on its `PATH`. */
  readonly path: string;
  /** Its command name; multi-call binaries that contain a command of this name are hidden too. */
  readonly command: string;
  /** The image that holds it. An engine without images knows it by its name alone. */
  readonly image?: string;
}

export interface SandboxSpec {
  /** For messages: `reference`, `candidate`, `build`, `agent`. */
  readonly purpose: string;
  /** The allow-list: toolchain, candidate, reference. Nothing else of the host is visible. */
  readonly mounts: readonly Mount[];
  /** Symbolic links inside: path → target. */
  readonly links: Readonly<Record<string, string>>;
  readonly forbidden: readonly Forbidden[];
  /**
   * The docker engine's image, or `build:` and the absolute path of a Dockerfile or its folder.
   * Without one it mounts what `mounts` says into an empty image, or, where it can't show this
   * machine's files, takes its default for `language`.
   */
  readonly image?: string;
  readonly language?: Language;
  /** Programs of the image, absolute or names on its `PATH`, that are to be run and not read. */
  readonly executeOnly?: readonly string[];
  /** What most of its programs will be limited to, so that lanes can be made ready for them. */
  readonly limits?: Limits;
  /** How many programs may run in it at once. */
  readonly lanes: number;
}

export interface ExecRequest {
  /** Absolute path inside, or a name looked up on the request's `PATH`. */
  readonly program: string;
  /** What the program finds as its own name. */
  readonly argv0: string;
  /** The arguments after the name; bytes as `osString.ts` has them. */
  readonly args: readonly string[];
  /** The whole environment, in this order: nothing is added. */
  readonly env: readonly (readonly [name: string, value: string])[];
  /** Absolute; a fresh directory that holds `files` and nothing else. */
  readonly cwd: string;
  readonly files: readonly FileEntry[];
  readonly stdin: ExecInput;
  readonly umask: number;
  readonly limits: Limits;
  /** Whether what the program leaves in `cwd` is to come back as `outputs`. */
  readonly collectOutputs: boolean;
  /** Host name inside; `sandbox` when absent. */
  readonly hostname?: string;
  /** CPUs that it may use; all when absent. */
  readonly cpus?: number;
  /** User id as the program sees it; the engine's unprivileged default when absent. */
  readonly uid?: number;
  /** `null`: the program's stdin is `/dev/null`, not a pipe; `stdin` is then not read. */
  readonly stdinKind?: 'pipe' | 'null';
  /** Its memory lies at the same addresses in every run. */
  readonly fixedAddresses?: boolean;
  /** Someone looks on: the result says which inputs were read, and how much of stdin. */
  readonly watched?: boolean;
  /** What it writes comes at once, instead of in as few pieces as can be. */
  readonly interactive?: boolean;
  /** Process id that the program gets, where the engine can choose it. */
  readonly firstPid?: number;
}

/** Bytes at once, or as they come (an interactive program). */
export type ExecInput = Uint8Array | AsyncIterable<Uint8Array>;

export interface ExecOptions {
  readonly signal?: AbortSignal;
  /** Called with each piece as it comes; the result then holds it too, up to the output limit. */
  readonly onStdout?: (chunk: Uint8Array) => void;
  readonly onStderr?: (chunk: Uint8Array) => void;
  /** Of a watched run: how many bytes of stdin the program has read so far. */
  readonly onStdinRead?: (bytes: number) => void;
  /** The pieces are not kept for the result: for a program that talks for days. */
  readonly keepNothing?: true;
}

/** How a program ended. */
export type ExecStatus =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: number }
  /** Killed at the wall-clock limit. */
  | { readonly kind: 'timeout' }
  /** Killed at a limit of memory, output or files. */
  | { readonly kind: 'limit'; readonly limit: 'memory' | 'output' | 'disk' }
  /** It never started: no such program, not executable, a missing interpreter or library. */
  | { readonly kind: 'unstartable'; readonly reason: string };

export interface ExecResult {
  readonly status: ExecStatus;
  /** What came before the end, also on a time-out; cut at the output limit. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Entries of `cwd` created, changed or removed; empty unless collected. Sorted by path. */
  readonly outputs: readonly FileEntry[];
  /** Wall clock of the program alone. */
  readonly durationMs: number;
  /**
   * Of a watched run: the inputs that were read, `.` among them when the working directory was
   * listed.
   */
  readonly reads?: readonly string[];
  /** Processes that outlived the program and were killed. */
  readonly leftBehind: number;
}

export interface Sandbox extends AsyncDisposable {
  readonly engine: EngineName;
  /** Digest of the image, where there is one; goes into the score's record. */
  readonly imageDigest?: string;
  /** What the image declares as its environment: where its toolchain lies (`PATH`, `GOPATH`, …). */
  readonly imageEnv?: Readonly<Record<string, string>>;
  /**
   * Runs one program, isolated from every other run in the same sandbox.
   * @throws InfraError when the sandbox failed, so that the program's behaviour is unknown;
   * CancelledError when `signal` fired, after everything of the run was killed.
   */
  exec(request: ExecRequest, options?: ExecOptions): Promise<ExecResult>;
}

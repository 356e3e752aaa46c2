import { errorText, UserError } from './errors';
import { pinnedEnvironment } from './sandbox/environment';
import type { Engine, EngineStatus, SandboxSpec } from './sandbox/sandbox';
import { probeEngines, selectEngine } from './sandbox/selectEngine';
import type { EngineOptions } from './sandbox/selectEngine';
import { LibraryResolver } from './sandbox/toolchains/libraries';
import { resolveToolchain } from './sandbox/toolchains/resolveToolchain';
import { languageTitles } from './targets/languageDefaults';
import { languages } from './targets/target';
import type { Language } from './targets/target';

/** Whether candidates in a language can be built here with this machine's own tools. */
export type ToolchainStatus =
  | { readonly language: Language; readonly works: true; readonly version: string }
  | {
      readonly language: Language;
      readonly works: false;
      readonly reason: string;
      readonly action: string;
    };

export interface Diagnosis {
  readonly engines: readonly EngineStatus[];
  /** The engine that is taken; absent where none works. */
  readonly engine?: string;
  /** Empty where no engine works, since nothing is tried outside of one. */
  readonly toolchains: readonly ToolchainStatus[];
}

/** What each language's tool prints of its version. */
const versionCommands: Readonly<Record<Language, readonly [program: string, arg: string]>> = {
  python: ['python3', '--version'],
  c: ['gcc', '--version'],
  go: ['go', 'version'],
  rust: ['rustc', '--version'],
  ocaml: ['ocamlopt', '-version'],
  ada: ['gnatmake', '--version'],
};

const limits = { timeout: 20, memory: 2 ** 31, processes: 256, output: 1 << 16, fileSize: 1 << 26 };

export interface DiagnoseOptions extends EngineOptions {
  /** The engine to try the toolchains in, where it works; else the first that does. */
  readonly choice?: string;
  /** Called before each toolchain. */
  readonly onToolchain?: (language: Language, done: number) => void;
}

/** What works on this machine: engines are probed, and each toolchain is started in a sandbox. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const engines = await probeEngines(options);
  if (!engines.some(({ works }) => works)) {
    return { engines, toolchains: [] };
  }
  const chosen = engines.find(({ engine, works }) => works && engine === options.choice);
  const engine = await selectEngine(chosen?.engine ?? 'auto', options);
  try {
    const toolchains: ToolchainStatus[] = [];
    for (const language of languages) {
      options.onToolchain?.(language, toolchains.length);
      toolchains.push(await tryToolchain(engine, language, options.signal));
    }
    return { engines, engine: engine.name, toolchains };
  } finally {
    await engine.dispose();
  }
}

async function tryToolchain(
  engine: Engine,
  language: Language,
  signal: AbortSignal | undefined,
): Promise<ToolchainStatus> {
  try {
    const { mounts, links } = await resolveToolchain(language, 'build', new LibraryResolver());
    const spec = { purpose: 'doctor', mounts, links, forbidden: [], language, lanes: 1 };
    return { language, works: true, version: await readVersion(engine, spec, language, signal) };
  } catch (error) {
    if (signal?.aborted === true) {
      throw error;
    }
    const action = error instanceof UserError ? error.action : undefined;
    return {
      language,
      works: false,
      reason: errorText(error),
      action: action ?? `Install ${languageTitles[language]}, or name an image that has it.`,
    };
  }
}

/** @throws UserError when the tool does not start. */
async function readVersion(
  engine: Engine,
  spec: SandboxSpec,
  language: Language,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = signal === undefined ? {} : { signal };
  const sandbox = await engine.create(spec, options);
  try {
    const [program, arg] = versionCommands[language];
    const { status, stdout, stderr } = await sandbox.exec(
      {
        program,
        argv0: program,
        args: [arg],
        env: pinnedEnvironment(),
        cwd: '/work',
        files: [],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits,
        collectOutputs: false,
      },
      options,
    );
    if (status.kind !== 'exit' || status.code !== 0) {
      const why = Buffer.from(stderr).toString().trim();
      throw new UserError(
        `${program} does not run in a sandbox: ${status.kind === 'unstartable' ? status.reason : why}`,
      );
    }
    return Buffer.from(stdout).toString().split('\n', 1)[0] ?? '';
  } finally {
    await sandbox.dispose();
  }
}

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../cases/case';
import { errorText, InfraError, UserError } from '../errors';
import { pinnedEnvironment } from '../sandbox/environment';
import type { Engine, ExecRequest, ExecResult, SandboxSpec } from '../sandbox/sandbox';
import { buildSpec } from '../sandbox/specs';
import { sourceExtensions } from '../targets/languageDefaults';
import type { Language, LanguageSetup, Target } from '../targets/target';
import type { WorkFolder } from '../workFolder';
import { BuildCache } from './buildCache';
import { buildLimits } from './buildLimits';
import type { CandidateSource } from './candidateSource';
import { candidatePath, expand, outFolder, outPath } from './candidatePaths';
import { imageSurroundings } from './caseRequest';
import type { CaseProgram } from './caseRequest';
import type { BuildResult } from './score';
import { standardLibrary } from './standardLibrary';
import { hashOf, toolchainMarks } from './toolchainMarks';

const umask = 0o022;
const cacheOptions = { folder: 'candidate', kept: 30 } as const;
/** Lines of the log that a failure shows. */
const tailLines = 30;

export interface BuiltCandidate {
  readonly result: BuildResult;
  /** The built candidate on this machine, absolute; sources and what the build made. */
  readonly folder: string;
  readonly program: Omit<CaseProgram, 'collectOutputs'>;
}

export interface BuildRequest {
  readonly target: Target;
  readonly language: Language;
  readonly engine: Engine;
  readonly workFolder: WorkFolder;
  readonly signal?: AbortSignal;
  readonly onMessage?: (message: string) => void;
}

/**
 * Builds a candidate in a sandbox of its own, or takes what the same sources gave before.
 * @param log Where the build's log is written.
 * @throws UserError when the target has no such language or its toolchain is missing; InfraError when
 * the engine or the disk failed. A build that fails is a result, not an error.
 */
export async function buildCandidate(
  request: BuildRequest,
  source: CandidateSource,
  log: string,
): Promise<BuiltCandidate> {
  const { target, language, workFolder } = request;
  const setup = target.languages[language];
  if (setup === undefined) {
    const known = Object.keys(target.languages).join(', ');
    throw new UserError(`Building for ${target.name} failed: it has no task in ${language}.`, {
      action: `Choose among ${known}, or add the language to mirrorcode.json.`,
    });
  }
  const spec = await buildSpec(target, language);
  const cache = new BuildCache(await workFolder.make(workFolder.builds), cacheOptions);
  const key = await cacheKey(request, setup, source, spec);
  const earlier = await cache.find(key);
  if (earlier !== undefined) {
    await writeFile(log, earlier.log);
    const { durationMs } = earlier;
    const result = { ok: true, command: setup.build, durationMs, log, cached: true };
    return { result, folder: earlier.folder, program: programOf(target, setup) };
  }
  const files = [...source.files, { kind: 'dir', path: outFolder, mode: 0o755 } as const];
  const made = setup.build === '' ? undefined : await runBuild(request, setup, spec, files);
  const text = made?.log ?? '';
  await writeFile(log, text).catch((error: unknown) => {
    throw new InfraError(`Writing ${log} failed: ${errorText(error)}.`, {
      action: 'Free some space, then try again.',
      cause: error,
    });
  });
  const outcome = made?.result;
  const durationMs = outcome?.durationMs ?? 0;
  const ok = outcome === undefined || succeeded(outcome, target, setup);
  const folder = ok
    ? await cache.add(key, mergeEntries(files, outcome?.outputs ?? []), {
        log: text,
        durationMs,
      })
    : '';
  return {
    result: {
      ok,
      command: setup.build,
      durationMs,
      log,
      ...(ok ? {} : { tail: tailOf(text, outcome) }),
    },
    folder,
    program: programOf(target, setup),
  };
}

/** How the built candidate is started for a case. */
function programOf(target: Target, setup: LanguageSetup): BuiltCandidate['program'] {
  const [program = '', ...prefixArgs] = setup.run.map((part) => expand(part, target.name));
  const env = Object.entries(setup.env ?? {}).map(
    ([name, value]) => [name, expand(value, target.name)] as const,
  );
  return {
    program,
    // A compiled program finds itself called as the reference does; an interpreter as itself.
    argv0: program === outPath(target.name) ? (target.reference?.argv0 ?? target.name) : program,
    prefixArgs,
    env: Object.fromEntries(env),
    limits: target.limits,
  };
}

async function runBuild(
  build: BuildRequest,
  setup: LanguageSetup,
  spec: SandboxSpec,
  files: readonly FileEntry[],
): Promise<{ readonly result: ExecResult; readonly log: string }> {
  const { engine, target, language, signal, onMessage } = build;
  const library = await standardLibrary(build);
  const mounts = library === undefined ? spec.mounts : [...spec.mounts, library.mount];
  const sandbox = await engine.create(
    { ...spec, mounts },
    {
      ...(signal === undefined ? {} : { signal }),
      ...(onMessage === undefined ? {} : { onProgress: onMessage }),
    },
  );
  const pieces: Uint8Array[] = [Buffer.from(`$ ${setup.build}\n`)];
  const onPiece = (piece: Uint8Array) => pieces.push(Uint8Array.from(piece));
  try {
    const command = library === undefined ? setup.build : `${library.offer}\n${setup.build}`;
    const request = buildExec(target, language, command, files, sandbox.imageEnv ?? {});
    const result = await sandbox.exec(request, {
      ...(signal === undefined ? {} : { signal }),
      onStdout: onPiece,
      onStderr: onPiece,
    });
    return { result, log: Buffer.concat(pieces).toString('utf8') + ending(result) };
  } finally {
    await sandbox.dispose();
  }
}

function buildExec(
  target: Target,
  language: Language,
  command: string,
  files: readonly FileEntry[],
  imageEnv: Readonly<Record<string, string>>,
): ExecRequest {
  const sources = files
    .filter(({ kind, path: file }) => kind === 'file' && isSource(language, file))
    .map(({ path: file }) => file);
  const env = pinnedEnvironment({
    ...imageSurroundings(imageEnv),
    PROGRAM: target.name,
    OUT: outPath(target.name),
    SOURCES: sources.join(' '),
  });
  return {
    program: '/bin/sh',
    argv0: 'sh',
    args: ['-c', command],
    env,
    cwd: candidatePath,
    files,
    stdin: new Uint8Array(0),
    umask,
    limits: buildLimits,
    collectOutputs: true,
  };
}

function isSource(language: Language, file: string): boolean {
  return sourceExtensions[language].includes(path.posix.extname(file));
}

function succeeded({ status, outputs }: ExecResult, target: Target, setup: LanguageSetup): boolean {
  const needsOut = setup.run.some((part) => part.includes('{out}'));
  const out = `${outFolder}/${target.name}`;
  return (
    status.kind === 'exit' &&
    status.code === 0 &&
    (!needsOut || outputs.some((entry) => entry.path === out && entry.kind === 'file'))
  );
}

/** How the build ended, for the log's last line. */
function ending({ status }: ExecResult): string {
  switch (status.kind) {
    case 'exit':
      return status.code === 0 ? '' : `(exit status ${status.code})\n`;
    case 'signal':
      return `(killed by signal ${status.signal})\n`;
    case 'timeout':
      return `(killed after ${buildLimits.timeout} s)\n`;
    case 'limit':
      return `(killed at the limit of ${status.limit})\n`;
    default:
      return `(did not start: ${status.reason})\n`;
  }
}

function tailOf(log: string, result: ExecResult | undefined): string {
  const lines = log.trimEnd().split('\n').slice(-tailLines);
  return result?.status.kind === 'exit' && result.status.code === 0
    ? [...lines, '(the build ended well, and made no program: it has to write "$OUT")'].join('\n')
    : lines.join('\n');
}

/** The folder after the build: what it made over what was there, and nothing below a non-folder. */
function mergeEntries(files: readonly FileEntry[], made: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map([...files, ...made].map((entry) => [entry.path, entry]));
  const liesInFolders = (entry: FileEntry): boolean => {
    const parts = entry.path.split('/');
    return parts.slice(1).every((_, i) => {
      const above = byPath.get(parts.slice(0, i + 1).join('/'));
      return above === undefined || above.kind === 'dir';
    });
  };
  return [...byPath.values()].filter((entry) => entry.kind !== 'absent' && liesInFolders(entry));
}

/** Hash of all that a build depends on: sources, command, engine, and the toolchain's files. */
async function cacheKey(
  { engine, target, language }: BuildRequest,
  setup: LanguageSetup,
  source: CandidateSource,
  spec: SandboxSpec,
): Promise<string> {
  const toolchain = await toolchainMarks(spec);
  const { image } = spec;
  return hashOf([
    ...[1, source.hash, language, setup.build, target.name, engine.name, image],
    toolchain,
  ]);
}

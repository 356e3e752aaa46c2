import { withFileLock } from '../fileLock';
import { pinnedEnvironment } from '../sandbox/environment';
import type { Engine, ExecRequest, Mount, Sandbox, SandboxSpec } from '../sandbox/sandbox';
import { toolchainSpec } from '../sandbox/specs';
import { goEnvironment } from '../targets/languageDefaults';
import type { Language, Target } from '../targets/target';
import type { WorkFolder } from '../workFolder';
import { BuildCache } from './buildCache';
import { buildLimits } from './buildLimits';
import { candidatePath } from './candidatePaths';
import { imageSurroundings } from './caseRequest';
import { hashOf, toolchainMarks } from './toolchainMarks';

/** Where it is shown, read-only. */
const libraryPath = '/opt/go-library';
const libraryFolder = 'library';
/** How many are kept: one a toolchain. */
const keptLibraries = 4;
/** Waiting for another process that makes it takes as long as making it, at most. */
const patienceMs = buildLimits.timeout * 1000;
/** In a hundred years: Go throws away what it has not used for days, and can't note a use here. */
const fileTime = new Date('2126-01-01T00:00:00Z');

/**
 * What programs import that read files and streams and write text. Others are compiled when a
 * candidate wants them.
 */
const packages = [
  ...['archive/tar', 'archive/zip', 'bufio', 'bytes', 'cmp', 'compress/bzip2', 'compress/flate'],
  ...['compress/gzip', 'compress/lzw', 'compress/zlib', 'container/heap', 'container/list'],
  ...['container/ring', 'context', 'crypto/hmac', 'crypto/md5', 'crypto/rand', 'crypto/sha1'],
  ...['crypto/sha256', 'crypto/sha512', 'embed', 'encoding/ascii85', 'encoding/base32'],
  ...['encoding/base64', 'encoding/binary', 'encoding/csv', 'encoding/gob', 'encoding/hex'],
  ...['encoding/json', 'encoding/xml', 'errors', 'flag', 'fmt', 'hash/adler32', 'hash/crc32'],
  ...['hash/crc64', 'hash/fnv', 'hash/maphash', 'html', 'index/suffixarray', 'io', 'io/fs'],
  ...['io/ioutil', 'iter', 'log', 'log/slog', 'maps', 'math', 'math/big', 'math/bits'],
  ...['math/cmplx', 'math/rand', 'math/rand/v2', 'mime', 'net/url', 'os', 'os/exec', 'os/signal'],
  ...['os/user', 'path', 'path/filepath', 'reflect', 'regexp', 'regexp/syntax', 'runtime'],
  ...['runtime/debug', 'slices', 'sort', 'strconv', 'strings', 'sync', 'sync/atomic', 'syscall'],
  ...['testing', 'text/scanner', 'text/tabwriter', 'text/template', 'time', 'unicode'],
  ...['unicode/utf16', 'unicode/utf8', 'unique', 'unsafe'],
];

/** Packages that this Go does not have yet are left out; from `/`, no module is near. */
const compile = [
  `export ${goEnvironment} GOCACHE="$PWD/${libraryFolder}"`,
  'cd /',
  `go build $(go list -e -f '{{if not .Error}}{{.ImportPath}}{{end}}' ${packages.join(' ')})`,
  'rm -f "$GOCACHE/trim.txt"',
].join(' && ');

/** A language's standard library, compiled once by its toolchain alone. */
export interface StandardLibrary {
  readonly mount: Mount;
  /**
   * A line for `sh` that puts it where the toolchain looks, by links, so that what a candidate adds
   * stays its own. Go refuses to work on a folder that it can't write to.
   */
  readonly offer: string;
}

export interface LibraryRequest {
  readonly target: Target;
  readonly language: Language;
  readonly engine: Engine;
  readonly workFolder: WorkFolder;
  readonly signal?: AbortSignal;
  readonly onMessage?: (message: string) => void;
}

/**
 * Go's standard library, which comes as source and takes many seconds to compile: made in a sandbox
 * that no candidate's source ever enters, and kept for as long as the toolchain stays the same. The
 * other languages bring theirs compiled.
 * @returns undefined for other languages, and where Go could not compile it: builds then do it.
 * @throws UserError when the toolchain is missing; InfraError when the engine or the disk failed;
 * CancelledError.
 */
export async function standardLibrary(
  request: LibraryRequest,
): Promise<StandardLibrary | undefined> {
  const { target, language, workFolder } = request;
  if (language !== 'go') {
    return undefined;
  }
  const spec = await toolchainSpec(target, language);
  const folder = await workFolder.make(workFolder.libraries);
  const options = { folder: libraryFolder, kept: keptLibraries, fileTime };
  return new LibraryMaker(request, spec, new BuildCache(folder, options), folder).provide();
}

class LibraryMaker {
  constructor(
    private readonly request: LibraryRequest,
    private readonly spec: SandboxSpec,
    private readonly cache: BuildCache,
    private readonly folder: string,
  ) {}

  async provide(): Promise<StandardLibrary | undefined> {
    const kept = await this.kept();
    if (kept !== undefined) {
      return kept;
    }
    const { engine, signal } = this.request;
    const sandbox = await engine.create(this.spec, signal === undefined ? {} : { signal });
    try {
      // Only now is it known which image the engine has taken.
      const { imageDigest } = sandbox;
      return (
        (imageDigest === undefined ? undefined : await this.kept(imageDigest)) ??
        (await withFileLock(
          `${this.folder}/lock`,
          async () => (await this.kept(imageDigest)) ?? (await this.make(sandbox)),
          { patienceMs, ...(signal === undefined ? {} : { signal }) },
        ))
      );
    } finally {
      await sandbox.dispose();
    }
  }

  private async kept(imageDigest?: string): Promise<StandardLibrary | undefined> {
    const found = await this.cache.find(await this.key(imageDigest));
    return found === undefined ? undefined : shown(found.folder, imageDigest);
  }

  private async make(sandbox: Sandbox): Promise<StandardLibrary | undefined> {
    const { signal, onMessage } = this.request;
    onMessage?.('Preparing Go’s standard library, once for all candidates…');
    const result = await sandbox.exec(
      compileRequest(sandbox),
      signal === undefined ? {} : { signal },
    );
    const inside = `${libraryFolder}/`;
    const files = result.outputs
      .filter((entry) => entry.path.startsWith(inside))
      .map((entry) => ({ ...entry, path: entry.path.slice(inside.length) }));
    if (result.status.kind !== 'exit' || result.status.code !== 0 || files.length === 0) {
      const words = Buffer.from(result.stderr).toString('utf8').trim().split('\n').at(-1) ?? '';
      onMessage?.(`Go’s standard library could not be prepared; each build compiles it. ${words}`);
      return undefined;
    }
    const { imageDigest } = sandbox;
    const { durationMs } = result;
    const key = await this.key(imageDigest);
    return shown(await this.cache.add(key, files, { log: '', durationMs }), imageDigest);
  }

  private async key(imageDigest: string | undefined): Promise<string> {
    return hashOf([1, compile, imageDigest ?? (await toolchainMarks(this.spec))]);
  }
}

function compileRequest({ imageEnv }: Sandbox): ExecRequest {
  return {
    program: '/bin/sh',
    argv0: 'sh',
    args: ['-c', compile],
    env: pinnedEnvironment(imageSurroundings(imageEnv)),
    cwd: candidatePath,
    files: [],
    stdin: new Uint8Array(0),
    umask: 0o022,
    limits: buildLimits,
    collectOutputs: true,
  };
}

function shown(folder: string, imageDigest: string | undefined): StandardLibrary {
  return {
    // Of this machine's toolchain: an image that comes with its own has no use for it.
    mount: { source: folder, target: libraryPath, toolchain: imageDigest === undefined },
    offer:
      `[ ! -d ${libraryPath} ] || { mkdir -p "$HOME/.cache" && ` +
      `cp -rs ${libraryPath} "$HOME/.cache/go-build"; } 2>/dev/null || :`,
  };
}

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FileEntry } from '../../../../src/core/cases/case';
import { pinnedEnvironment } from '../../../../src/core/sandbox/environment';
import type {
  Engine,
  ExecRequest,
  ExecResult,
  Sandbox,
} from '../../../../src/core/sandbox/sandbox';
import { LibraryResolver } from '../../../../src/core/sandbox/toolchains/libraries';
import { resolveToolchain } from '../../../../src/core/sandbox/toolchains/resolveToolchain';
import type { Limits } from '../../../../src/core/targets/target';

export const MiB = 1024 * 1024;
export const limits: Limits = {
  timeout: 20,
  memory: 128 * MiB,
  processes: 32,
  output: 2 * MiB,
  fileSize: 32 * MiB,
};
export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
export const file = (name: string, content: string, mode = 0o644): FileEntry => ({
  kind: 'file',
  path: name,
  mode,
  content: { kind: 'bytes', bytes: Buffer.from(content) },
});

/** Command lines of this machine's processes that contain a word. */
export function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(word));
}

/** The hostile programs, a secret of the host's, and the sandbox in which the ones seek the other. */
export class HostileRig {
  sandbox!: Sandbox;
  programs!: { readonly folder: string; readonly compiled: boolean };
  secretFolder!: string;
  readonly secret = `secret-${process.pid}-${Date.now()}`;

  async setUp(engine: Engine): Promise<void> {
    this.programs = hostilePrograms();
    this.secretFolder = mkdtempSync(path.join(tmpdir(), 'not-for-sandboxes-'));
    chmodSync(this.secretFolder, 0o755);
    writeFileSync(path.join(this.secretFolder, 'secret'), this.secret, { mode: 0o644 });
    process.env['MIRRORCODE_TEST_SECRET'] = this.secret;
    const toolchain = await resolveToolchain('python', 'build', new LibraryResolver());
    mkdirSync(path.join(this.programs.folder, 'empty'), { recursive: true });
    this.sandbox = await engine.create({
      purpose: 'hostile',
      mounts: [...toolchain.mounts, { source: this.programs.folder, target: '/hostile' }],
      links: toolchain.links,
      forbidden: [],
      limits,
      lanes: 2,
    });
  }

  tearDown(): void {
    delete process.env['MIRRORCODE_TEST_SECRET'];
    rmSync(this.programs.folder, { recursive: true, force: true });
    rmSync(this.secretFolder, { recursive: true, force: true });
  }

  run(
    program: string,
    args: readonly string[],
    changes: Partial<ExecRequest> = {},
    options: Parameters<Sandbox['exec']>[1] = {},
  ): Promise<ExecResult> {
    return this.sandbox.exec(
      {
        program,
        argv0: program,
        args,
        env: pinnedEnvironment({ PYTHONDONTWRITEBYTECODE: '1' }),
        cwd: '/work',
        files: [],
        stdin: new Uint8Array(0),
        umask: 0o022,
        limits,
        collectOutputs: true,
        ...changes,
      },
      options,
    );
  }

  python(script: string, args: readonly string[] = [], changes = {}): Promise<ExecResult> {
    return this.run('python3', [`/hostile/${script}`, ...args], changes);
  }

  shell(line: string, changes: Partial<ExecRequest> = {}): Promise<ExecResult> {
    return this.run('sh', ['-c', line], changes);
  }

  /** What a program found out, in JSON; it must have ended well. */
  answerOf(result: ExecResult): unknown {
    assert.deepEqual(result.status, { kind: 'exit', code: 0 }, text(result.stderr));
    return JSON.parse(text(result.stdout));
  }

  needsCompiled(context: Mocha.Context): void {
    if (!this.programs.compiled) {
      console.log('    Skipped: no C compiler (cc) is here to build the hostile program.');
      context.skip();
    }
  }
}

/** Folder with the hostile programs; the compiled one is there where there is a compiler. */
function hostilePrograms(): { folder: string; compiled: boolean } {
  const folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
  chmodSync(folder, 0o755);
  cpSync('test/fixtures/hostile', folder, { recursive: true });
  try {
    const source = path.join(folder, 'hostile.c');
    execFileSync('cc', ['-O1', '-static', '-o', path.join(folder, 'hostile'), source]);
    return { folder, compiled: true };
  } catch {
    return { folder, compiled: false };
  }
}

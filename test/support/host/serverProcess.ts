import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { quietSettings } from './quietSettings';
import type { ServerInstall } from './serverInstall';

export interface ServerOptions {
  readonly install: ServerInstall;
  /** Holds settings, extensions, logs and the server's temporary files; the caller's to remove. */
  readonly folder: string;
  /** Settings of the user, over those that keep the window quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The driver makes the workbench honour `payload` in its address, which tests need. */
  readonly driver?: 'smoke test' | undefined;
  /** Asks whether to trust the folder, as a person's own VS Code does; else everything is trusted. */
  readonly trust?: 'asked' | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  /** 0 for any that is free. */
  readonly port?: number;
}

/** A running VS Code server on 127.0.0.1. Whoever started it disposes it. */
export class ServerProcess {
  /** Resolves when the server has ended, whatever ended it. */
  readonly ended: Promise<void>;

  private constructor(
    readonly port: number,
    readonly logPath: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** @throws when the server ends before it listens, naming its log. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const { install, folder } = options;
    await prepare(options);
    const logPath = path.join(folder, 'server.log');
    const child = spawn(install.nodePath, serverArguments(options), {
      cwd: folder,
      env: serverEnvironment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const log = createWriteStream(logPath);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return new ServerProcess(await listeningPort(child, logPath), logPath, child);
  }

  /** The address of a window on a folder. */
  address(folder: string, payload: readonly (readonly [string, string])[] = []): string {
    const url = new URL(`http://${this.authority}/`);
    url.searchParams.set('folder', folder);
    if (payload.length > 0) {
      url.searchParams.set('payload', JSON.stringify(payload));
    }
    return url.href;
  }

  /** Ends the server with its extension hosts, and waits until it is gone. */
  async dispose(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      return;
    }
    const group = -child.pid;
    process.kill(group, 'SIGTERM');
    const insist = setTimeout(() => {
      process.kill(group, 'SIGKILL');
    }, 3000);
    await this.ended;
    clearTimeout(insist);
  }
}

async function prepare({ folder, settings, trust }: ServerOptions): Promise<void> {
  const user = path.join(folder, 'user', 'User');
  await Promise.all(
    ['data', 'extensions', 'tmp', 'run', 'config', 'cache', 'user/User'].map((name) =>
      mkdir(path.join(folder, name), { recursive: true }),
    ),
  );
  const asks = trust === undefined ? {} : { 'security.workspace.trust.enabled': true };
  const text = JSON.stringify({ ...quietSettings, ...asks, ...settings }, undefined, 2);
  await writeFile(path.join(user, 'settings.json'), text);
}

function serverArguments({ install, folder, driver, trust, port = 0 }: ServerOptions): string[] {
  return [
    install.mainPath,
    ...['--host', '127.0.0.1', '--port', String(port)],
    '--without-connection-token',
    '--accept-server-license-terms',
    ...['--telemetry-level', 'off'],
    ...(trust === undefined ? ['--disable-workspace-trust'] : []),
    ...folderArguments(folder),
    ...(driver === undefined
      ? []
      : ['--enable-smoke-test-driver', '--enable-remote-auto-shutdown']),
  ];
}

/** Where a server keeps what it is given and what it makes. */
export function folderArguments(folder: string): string[] {
  return [
    ...['--server-data-dir', path.join(folder, 'data')],
    ...['--user-data-dir', path.join(folder, 'user')],
    ...['--extensions-dir', path.join(folder, 'extensions')],
  ];
}

/** Sockets and files of the server stay out of the home folder; no marketplace is asked. */
export function serverEnvironment({
  folder,
  environment,
}: Pick<ServerOptions, 'folder' | 'environment'>): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TMPDIR: path.join(folder, 'tmp'),
    XDG_RUNTIME_DIR: path.join(folder, 'run'),
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    XDG_CACHE_HOME: path.join(folder, 'cache'),
    EXTENSIONS_GALLERY: '{}',
    ...environment,
  };
}

function listeningPort(child: ChildProcess, logPath: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`;
      reject(
        new Error(`The VS Code server ended (${how}) before it listened. Its log: ${logPath}`),
      );
    });
    if (child.stdout === null) {
      throw new Error('The server was started without a pipe for its output.');
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port !== undefined) {
        resolve(Number(port));
      }
    });
  });
}

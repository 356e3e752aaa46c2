import { execFile } from 'node:child_process';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { npmEnvironment } from './npm';
import { cacheFolder } from './paths';
import { vscodeVersion } from './versions';

const run = promisify(execFile);

/** A VS Code server on disk, with the Node that it runs on. */
export interface ServerInstall {
  /** VS Code's version, such as `1.139.1`. */
  readonly version: string;
  readonly nodePath: string;
  readonly mainPath: string;
}

/** What tests and a person's look at the extension never use, and which weighs 300 of 800 MB. */
const unneeded = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'node_modules/@vscode/windows-process-tree',
  'extensions/copilot',
  'extensions/microsoft-authentication',
  'extensions/mermaid-markdown-features',
];

/**
 * VS Code's server of npm's code-server package, installed into the cache folder when it isn't there
 * yet, without running install scripts: half a minute, about 400 MB. A compiler is used where there is
 * one, and not missed otherwise.
 * @throws where there is no such server for this machine, or npm fails.
 */
export async function installServer(
  serverVersion: string,
  say: (line: string) => void,
): Promise<ServerInstall> {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== 'linux-x64' && platform !== 'linux-arm64') {
    throw new Error(`There is no VS Code server of npm for ${platform}, only for Linux.`);
  }
  const folder = path.join(cacheFolder(), 'vscode-server', serverVersion);
  const install = {
    version: vscodeVersion(serverVersion),
    nodePath: path.join(folder, `node_modules/node-${platform}/bin/node`),
    mainPath: path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
  if (await isCurrent(folder)) {
    return install;
  }
  say(`Installing the VS Code ${install.version} server from npm into ${folder}`);
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial, { serverVersion, platform, say });
    await writeFile(path.join(partial, 'complete'), '');
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await isCurrent(folder))) {
        throw error;
      }
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return install;
}

/** Whether all is there, and what is replaced in old versions was replaced. */
async function isCurrent(folder: string): Promise<boolean> {
  if (!(await exists(path.join(folder, 'complete')))) {
    return false;
  }
  const text = await readFile(path.join(vscodeFolder(folder), 'package.json'), 'utf8');
  return withPrebuilt(text) === text;
}

/** VS Code's own folder in an installed server. */
function vscodeFolder(folder: string): string {
  return path.join(folder, 'node_modules/code-server/lib/vscode');
}

interface Filling {
  readonly serverVersion: string;
  /** As npm names it: `linux-x64`. */
  readonly platform: string;
  readonly say: (line: string) => void;
}

async function fill(folder: string, { serverVersion, platform, say }: Filling): Promise<void> {
  const engine = await npm(folder, ['view', `code-server@${serverVersion}`, 'engines.node']);
  const nodeMajor = /\d+/.exec(engine)?.[0] ?? '24';
  await writeFile(path.join(folder, 'package.json'), '{"private":true}\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const packages = [`code-server@${serverVersion}`, `node-${platform}@${nodeMajor}`];
  await npm(folder, ['install', '--no-save', ...quiet, ...packages]);
  const vscode = vscodeFolder(folder);
  await loosen(vscode);
  await npm(vscode, ['install', '--omit=dev', ...quiet]);
  await npm(path.join(vscode, 'extensions'), ['install', '--omit=dev', ...quiet]);
  await buildLogger(vscode, path.join(folder, `node_modules/node-${platform}`), say);
  await prune(folder, vscode, platform);
}

/** The logger is native and has no prebuilt binary; without it output channels stay empty. */
async function buildLogger(
  vscode: string,
  nodeFolder: string,
  say: (line: string) => void,
): Promise<void> {
  try {
    // Its lines need no speed, and optimizing takes longer than all of what is compiled.
    const flags = { CFLAGS: '-O0', CXXFLAGS: '-O0' };
    await npm(vscode, ['rebuild', '@vscode/spdlog'], { ...flags, npm_config_nodedir: nodeFolder });
  } catch {
    say('Its logger could not be built (g++, make and python3 are needed): logs will be empty.');
  }
}

/**
 * Old versions pin the file watcher to a tarball of a git host, and terminals to a release that has
 * to be compiled, without which no shell ever starts. The registry has both with prebuilt binaries.
 */
function withPrebuilt(manifest: string): string {
  return manifest
    .replace(/"@parcel\/watcher": "parcel-bundler[^"]*"/, () => '"@parcel/watcher": "^2.5.1"')
    .replace(/"node-pty": "\^?1\.1\.[^"]*"/, () => '"node-pty": "^1.2.0-beta.15"');
}

async function loosen(vscode: string): Promise<void> {
  const manifest = path.join(vscode, 'package.json');
  const text = await readFile(manifest, 'utf8');
  const loosened = withPrebuilt(text);
  if (loosened !== text) {
    await writeFile(manifest, loosened);
    await rm(path.join(vscode, 'npm-shrinkwrap.json'), { force: true });
  }
}

async function prune(folder: string, vscode: string, platform: string): Promise<void> {
  const away = [
    ...unneeded.map((name) => path.join(vscode, name)),
    ...['include', 'share'].map((name) => path.join(folder, `node_modules/node-${platform}`, name)),
    ...(await othersThan(path.join(vscode, 'node_modules/node-pty/prebuilds'), platform)),
    ...(await othersThan(
      path.join(vscode, 'node_modules/@vscode/ripgrep-universal/bin'),
      platform,
    )),
  ];
  await Promise.all(away.map((name) => rm(name, { recursive: true, force: true })));
}

async function othersThan(folder: string, platform: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name !== platform).map((name) => path.join(folder, name));
}

async function npm(
  cwd: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    const { stdout } = await run('npm', [...args, '--prefix', cwd], {
      cwd,
      env: { ...npmEnvironment(), ...environment },
      timeout: 300_000,
      maxBuffer: 1 << 24,
    });
    return stdout;
  } catch (error) {
    const detail = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`npm ${args.slice(0, 2).join(' ')} failed in ${cwd}.\n${detail.trim()}`, {
      cause: error,
    });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

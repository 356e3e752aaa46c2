import { spawn } from 'node:child_process';
import path from 'node:path';
import { downloadDesktop } from '../../test/support/host/desktopDownload';
import { findExecutable } from '../../test/support/host/findExecutable';
import { repositoryRoot, temporaryFolder } from '../../test/support/host/paths';
import { whereToBegin } from './whereToBegin';

/**
 * Opens the samples in desktop VS Code: the one that can be downloaded, else the one that is
 * installed; with a profile of its own, so that the person's own settings stay as they are.
 * @returns why there is none; nothing once its window was closed.
 */
export async function openOnDesktop(signal: AbortSignal): Promise<string | undefined> {
  let executable: string;
  try {
    executable = await downloadDesktop('stable');
  } catch (error) {
    const installed = findExecutable(['code', 'code-insiders', 'codium']);
    if (installed === undefined) {
      return `${error instanceof Error ? error.message : String(error)}, and none is installed`;
    }
    executable = installed;
  }
  const temporary = await temporaryFolder('mcw-');
  try {
    console.log(`\nOpening samples/ in ${executable}. ${whereToBegin} Ctrl+C closes it.`);
    await runUntilClosed(executable, { folder: temporary.folder, signal });
  } finally {
    await temporary.remove();
  }
  return undefined;
}

function runUntilClosed(
  executable: string,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const args = [
    path.join(repositoryRoot, 'samples'),
    '--wait',
    '--new-window',
    `--extensionDevelopmentPath=${repositoryRoot}`,
    `--user-data-dir=${path.join(folder, 'user')}`,
    `--extensions-dir=${path.join(folder, 'extensions')}`,
    '--disable-workspace-trust',
    '--skip-welcome',
    '--skip-release-notes',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, { stdio: 'ignore' });
    signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}

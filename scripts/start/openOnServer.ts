import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findChromium, launchChromium } from '../../test/support/host/chromium';
import { repositoryRoot, temporaryFolder } from '../../test/support/host/paths';
import { startPersonServer } from '../../test/support/host/personServer';
import { installServer } from '../../test/support/host/serverInstall';
import type { ServerProcess } from '../../test/support/host/serverProcess';
import { newestServerVersion } from '../../test/support/host/versions';
import { openPage, WorkbenchWindow } from '../../test/support/host/window';
import { hasDisplay } from './display';
import { whereToBegin } from './whereToBegin';

/** Opens the samples in VS Code's server build, whose address is printed, until the signal. */
export async function openOnServer(signal: AbortSignal): Promise<void> {
  const install = await installServer(await newestServerVersion(), console.log);
  const temporary = await temporaryFolder('mcw-');
  try {
    console.log(`Starting the VS Code ${install.version} server with the extension installed`);
    const folder = path.join(temporary.folder, 'server');
    const server = await startPersonServer({ install, folder });
    try {
      await picture(server);
      console.log(
        `\nThe samples are open at\n\n  ${address(server)}\n\n${whereToBegin} Ctrl+C ends it.`,
      );
      await Promise.race([once(signal, 'abort'), server.ended]);
    } finally {
      await server.dispose();
    }
    console.log('\nClosed, and removed what the server had kept.');
  } finally {
    await temporary.remove();
  }
}

const address = (server: ServerProcess) => server.address(path.join(repositoryRoot, 'samples'));

/** Where nobody sees a window, a picture shows what is there. */
async function picture(server: ServerProcess): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined || hasDisplay()) {
    return;
  }
  const file = path.join(repositoryRoot, 'out/start.png');
  const browser = await launchChromium(chromium);
  try {
    const page = await openPage(browser, address(server), { width: 1280, height: 800 });
    const window = new WorkbenchWindow(page, '', []);
    await window.showView('MirrorCode');
    await page.locator('.part.sidebar .monaco-list-row').first().waitFor({ timeout: 30_000 });
    await mkdir(path.dirname(file), { recursive: true });
    await window.screenshot(file);
    console.log(`A picture of the window: ${file}`);
  } catch (error) {
    console.log(
      `No picture of the window could be taken: ${String(error).split('\n', 1)[0] ?? ''}`,
    );
  } finally {
    await browser.close();
  }
}

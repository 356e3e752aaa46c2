/**
 * A person's window: VS Code's server with the packed extension installed and a headless Chromium on
 * it, to look at what was built and to take its picture.
 *
 *   npm run screenshot -- --folder samples --theme dark --view MirrorCode --out /tmp/x.png \
 *     --commands 'MirrorCode: Doctor'
 *
 *   --folder DIR     the folder to open; a temporary copy of it unless --in-place (default samples)
 *   --theme T        dark, light, hcDark or hcLight (default dark)
 *   --view NAME      of the activity bar, such as MirrorCode, Testing or Explorer
 *   --commands 'A; B'  titles as the palette shows them, run in order
 *   --open 'F; G'    files of the folder to open first
 *   --size WxH       of the window, in CSS pixels (default 1280x800)
 *   --wait MS        before the picture (default 1500)
 *   --vscode V       floor or newest (default newest)
 *   --no-build       the bundles in dist/ as they are
 *   --out FILE       the PNG (default out/screenshot.png)
 *
 * Or as a script (run it with `npx tsx look.mts`), for clicks, hovers and more than one picture:
 *
 *   const window = await openWindow({ folder: '/abs/folder', theme: 'light' });
 *   try {
 *     await window.runCommand('MirrorCode: Record Case…');
 *     await window.page.keyboard.type('numfmt');
 *     await window.screenshot('a.png');
 *     await window.webview().locator('#rows').click();
 *   } finally {
 *     await window.dispose();
 *   }
 */
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { findChromium, launchChromium } from './chromium';
import { temporaryFolder } from './paths';
import { startPersonServer } from './personServer';
import { installServer } from './serverInstall';
import { newestServerVersion, serverVersions } from './versions';

/** The themes that VS Code ships for each kind. */
export const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  hcDark: 'Default High Contrast',
  hcLight: 'Default High Contrast Light',
} as const;

export interface WindowOptions {
  readonly folder: string;
  readonly theme?: keyof typeof themes;
  readonly vscode?: 'floor' | 'newest';
  /** CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Opens the folder itself, so that what the extension writes lands there. */
  readonly inPlace?: 'in place' | undefined;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Asks whether to trust the folder; else it is trusted. */
  readonly trust?: 'asked' | undefined;
  readonly say?: (line: string) => void;
}

/** Opens a window on `folder`. @throws when Chromium or the server can't be had. */
export async function openWindow(options: WindowOptions): Promise<WorkbenchWindow> {
  const executable = findChromium();
  if (executable === undefined) {
    throw new Error('No Chromium was found. Install one (apt-get install chromium) and try again.');
  }
  const { theme = 'dark', size = { width: 1280, height: 800 } } = options;
  const say = options.say ?? (() => undefined);
  const version = options.vscode === 'floor' ? serverVersions.floor : await newestServerVersion();
  const install = await installServer(version, say);
  const temporary = await temporaryFolder('mcw-');
  const undo: (() => Promise<void>)[] = [() => temporary.remove()];
  try {
    const workspace = await workspaceFolder(options, temporary.folder);
    const server = await startPersonServer({
      install,
      folder: path.join(temporary.folder, 'server'),
      settings: { 'workbench.colorTheme': themes[theme], ...options.settings },
      trust: options.trust,
    });
    undo.push(() => server.dispose());
    const browser = await launchChromium(executable);
    undo.push(() => browser.close());
    const page = await openPage(browser, server.address(workspace), size);
    return new WorkbenchWindow(page, workspace, undo);
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

/** A VS Code window with the extension, as a person sees it. */
export class WorkbenchWindow {
  constructor(
    readonly page: Page,
    /** The folder that is open; a copy, unless the window was opened in place. */
    readonly folder: string,
    private readonly undo: (() => Promise<void>)[],
  ) {}

  /** Runs a command by the title that the palette shows, such as `MirrorCode: Doctor`. */
  async runCommand(title: string): Promise<void> {
    const { page } = this;
    const input = page.locator('.quick-input-widget:visible input').first();
    await this.retry(`open the palette for ${title}`, async () => {
      await page.keyboard.press('F1');
      await input.waitFor({ state: 'visible', timeout: 2000 });
    });
    await input.fill(`>${title}`);
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor({ timeout: 15_000 });
    await page.keyboard.press('Enter');
  }

  /** Shows a container of the activity bar, by its name. */
  async showView(name: string): Promise<void> {
    const activityBar = this.page.locator('.part.activitybar');
    const tab = activityBar.getByRole('tab', { name }).first();
    await this.retry(`show the view ${name}`, async () => {
      await tab.click({ timeout: 2000 });
      await this.page
        .locator('.part.sidebar .composite.title', { hasText: name })
        .waitFor({ timeout: 2000 });
    });
  }

  /** Opens a file of the folder by its relative path, in the editor that VS Code picks. */
  async openFile(relativePath: string): Promise<void> {
    const { page } = this;
    const input = page.locator('.quick-input-widget:visible input').first();
    await this.retry(`open ${relativePath}`, async () => {
      await page.keyboard.press('Control+P');
      await input.waitFor({ state: 'visible', timeout: 2000 });
    });
    await input.fill(relativePath);
    const name = path.basename(relativePath);
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: name })
      .first()
      .waitFor({ timeout: 15_000 });
    await page.keyboard.press('Enter');
  }

  /** The page inside of the webview that is shown; the first, where there are several. */
  webview(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .first()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async dispose(): Promise<void> {
    await undoAll(this.undo);
  }

  /** A window that is still starting swallows keys, so that a key is pressed until it works. */
  private async retry(what: string, attempt: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          throw new Error(`Failed to ${what}.`, { cause: error });
        }
      }
    }
  }
}

async function workspaceFolder(options: WindowOptions, temporary: string): Promise<string> {
  const folder = path.resolve(options.folder);
  if (options.inPlace !== undefined) {
    return folder;
  }
  const copy = path.join(temporary, path.basename(folder));
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** A page on a workbench's address, once the workbench is there. */
export async function openPage(
  browser: Browser,
  address: string,
  viewport: { readonly width: number; readonly height: number },
): Promise<Page> {
  const page = await browser.newPage({ viewport });
  await page.goto(address);
  await page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: 60_000 });
  return page;
}

async function undoAll(undo: (() => Promise<void>)[]): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
}

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium, launchChromium } from '../support/host/chromium';
import { repositoryRoot } from '../support/host/paths';
import { openPage, WorkbenchWindow } from '../support/host/window';

/** `npm start` as it runs, and what it has said so far. */
class Start {
  output = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  /** @param folder What it takes for the system's temporary folder. */
  constructor(args: readonly string[], folder: string) {
    const environment = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', TMPDIR: folder };
    this.child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
      cwd: repositoryRoot,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) {
        return found;
      }
      const state = await Promise.race([
        this.ended,
        new Promise((resolve) => setTimeout(resolve, 100, 'running')),
      ]);
      assert.equal(state, 'running', `It ended before it said ${pattern.source}:\n${this.output}`);
    }
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

suite('npm start', function () {
  this.timeout(300_000);
  let folder: string;

  setup(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'start-'));
  });

  teardown(() => rm(folder, { recursive: true, force: true }));

  test('builds, names the engine, scores a sample and shows the first bytes that differ', async () => {
    const start = new Start(['--no-open'], folder);
    const code = await start.ended;
    const { output } = start;
    assert.match(output, /Building the extension/);
    assert.match(output, /\(taken by auto\)/);
    assert.match(output, /^123 cases: 1\d\d pass, \d+ fail$/m);
    assert.match(output, /The first difference of fields\/two-spaces-after/);
    assert.match(output, /Not opening VS Code/);
    assert.equal(code, 0, output);
  });

  test('opens the samples with the extension loaded, and cleans up when it is ended', async function () {
    const chromium = findChromium();
    if (chromium === undefined || process.platform !== 'linux') {
      console.log("    Skipped: VS Code's server build needs Linux and Chromium.");
      this.skip();
    }
    const start = new Start([], folder);
    try {
      const [, address = ''] = await start.waitFor(/^ +(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m);
      const browser = await launchChromium(chromium);
      try {
        const page = await openPage(browser, address, { width: 1280, height: 800 });
        const window = new WorkbenchWindow(page, '', []);
        await window.showView('MirrorCode');
        const tree = page.locator('.part.sidebar');
        await tree.getByText('numfmt', { exact: true }).first().waitFor({ timeout: 60_000 });
      } finally {
        await browser.close();
      }
    } finally {
      await start.end('SIGTERM');
    }
    assert.match(start.output, /removed what the server had kept/);
    // The compiler of TypeScript keeps its cache there.
    const left = readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
    assert.deepEqual(left, []);
    assert.ok(existsSync(`${repositoryRoot}/out/start.png`));
  });
});

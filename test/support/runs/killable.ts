import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { ChildOrder } from './runChildOrder';

/** Where a process is to end without a word: at that change of its files, half done. */
export interface KillAt {
  /** From 1; 0 lets it live. */
  readonly change: number;
  /** Absolute; changes elsewhere do not count. */
  readonly below: string;
  /** A file that takes the number of changes, where it lives. */
  readonly report?: string;
}

export interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** What it said last: how its run stands. */
  readonly out: string;
}

/** Programs that work on a run and can be killed in every way. */
export class Killables {
  private constructor(
    private readonly script: string,
    private readonly preload: string,
  ) {}

  /** @throws when there is no C compiler. */
  static async build(folder: string): Promise<Killables> {
    const preload = path.join(folder, 'killAtWrite.so');
    const source = path.resolve(import.meta.dirname, 'killAtWrite.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', preload, source, '-ldl']);
    // In the repository, from where its packages are found; as one file it starts at once.
    const script = path.resolve(`out/runChild.${process.pid}.mjs`);
    await esbuild.build({
      entryPoints: [path.resolve(import.meta.dirname, 'runChild.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'warning',
    });
    return new Killables(script, preload);
  }

  start(order: ChildOrder, at?: KillAt): Killable {
    const env =
      at === undefined
        ? process.env
        : {
            ...process.env,
            LD_PRELOAD: this.preload,
            KILL_AT: String(at.change),
            KILL_BELOW: at.below,
            ...(at.report === undefined ? {} : { KILL_REPORT: at.report }),
          };
    return new Killable(
      spawn(process.execPath, [this.script, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      }),
    );
  }

  async dispose(): Promise<void> {
    await rm(this.script, { force: true });
  }
}

export class Killable {
  readonly ended: Promise<Ended>;

  constructor(private readonly child: ChildProcess) {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      out,
    }));
  }

  kill(): Promise<void> {
    this.child.kill('SIGKILL');
    return Promise.resolve();
  }

  /** Kills it and all that it has started, as when a machine goes down. */
  async killTree(): Promise<void> {
    const below = await this.descendants();
    this.child.kill('SIGKILL');
    below.forEach(killQuietly);
  }

  /** Kills all that it has started: its sandboxes, where they are processes of this machine. */
  async killSandboxes(): Promise<void> {
    (await this.descendants()).forEach(killQuietly);
  }

  private async descendants(): Promise<number[]> {
    const children = new Map<number, number[]>();
    for (const name of await readdir('/proc')) {
      const stat = /^\d+$/u.test(name)
        ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
        : '';
      const parent = Number(/\) \S+ (\d+)/u.exec(stat)?.[1] ?? 0);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
    const found: number[] = [];
    const look = (pid: number) => {
      for (const child of children.get(pid) ?? []) {
        found.push(child);
        look(child);
      }
    };
    look(this.child.pid ?? -1);
    return found;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

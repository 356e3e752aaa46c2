import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../../../src/core/cases/case';
import { emptyContent } from '../../../../src/core/cases/case';
import { bytesContent } from '../../../../src/core/cases/content';
import { recordIntoStore } from '../../../../src/core/recording/recordIntoStore';
import type { Engine } from '../../../../src/core/sandbox/sandbox';
import { selectEngine } from '../../../../src/core/sandbox/selectEngine';
import type { CaseResult } from '../../../../src/core/scoring/score';
import { scoreCandidate } from '../../../../src/core/scoring/scoreCandidate';
import type { ScoreRequest } from '../../../../src/core/scoring/scoreCandidate';
import { parseSelection } from '../../../../src/core/scoring/selection';
import { openTarget } from '../../../../src/core/targets/openTarget';
import type { Target } from '../../../../src/core/targets/target';
import { WorkFolder } from '../../../../src/core/workFolder';
import { buildDist } from '../../../support/engines/builtDist';

/** A program of many ways to behave: reference and candidate alike. */
export const realSource = path.resolve('test/fixtures/real/prog.c');

type Drafts = Parameters<typeof recordIntoStore>[2];
type RecordOptions = Partial<Parameters<typeof recordIntoStore>[3]>;

/** A target whose reference is a real, compiled program, and the engine in which it runs. */
export class RealProgram {
  dir!: string;
  engine!: Engine;
  target!: Target;

  /** @returns what is missing here, where something is. */
  async setUp(): Promise<string | undefined> {
    this.dir = await mkdtemp(path.join(os.tmpdir(), 'real-'));
    const folder = path.join(this.dir, 'target');
    try {
      this.engine = await selectEngine('bubblewrap', { distDir: buildDist() });
      await mkdir(path.join(folder, 'candidate'), { recursive: true });
      await copyFile(realSource, path.join(folder, 'candidate', 'prog.c'));
      execFileSync('gcc', ['-w', '-O1', '-o', path.join(folder, 'prog'), realSource]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    await writeFile(
      path.join(folder, 'mirrorcode.json'),
      // Longer than usual, for a machine that does other things too.
      JSON.stringify({ name: 'prog', reference: './prog', limits: { timeout: 4 } }),
    );
    this.target = await openTarget(folder);
    return undefined;
  }

  async tearDown(): Promise<void> {
    await (this.engine as Engine | undefined)?.dispose();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Removes the cases and all scores. */
  async forget(): Promise<void> {
    await rm(this.target.store.path, { recursive: true, force: true });
    await rm(path.join(this.dir, '.mirrorcode'), { recursive: true, force: true });
  }

  recordAll(drafts: Drafts, options: RecordOptions = {}): ReturnType<typeof recordIntoStore> {
    return recordIntoStore(this.target, this.engine, drafts, {
      lanes: 2,
      replace: false,
      allowFlaky: false,
      pin: false,
      ...options,
    });
  }

  score(options: Partial<ScoreRequest> = {}): ReturnType<typeof scoreCandidate> {
    return scoreCandidate({
      target: this.target,
      language: 'c',
      candidate: path.join(this.dir, 'target', 'candidate'),
      engine: this.engine,
      selection: parseSelection('all'),
      jobs: 2,
      workFolder: new WorkFolder(this.dir),
      ...options,
    });
  }
}

/** The program for the tests of a suite, which is skipped where something is missing. */
export function useRealProgram(): RealProgram {
  const real = new RealProgram();
  suiteSetup(async function () {
    const missing = await real.setUp();
    if (missing !== undefined) {
      console.log(`    Skipped: ${missing}`);
      this.skip();
    }
  });
  suiteTeardown(() => real.tearDown());
  setup(() => real.forget());
  return real;
}

export function draft(name: string, ...args: string[]) {
  const input = { args, env: {}, stdin: emptyContent, files: [] };
  return { name, labels: [] as string[], duals: [] as string[], input };
}

export function golden(
  name: string,
  args: readonly string[],
  stdout: string,
  returncode = 0,
): Case {
  const gold = { stdout: bytesContent(stdout), stderr: emptyContent, returncode, outputs: [] };
  return { ...draft(name, ...args), gold };
}

export function textFile(name: string, text: string) {
  return { kind: 'file', path: name, mode: 0o644, content: bytesContent(text) } as const;
}

export function verdictsOf(cases: readonly CaseResult[]): Record<string, string> {
  return Object.fromEntries(cases.map(({ name, verdict }) => [name, verdict]));
}

/** Ids of living processes of this machine that were called by this name. */
export async function processesOf(program: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const [command = ''] = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split(
        '\0',
      );
      return command === program ? [id] : [];
    }),
  );
  return found.flat();
}

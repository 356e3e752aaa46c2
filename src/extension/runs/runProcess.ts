import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Budget, Prices } from '../../core/agents/budget';
import { UserError } from '../../core/errors';
import type { Language } from '../../core/targets/target';
import { WorkFolder } from '../../core/workFolder';
import type { EngineSettings } from '../engine/callTypes';

/** What a new run is told. */
export interface NewRun {
  /** The target's manifest or folder. */
  readonly targetPath: string;
  readonly language: Language;
  readonly budget: Budget;
  readonly repetitions: number;
  /** What is said of an agent that is a program. */
  readonly agent?: readonly string[];
}

export interface RunProcessOptions {
  /** The built command line. */
  readonly cliPath: string;
  /** The folder whose `.mirrorcode` takes the run. */
  readonly root: string;
  /** `provider/name`. */
  readonly model: string;
  readonly baseUrl?: string;
  readonly prices?: Prices;
  /** Goes through the environment, never into an argument that others on this machine can read. */
  readonly key?: { readonly variable: string; readonly value: string };
  readonly settings: EngineSettings;
}

/** Lines of a process's words that are shown when it fails. */
const shownLines = 6;

/**
 * The process that works on runs: the command line, detached, so that a window can be closed or
 * reloaded while it goes on. What it says goes to a file.
 */
export class RunProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Where its words are kept, absolute. */
    readonly logPath: string,
  ) {}

  static start(options: RunProcessOptions, run: NewRun): Promise<RunProcess> {
    const { tokens, costUsd, wallSeconds, workingSeconds } = run.budget;
    const given = (flag: string, value: number | undefined) =>
      value === undefined ? [] : [flag, String(value)];
    return RunProcess.spawn(options, [
      ...['run', run.targetPath, '--language', run.language],
      ...['--repetitions', String(run.repetitions)],
      ...(run.agent ?? []),
      ...given('--token-limit', tokens),
      ...given('--cost-limit', costUsd),
      ...given('--time-limit', wallSeconds),
      ...given('--working-limit', workingSeconds),
      ...commonArguments(options),
    ]);
  }

  /** @param dir The run's folder. */
  static resume(options: RunProcessOptions, dir: string): Promise<RunProcess> {
    return RunProcess.spawn(options, ['run', '--resume', dir, ...commonArguments(options)]);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when it has ended. @throws UserError with its last words when it could not work. */
  async ended(): Promise<void> {
    const code = await new Promise<number | null>((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', resolve);
    });
    // 1: the run was scored and is not solved, which is no failure of the run.
    if (code !== 0 && code !== 1) {
      const words = await readFile(this.logPath, 'utf8').catch(() => '');
      const last = words.trim().split('\n').slice(-shownLines).join('\n');
      throw new UserError(`The run stopped: ${last === '' ? `exit code ${String(code)}` : last}`, {
        action: `All that it said is in ${this.logPath}.`,
      });
    }
  }

  private static async spawn(
    options: RunProcessOptions,
    args: readonly string[],
  ): Promise<RunProcess> {
    const { cliPath, root, key, settings } = options;
    const workFolder = new WorkFolder(root);
    const logs = await workFolder.make(path.join(workFolder.path, 'cache', 'run-logs'));
    const logPath = path.join(logs, `${new Date().toISOString().replaceAll(':', '-')}.log`);
    const log = await open(logPath, 'a');
    try {
      const child = spawn(process.execPath, [cliPath, ...args], {
        cwd: root,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...process.env,
          // The extension host of desktop VS Code is Electron.
          ELECTRON_RUN_AS_NODE: '1',
          ...(key === undefined ? {} : { [key.variable]: key.value }),
          ...(settings.dockerSocket === '' ? {} : { DOCKER_HOST: settings.dockerSocket }),
        },
      });
      child.unref();
      return new RunProcess(child, logPath);
    } finally {
      await log.close();
    }
  }
}

export function commonArguments({ model, baseUrl, prices, settings }: RunProcessOptions): string[] {
  return [
    ...['--model', model, '--engine', settings.engine],
    ...Object.entries(settings.dockerImages).flatMap(([language, image]) => [
      '--image',
      `${language}=${image}`,
    ]),
    ...(settings.jobs === 0 ? [] : ['--jobs', String(settings.jobs)]),
    ...(baseUrl === undefined ? [] : ['--base-url', baseUrl]),
    ...(prices === undefined
      ? []
      : ['--prices', [prices.input, prices.output, prices.cacheRead, prices.cacheWrite].join()]),
  ];
}

import type { Meter, Spent } from '../budget';
import { readControl, clearControl } from './runControl';
import type { RunControl } from './runControl';
import { spentByOthers, writeRunState } from './runFolder';
import type { RunHost } from './runOptions';
import type { RunState } from './runState';

/** How often the state is written although nothing has changed, so that a dead run can be told. */
const heartbeatMs = 5000;
/** How often it is looked whether someone asks for something. */
const controlMs = 1000;

/** A run's state while this process is at work on it: kept on disk, and told to who listens. */
export class RunRecord {
  private readonly timers: NodeJS.Timeout[] = [];
  private message = 'Starting';
  private isDirty = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    readonly dir: string,
    private content: RunState,
    private readonly meter: Meter,
    private readonly host: Pick<RunHost, 'onProgress'>,
  ) {}

  get state(): RunState {
    return this.content;
  }

  /** Keeps a sign of life on disk and obeys what other windows ask. */
  watch(asked: { readonly pause: () => void; readonly stop: () => void }): void {
    void this.share().catch(() => undefined);
    const heartbeat = setInterval(() => {
      void this.update({}).catch(() => undefined);
      void this.share().catch(() => undefined);
    }, heartbeatMs);
    const control = setInterval(() => void this.obey(asked).catch(() => undefined), controlMs);
    this.timers.push(heartbeat, control);
  }

  /** Changes the state on disk. @throws InfraError when the disk fails. */
  async update(changes: Partial<RunState>, message = this.message): Promise<void> {
    this.change(changes, message);
    this.isDirty = false;
    const before = this.writing;
    const work = async () => {
      await before.catch(() => undefined);
      await writeRunState(this.dir, this.content);
    };
    this.writing = work();
    await this.writing;
  }

  /** Changes the state, and writes it within a second: a step is on disk in the journal anyhow. */
  change(changes: Partial<RunState>, message = this.message): void {
    this.content = {
      ...this.content,
      ...changes,
      spent: spentOf(this.meter.spent()),
      updated: new Date().toISOString(),
    };
    this.isDirty = true;
    this.say(message);
  }

  /** Says what is being done, without a write. */
  say(message: string): void {
    this.message = message;
    this.host.onProgress?.({ dir: this.dir, state: this.content, message });
  }

  stop(): void {
    this.timers.splice(0).forEach((timer) => clearInterval(timer));
  }

  /** Learns what the others of the same budget have spent. */
  private async share(): Promise<void> {
    const others = await spentByOthers(this.dir, this.content);
    if (others !== undefined) {
      this.meter.setOthers(others);
    }
  }

  private async obey(asked: { pause: () => void; stop: () => void }): Promise<void> {
    if (this.isDirty) {
      await this.update({});
    }
    const { budget, pause, stop }: RunControl = await readControl(this.dir);
    if (budget === undefined && pause === undefined && stop === undefined) {
      return;
    }
    await clearControl(this.dir);
    if (budget !== undefined) {
      this.meter.setBudget(budget);
      await this.update({ budget });
    }
    if (pause === true) {
      asked.pause();
    }
    if (stop === true) {
      asked.stop();
    }
  }
}

/** What was spent, as a state says it. */
export function spentOf({ usage, wallSeconds, waitedSeconds }: Spent): RunState['spent'] {
  return {
    tokens: usage.total_tokens,
    wallSeconds,
    workingSeconds: wallSeconds - waitedSeconds,
    ...(usage.total_cost === undefined ? {} : { costUsd: usage.total_cost }),
  };
}

import { writeEvalLog } from '../log/evalLog';
import type { LogHeader, LogState } from '../log/inspectLog';

/** At most this share of the time goes into writing the log anew while a run goes on. */
const share = 0.05;
const leastPauseMs = 5000;

/**
 * Keeps `log.eval` near the journal that it is made of, without writing all of it at each step. What
 * was offered too early is written later by itself, since the next step may take the model an hour.
 */
export class LogWriter {
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private nextAt = 0;
  private waiting: (() => LogState) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly logPath: string,
    private readonly journalPath: string,
    private readonly header: LogHeader,
    private readonly leastPause = leastPauseMs,
  ) {}

  /** Writes it as soon as that is due; what goes wrong is told when the log is written for good. */
  offer(state: () => LogState): void {
    this.waiting = state;
    if (!this.isWriting) {
      this.writeWhenDue();
    }
  }

  /** @throws Error when the disk fails. */
  async write(state: LogState): Promise<void> {
    this.forget();
    const before = this.writing;
    this.isWriting = true;
    const work = async () => {
      await before.catch(() => undefined);
      const started = performance.now();
      try {
        await writeEvalLog(this.logPath, this.journalPath, this.header, state);
      } finally {
        const took = performance.now() - started;
        this.nextAt = performance.now() + Math.max(this.leastPause, took / share);
        this.isWriting = false;
        this.writeWhenDue();
      }
    };
    this.writing = work();
    await this.writing;
  }

  /** Waits for what is being written; what was only offered is let go. */
  async settle(): Promise<void> {
    this.forget();
    await this.writing.catch(() => undefined);
    this.forget();
  }

  private writeWhenDue(): void {
    clearTimeout(this.timer);
    const { waiting } = this;
    if (waiting === undefined) {
      return;
    }
    const wait = this.nextAt - performance.now();
    if (wait <= 0) {
      this.write(waiting()).catch(() => undefined);
    } else {
      this.timer = setTimeout(() => this.writeWhenDue(), Math.ceil(wait));
      // A process that has nothing else to do ends.
      this.timer.unref();
    }
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.waiting = undefined;
  }
}

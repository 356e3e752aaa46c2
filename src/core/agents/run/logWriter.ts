import { writeEvalLog } from '../log/evalLog';
import type { LogHeader, LogState } from '../log/inspectLog';

/** At most this share of the time goes into writing the log anew while a run goes on. */
const share = 0.05;
const leastPauseMs = 5000;

/** Keeps `log.eval` near the journal that it is made of, without writing all of it at each step. */
export class LogWriter {
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private nextAt = 0;

  constructor(
    private readonly logPath: string,
    private readonly journalPath: string,
    private readonly header: LogHeader,
  ) {}

  /** Writes it when that is due; what goes wrong is told when the log is written for good. */
  offer(state: () => LogState): void {
    if (!this.isWriting && performance.now() >= this.nextAt) {
      this.write(state()).catch(() => undefined);
    }
  }

  /** @throws Error when the disk fails. */
  async write(state: LogState): Promise<void> {
    const before = this.writing;
    this.isWriting = true;
    const work = async () => {
      await before.catch(() => undefined);
      const started = performance.now();
      try {
        await writeEvalLog(this.logPath, this.journalPath, this.header, state);
      } finally {
        const took = performance.now() - started;
        this.nextAt = performance.now() + Math.max(leastPauseMs, took / share);
        this.isWriting = false;
      }
    };
    this.writing = work();
    await this.writing;
  }

  /** Waits for what is being written. */
  async settle(): Promise<void> {
    await this.writing.catch(() => undefined);
  }
}

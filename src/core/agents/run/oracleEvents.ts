import type { Meter } from '../budget';
import { eventEntry } from '../log/eventEntry';
import type { JournalEntry, RunJournal } from '../log/runJournal';
import type { OracleNote } from '../oracle/oracle';

/** Calls that may be waiting before they are written. */
const batch = 200;
/** Calls of one step that the log tells of one by one: a loop left running must not fill the disk. */
const mostToldOfStep = 5000;
/** Bytes of arguments that the log holds of a call. */
const longestCommand = 2000;

/** Brings every call of the reference into the run's journal, many at a time. */
export class OracleEvents {
  private waiting: JournalEntry[] = [];
  private writing: Promise<void> = Promise.resolve();
  private calls = 0;
  /** Calls of this step, and how those ended that are only counted. */
  private ofStep = 0;
  private untold = new Map<string, number>();

  constructor(
    private readonly journal: RunJournal,
    private readonly meter: Meter,
  ) {}

  /** Calls since the run was started or resumed. */
  get count(): number {
    return this.calls;
  }

  readonly add = (note: OracleNote): void => {
    this.calls += 1;
    this.ofStep += 1;
    if (this.ofStep > mostToldOfStep) {
      this.untold.set(note.end, (this.untold.get(note.end) ?? 0) + 1);
      return;
    }
    const { argv, stdout, stderr, exitCode } = note;
    const { text, ...out } = stdout;
    const { text: errorText, ...err } = stderr;
    this.waiting.push(
      eventEntry(this.meter, {
        event: 'sandbox',
        action: 'exec',
        cmd: argv.map(quoted).join(' ').slice(0, longestCommand),
        options: {
          oracle: true,
          cwd: note.cwd,
          env: { ...note.env },
          stdin_bytes: note.stdinBytes,
          files: note.files,
          left_out: note.leftOut,
          end: note.end,
          duration_ms: note.durationMs,
          stdout: out,
          stderr: err,
          outputs: note.outputs,
        },
        ...(exitCode === undefined ? {} : { result: exitCode }),
        output: text + errorText,
        completed: new Date().toISOString(),
      }),
    );
    if (this.waiting.length >= batch) {
      this.write().catch(() => undefined);
    }
  };

  /** Once fulfilled, all calls so far are on disk. @throws InfraError when they can't be written. */
  flush(): Promise<void> {
    if (this.untold.size > 0) {
      const data = { more_calls: Object.fromEntries(this.untold), told: mostToldOfStep };
      this.waiting.push(eventEntry(this.meter, { event: 'info', source: 'oracle', data }));
    }
    this.ofStep = 0;
    this.untold = new Map();
    return this.write();
  }

  private write(): Promise<void> {
    const entries = this.waiting;
    this.waiting = [];
    // A failed write fails every later one: the run must not go on with a hole in its log.
    this.writing = this.writing.then(() =>
      entries.length === 0 ? undefined : this.journal.append(entries),
    );
    return this.writing;
  }
}

function quoted(word: string): string {
  return /^[\w./=:,+@%-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

import { randomUUID } from 'node:crypto';
import { CancelledError } from '../../errors';
import type { Meter } from '../budget';
import { eventEntry } from '../log/eventEntry';
import type { RunJournal } from '../log/runJournal';
import { OracleAnswer } from '../oracle/oracleAnswer';
import { OracleCallReader } from '../oracle/oracleCall';
import type { Tool } from '../tools/tool';
import type { RelayConnection } from '../workspace/relayConnection';

export interface TaskCommandsParts {
  readonly tools: readonly Tool[];
  readonly journal: RunJournal;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** The candidate was handed in; the command ends once this is done. */
  readonly onSubmitted: () => Promise<void>;
  /** The harness failed, not the agent. */
  readonly onFailure: (error: unknown) => void;
}

/** Commands at once: each may score the candidate. */
const most = 8;

/**
 * The task's own commands in an agent's sandbox, `evaluate_testcases`, `resources` and `submit`: the
 * tools of that name, asked for in the shell. Each call is in the log as one of the tool.
 */
export class TaskCommands {
  private running = 0;

  constructor(private readonly parts: TaskCommandsParts) {}

  /** Serves one connection; never throws. */
  serve(connection: RelayConnection): void {
    const answer = new OracleAnswer(connection);
    OracleCallReader.listen(connection, answer, {
      onStart: ({ argv }) => void this.run(argv[0] ?? '', answer),
      // They are about the workspace as it stands: what a forger sends is not kept.
      hold: () => {
        throw new RangeError('it brings files along');
      },
    });
  }

  private async run(called: string, answer: OracleAnswer): Promise<void> {
    const name = called.split('/').at(-1) ?? '';
    const tool = this.parts.tools.find((one) => one.name === name);
    if (tool === undefined || this.running >= most) {
      answer.failed(tool === undefined ? `there is no ${name} here` : 'too many at once');
      return;
    }
    this.running += 1;
    try {
      await this.call(tool, answer);
    } catch (error) {
      answer.failed('the harness failed');
      if (!(error instanceof CancelledError) && !this.parts.signal.aborted) {
        this.parts.onFailure(error);
      }
    } finally {
      this.running -= 1;
    }
  }

  private async call(tool: Tool, answer: OracleAnswer): Promise<void> {
    const { signal, journal, meter, onSubmitted } = this.parts;
    const started = performance.now();
    const given = await tool.call({}, { signal });
    const failed = 'error' in given;
    const text = failed ? given.error.message : given.text;
    await journal.append([
      eventEntry(meter, {
        event: 'tool',
        type: 'function',
        id: randomUUID(),
        function: tool.name,
        arguments: {},
        result: text,
        completed: new Date().toISOString(),
        working_time: (performance.now() - started) / 1000,
        ...(failed ? { error: given.error } : {}),
        ...(failed || given.metadata === undefined ? {} : { metadata: given.metadata }),
      }),
    ]);
    if (!failed && given.submitted === true) {
      await onSubmitted();
    }
    answer.onStdout(Buffer.from(`${text}\n`));
    const isRefused = tool.name === 'submit' && !('submitted' in given);
    answer.done({ kind: 'exit', code: failed || isRefused ? 1 : 0 }, 0);
  }
}

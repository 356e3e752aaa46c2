import type { Readable, Writable } from 'node:stream';
import { CancelledError, errorText, InfraError } from '../errors';
import { type Deferred, deferred } from './deferred';
import {
  FieldReader,
  FrameSplitter,
  FrameWriter,
  fromRunner,
  protocolVersion,
  toRunner,
} from './frames';
import { requestFrames } from './runRequest';
import { type RunResult, RunResultBuilder } from './runResult';
import type { ExecOptions, ExecRequest, ExecResult } from './sandbox';
import { StdinPump } from './stdinPump';

/** What the runner says of itself when it is ready. */
export interface RunnerHello {
  readonly mode: 'namespaces' | 'uid';
  /** The user id that programs get unless a request says else. */
  readonly uid: number;
  /** What is lost in this mode, as a sentence; empty when nothing. */
  readonly lost: string;
}

export interface RunnerLink {
  /** The runner's descriptor 0. */
  readonly toRunner: Writable;
  /** The runner's descriptor 1. */
  readonly fromRunner: Readable;
  /** Ends the sandbox at once, and with it the runner and all that it runs. */
  readonly kill: () => void;
  /** What the runner or its sandbox has written to stderr, for messages. */
  readonly lastWords?: () => string;
}

/** How long a cancelled run may take to confirm its death before its sandbox is ended, ms. */
const cancelGraceMs = 500;
/** How long after its time limit a run may be silent before its sandbox is ended, ms. */
const silenceMs = 15_000;

interface Running {
  readonly id: number;
  readonly result: RunResultBuilder;
  readonly stdin: StdinPump;
  readonly options: ExecOptions;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One lane: a runner at the other end of two streams, which runs one program at a time. When the
 * runner dies, the run under way and every later one fail with an InfraError; the lane is then to be
 * replaced.
 */
export class RunnerClient {
  /** Fulfilled when the runner is ready. @throws InfraError when it can't work, or ended. */
  readonly ready: Promise<RunnerHello>;
  private readonly splitter = new FrameSplitter((type, payload) => this.onFrame(type, payload));
  private running: Running | undefined;
  private lastRun = 0;
  private broken: InfraError | undefined;
  private readonly welcome: Deferred<RunnerHello> = deferred();

  constructor(private readonly link: RunnerLink) {
    this.ready = this.welcome.promise;
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    link.fromRunner.on('data', (chunk: Buffer) => this.onData(chunk));
    link.fromRunner.on('end', () => this.fail('it ended'));
    link.fromRunner.on('close', () => this.fail('it ended'));
    link.fromRunner.on('error', (error) => this.fail(errorText(error)));
    link.toRunner.on('error', (error) => this.fail(errorText(error)));
  }

  get isBroken(): boolean {
    return this.broken !== undefined;
  }

  /**
   * @throws InfraError when the runner or the sandbox failed; CancelledError once everything of the
   * run is dead, when `options.signal` fired; UserError when an input can't be read.
   */
  async exec(request: ExecRequest, options: ExecOptions = {}): Promise<ExecResult> {
    if (options.signal?.aborted === true) {
      throw new CancelledError();
    }
    if (this.running !== undefined) {
      throw new InfraError('A lane was asked to run two programs at once.');
    }
    if (this.broken !== undefined) {
      throw this.broken;
    }
    const run = this.begin(request, options);
    const abort = () => this.cancel(run.id);
    options.signal?.addEventListener('abort', abort, { once: true });
    const silence = setTimeout(
      () => this.fail('it has been silent for too long'),
      request.limits.timeout * 1000 + silenceMs,
    );
    silence.unref();
    try {
      return this.accept(await run.result, options.signal);
    } finally {
      clearTimeout(silence);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the sandbox; the run under way fails with an InfraError. */
  dispose(): void {
    this.fail('it was closed');
  }

  private begin(
    request: ExecRequest,
    options: ExecOptions,
  ): { id: number; result: Promise<RunResult> } {
    this.lastRun = (this.lastRun % 0x7fff_ffff) + 1;
    const id = this.lastRun;
    const { promise, resolve, reject } = deferred<RunResult>();
    const stdin = new StdinPump(
      request.stdinKind === 'null' ? new Uint8Array(0) : request.stdin,
      id,
      (bytes) => this.link.toRunner.write(bytes),
    );
    const result = new RunResultBuilder(request);
    this.running = { id, result, stdin, options, resolve, reject };
    this.send(request, id, stdin).catch((error: unknown) => this.giveUp(id, error));
    return { id, result: promise };
  }

  private async send(request: ExecRequest, id: number, stdin: StdinPump): Promise<void> {
    this.link.toRunner.cork();
    try {
      for await (const frames of requestFrames(id, request)) {
        if (this.running?.id !== id) {
          return;
        }
        if (!this.link.toRunner.write(frames) && frames.length > 256 * 1024) {
          await this.drained();
        }
      }
      stdin.begin();
    } finally {
      this.link.toRunner.uncork();
    }
    await stdin.finished;
  }

  private async drained(): Promise<void> {
    const { toRunner: stream } = this.link;
    stream.uncork();
    await new Promise<void>((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
      if (!stream.writableNeedDrain) {
        done();
      }
    });
    stream.cork();
  }

  /** An input or stdin could not be read: the run ends and its caller hears why. */
  private giveUp(id: number, error: unknown): void {
    if (this.running?.id === id) {
      this.running.reject(error instanceof Error ? error : new InfraError(errorText(error)));
      this.running.stdin.stop();
      // What it still answers belongs to no run; a lane in an unknown state serves nobody.
      this.running = undefined;
      this.fail('an input could not be sent');
    }
  }

  private cancel(id: number): void {
    if (this.running?.id !== id) {
      return;
    }
    this.running.stdin.stop();
    this.link.toRunner.write(new FrameWriter().begin(toRunner.kill, id).finish().take());
    const timer = setTimeout(() => {
      if (this.running?.id === id) {
        this.fail('it did not stop when it was told to');
      }
    }, cancelGraceMs);
    timer.unref();
  }

  private accept(result: RunResult, signal: AbortSignal | undefined): ExecResult {
    const { status } = result;
    if (signal?.aborted === true) {
      throw new CancelledError();
    }
    if (status.kind === 'killed') {
      throw new InfraError('The run was killed although nobody had asked for it.');
    }
    return { ...result, status };
  }

  private onData(chunk: Buffer): void {
    try {
      this.splitter.push(chunk);
    } catch (error) {
      this.fail(`it sent what can't be understood: ${errorText(error)}`);
    }
  }

  private onFrame(type: number, payload: Buffer): void {
    const fields = new FieldReader(payload);
    if (type === fromRunner.hello) {
      this.onHello(fields);
      return;
    }
    const { running } = this;
    if (fields.u32() !== running?.id) {
      return;
    }
    switch (type) {
      case fromRunner.stdout: {
        const chunk = fields.rest();
        if (running.options.keepNothing !== true) {
          running.result.addStdout(chunk);
        }
        running.options.onStdout?.(chunk);
        break;
      }
      case fromRunner.stderr: {
        const chunk = fields.rest();
        if (running.options.keepNothing !== true) {
          running.result.addStderr(chunk);
        }
        running.options.onStderr?.(chunk);
        break;
      }
      case fromRunner.stdinAck:
        running.stdin.acknowledge(fields.u32());
        break;
      case fromRunner.stdinClosed:
        running.stdin.stop();
        break;
      case fromRunner.stdinRead:
        running.options.onStdinRead?.(fields.u64());
        break;
      case fromRunner.output:
        running.result.addOutput(fields);
        break;
      case fromRunner.outputData:
        running.result.addOutputData(fields.rest());
        break;
      case fromRunner.done:
        this.end(running).resolve(running.result.finish(fields));
        break;
      case fromRunner.failed:
        this.end(running).reject(
          running.options.signal?.aborted === true
            ? new CancelledError()
            : new InfraError(
                `The sandbox could not run the program: ${fields.string().toString('utf8')}.`,
              ),
        );
        break;
    }
  }

  private end(running: Running): Running {
    running.stdin.stop();
    this.running = undefined;
    return running;
  }

  private onHello(fields: FieldReader): void {
    const version = fields.u32();
    const mode = fields.u32();
    const uid = fields.u32();
    const text = fields.string().toString('utf8');
    if (version !== protocolVersion) {
      this.fail(`it speaks version ${version} of the protocol, not ${protocolVersion}`);
    } else if (mode === 0) {
      this.fail(`programs cannot be kept apart in it: ${text}`);
    } else {
      this.welcome.resolve({ mode: mode === 1 ? 'namespaces' : 'uid', uid, lost: text });
    }
  }

  private fail(reason: string): void {
    if (this.broken !== undefined) {
      return;
    }
    const words = this.link.lastWords?.().trim() ?? '';
    const { running } = this;
    this.broken = new InfraError(
      `The sandbox failed: ${reason}${words === '' ? '' : ` (${words})`}.`,
    );
    this.welcome.reject(this.broken);
    if (running !== undefined) {
      const aborted = running.options.signal?.aborted === true;
      this.end(running).reject(aborted ? new CancelledError() : this.broken);
    }
    this.link.kill();
  }
}

import type { AsyncDisposable } from '../../disposable';
import { errorText, InfraError } from '../../errors';
import { type Deferred, deferred } from '../../sandbox/deferred';
import { FieldReader, FrameSplitter, fromRunner, FrameWriter } from '../../sandbox/frames';
import type { ExecRequest, ExecStatus, Sandbox } from '../../sandbox/sandbox';
import { ByteQueue } from './byteQueue';
import { RelayConnection } from './relayConnection';
import { fromServer, listeners, toServer } from './serverFrames';
import type { Listener } from './serverFrames';

interface Waiting {
  readonly answer: Deferred<FieldReader>;
  readonly onPart: (type: number, fields: FieldReader) => void;
}

export interface AskOptions {
  /** Milliseconds after which a server that does not answer counts as gone. */
  readonly timeoutMs: number;
  readonly onPart?: (type: number, fields: FieldReader) => void;
}

/** The server ended, which is the agent's own doing: it was killed, or memory ran out. */
export class ServerEndedError extends Error {
  override readonly name = 'ServerEndedError';
}

const answers: readonly number[] = [
  fromServer.shellDone,
  fromServer.file,
  fromServer.written,
  fromServer.snapshotEnd,
  fromServer.listed,
];

/** The server in an agent's sandbox, at the other end of one long-lived program's streams. */
export class ServerLink implements AsyncDisposable {
  /** Fulfilled when the server takes requests. */
  readonly ready: Promise<void>;
  private readonly welcome: Deferred<undefined> = deferred();
  private readonly input = new ByteQueue();
  private readonly waiting = new Map<number, Waiting>();
  private readonly connections = new Map<number, RelayConnection>();
  private readonly splitter = new FrameSplitter((type, payload) => this.onFrame(type, payload));
  private readonly ending = new AbortController();
  private readonly over: Promise<void>;
  private lastId = 0;
  private ended: Error | undefined;
  private words = '';

  constructor(
    sandbox: Sandbox,
    request: Omit<ExecRequest, 'stdin'>,
    private readonly onConnection: (connection: RelayConnection, listener: Listener) => void,
  ) {
    this.ready = this.welcome.promise.then(() => undefined);
    this.ready.catch(() => undefined);
    this.over = sandbox
      .exec(
        { ...request, stdin: this.input },
        {
          signal: this.ending.signal,
          keepNothing: true,
          onStdout: (chunk) => this.onData(chunk),
          onStderr: (chunk) => {
            this.words = (this.words + Buffer.from(chunk).toString('utf8')).slice(-2000);
          },
        },
      )
      .then(
        ({ status }) => this.end(new ServerEndedError(this.whyEnded(status))),
        (error: unknown) =>
          this.end(error instanceof Error ? error : new InfraError(errorText(error))),
      );
  }

  get hasEnded(): boolean {
    return this.ended !== undefined;
  }

  /**
   * Sends a request and waits for its answer, the frame that ends it.
   * @throws ServerEndedError when the server ended or gave none in time; InfraError when the sandbox
   * failed.
   */
  async ask(
    type: number,
    fill: (writer: FrameWriter) => void,
    { timeoutMs, onPart = () => undefined }: AskOptions,
  ): Promise<FieldReader> {
    if (this.ended !== undefined) {
      throw this.ended;
    }
    this.lastId = (this.lastId % 0x7fff_ffff) + 1;
    const id = this.lastId;
    const answer = deferred<FieldReader>();
    this.waiting.set(id, { answer, onPart });
    const writer = new FrameWriter().begin(type, id);
    fill(writer);
    this.input.push(writer.finish().take());
    const late = setTimeout(() => {
      this.end(new ServerEndedError('its server gave no answer'));
    }, timeoutMs);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(late);
      this.waiting.delete(id);
    }
  }

  /** Ends everything in the sandbox. */
  async dispose(): Promise<void> {
    this.end(new InfraError('The workspace was closed.'));
    await this.over;
  }

  private whyEnded(status: ExecStatus): string {
    switch (status.kind) {
      case 'limit':
        return `it went over its limit of ${status.limit}`;
      case 'timeout':
        return 'it had been open for longer than any workspace may be';
      case 'unstartable':
        return status.reason;
      case 'signal':
        return `its server was killed by signal ${status.signal}`;
      case 'exit':
        return `its server ended with ${status.code}${this.words === '' ? '' : ` (${this.words.trim()})`}`;
    }
  }

  private end(error: Error): void {
    if (this.ended !== undefined) {
      return;
    }
    this.ended = error;
    this.welcome.reject(error);
    this.waiting.forEach(({ answer }) => answer.reject(error));
    this.waiting.clear();
    this.connections.forEach((connection) => connection.close());
    this.connections.clear();
    this.input.end();
    this.ending.abort();
  }

  private onData(chunk: Uint8Array): void {
    try {
      this.splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      this.end(new ServerEndedError(`its server spoke nonsense: ${errorText(error)}`));
    }
  }

  private onFrame(type: number, payload: Buffer): void {
    const fields = new FieldReader(payload);
    const id = fields.u32();
    if (type === fromServer.hello) {
      this.welcome.resolve(undefined);
    } else if (type >= fromServer.opened) {
      this.onRelay(type, id, fields);
    } else if (type === fromRunner.output || type === fromRunner.outputData) {
      this.waiting.get(id)?.onPart(type, fields);
    } else if (answers.includes(type)) {
      this.waiting.get(id)?.answer.resolve(fields);
    }
  }

  private onRelay(type: number, id: number, fields: FieldReader): void {
    if (type === fromServer.opened) {
      const connection = this.openConnection(id);
      this.connections.set(id, connection);
      this.onConnection(connection, listeners[fields.u32()] ?? 'oracle');
      return;
    }
    const connection = this.connections.get(id);
    if (type === fromServer.received) {
      connection?.onBytes(fields.rest());
    } else if (type === fromServer.taken) {
      connection?.taken(fields.u32());
    } else if (type === fromServer.closed) {
      this.connections.delete(id);
      connection?.close();
    }
  }

  private openConnection(id: number): RelayConnection {
    const send = (type: number, fill: (writer: FrameWriter) => void) => {
      const writer = new FrameWriter().begin(type, id);
      fill(writer);
      this.input.push(writer.finish().take());
    };
    return new RelayConnection({
      data: (bytes) => send(toServer.data, (writer) => writer.bytes(bytes)),
      ack: (bytes) => send(toServer.ack, (writer) => writer.u32(bytes)),
      end: () => send(toServer.end, () => undefined),
    });
  }
}

import { Duplex } from 'node:stream';
import type { RelayConnection } from '../workspace/relayConnection';

/** A connection from the sandbox as a stream, so that an HTTP server can serve it. */
export class RelayStream extends Duplex {
  /** Bytes that were received and not yet asked for. */
  private unread = 0;

  constructor(private readonly connection: RelayConnection) {
    super();
    connection.onBytes = (bytes) => {
      this.unread += bytes.length;
      if (this.push(bytes)) {
        this._read();
      }
    };
    connection.onClosed = () => this.destroy();
  }

  override _read(): void {
    const { unread } = this;
    this.unread = 0;
    this.connection.acknowledge(unread);
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.connection.write(chunk);
    if (this.connection.isFull) {
      this.connection.onDrained = done;
    } else {
      done();
    }
  }

  override _final(done: () => void): void {
    this.connection.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.connection.onBytes = (bytes) => this.connection.acknowledge(bytes.length);
    this.connection.onClosed = () => undefined;
    this.connection.end();
    done(error);
  }
}

import { relayWindow } from './serverFrames';

/** How a connection's bytes get to the server in the sandbox. */
export interface RelayOut {
  data(bytes: Uint8Array): void;
  ack(bytes: number): void;
  end(): void;
}

/**
 * One program in the agent's sandbox that talks to the host. Never more than a window of bytes is
 * under way, so that one that does not read holds up nobody else.
 */
export class RelayConnection {
  /** Called with what the other side has sent; each byte is to be acknowledged once it is used. */
  onBytes: (bytes: Buffer) => void = () => undefined;
  onClosed: () => void = () => undefined;
  /** Called when all that was written is under way. */
  onDrained: () => void = () => undefined;
  private readonly queue: Uint8Array[] = [];
  private underWay = 0;
  private ending = false;
  private closed = false;

  constructor(private readonly out: RelayOut) {}

  get isClosed(): boolean {
    return this.closed;
  }

  /** Whether more was written than is under way. */
  get isFull(): boolean {
    return !this.closed && this.queue.length > 0;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += relayWindow) {
      this.queue.push(bytes.subarray(at, at + relayWindow));
    }
    this.pump();
  }

  /** No more will be written. */
  end(): void {
    this.ending = true;
    this.pump();
  }

  /** Bytes that were received have been used. */
  acknowledge(bytes: number): void {
    if (!this.closed && bytes > 0) {
      this.out.ack(bytes);
    }
  }

  /** The other side has used bytes. */
  taken(bytes: number): void {
    this.underWay -= bytes;
    const waiting = this.queue.length;
    this.pump();
    if (waiting > 0 && this.queue.length === 0) {
      this.onDrained();
    }
  }

  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.queue.length = 0;
      this.onClosed();
    }
  }

  private pump(): void {
    while (!this.closed) {
      const [next] = this.queue;
      if (next === undefined) {
        break;
      }
      const room = relayWindow - this.underWay;
      if (room <= 0) {
        return;
      }
      const piece = next.subarray(0, room);
      if (piece.length === next.length) {
        this.queue.shift();
      } else {
        this.queue[0] = next.subarray(room);
      }
      this.underWay += piece.length;
      this.out.data(piece);
    }
    if (this.ending && !this.closed) {
      this.ending = false;
      this.out.end();
    }
  }
}

import type { Socket } from 'node:net';
import { FrameSplitter } from '../../sandbox/frames';
import { exitPayload, fromShim, readCall, shimFrame, toShim, u64 } from './shimProtocol';
import type { ShimCall } from './shimProtocol';

/** Bytes of stdin that a case may hold; what is beyond passes through and is not kept. */
const mostStdin = 64 << 20;

/** One call of a shim: its streams, until it has been told how the program ended. */
export class ShimConnection {
  /** Fires when the shim is gone: killed, or nobody reads what the program writes. */
  readonly gone: AbortSignal;
  private readonly ending = new AbortController();
  private readonly kept: Buffer[] = [];
  private waiting: Buffer[] = [];
  private received = 0;
  private passed = 0;
  private ended = false;
  private asked = false;
  private unread = false;
  private wake: (() => void) | undefined;

  /** @param onCall Called once, when the shim has said how it was called. */
  constructor(
    private readonly socket: Socket,
    onCall: (call: ShimCall) => void,
  ) {
    this.gone = this.ending.signal;
    const splitter = new FrameSplitter((type, payload) => {
      if (type === fromShim.call) {
        onCall(readCall(payload));
      } else {
        this.receive(type, payload);
      }
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch {
        socket.destroy(); // no shim of ours
      }
    });
    socket.on('error', () => this.end());
    socket.on('close', () => this.end());
  }

  /** Whether all of stdin has come, however much of it the program has read. */
  get stdinEnded(): boolean {
    return this.ended;
  }

  /** Whether what the program wrote found no reader any more. */
  get outClosed(): boolean {
    return this.unread;
  }

  /** All of stdin so far, or its first bytes; undefined when it is more than a case may hold. */
  stdinBytes(length = Infinity): Uint8Array | undefined {
    return Math.min(length, this.received) > mostStdin
      ? undefined
      : Buffer.concat(this.kept).subarray(0, length);
  }

  /** Stdin as it comes, for one reader. */
  async *stdin(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.waiting.shift();
      if (chunk !== undefined) {
        yield chunk;
        this.passed += chunk.length;
        this.send(toShim.taken, u64(this.passed));
      } else if (this.ended || this.gone.aborted) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  /** Lets the shim take from its stdin instead of looking ahead, since the program reads it. */
  readStdin(): void {
    if (!this.asked && !this.ended) {
      this.asked = true;
      this.send(toShim.readStdin, new Uint8Array(0));
    }
  }

  stdout(bytes: Uint8Array): void {
    this.send(toShim.stdout, bytes);
  }

  stderr(bytes: Uint8Array): void {
    this.send(toShim.stderr, bytes);
  }

  /** The shim ends as the program did. */
  exit(kind: 'exit' | 'signal', value: number, stdinRead: number): void {
    this.send(toShim.exit, exitPayload(kind, value, stdinRead));
    this.socket.end();
  }

  private send(type: number, payload: Uint8Array): void {
    if (!this.socket.destroyed && this.socket.writable) {
      this.socket.write(shimFrame(type, payload));
    }
  }

  private receive(type: number, payload: Buffer): void {
    if (type === fromShim.stdin) {
      // A copy: what the frame lies in is used again.
      const bytes = Buffer.from(payload);
      this.received += bytes.length;
      this.waiting.push(bytes);
      if (this.received <= mostStdin) {
        this.kept.push(bytes);
      }
    } else if (type === fromShim.stdinEnd) {
      this.ended = true;
    } else if (type === fromShim.outClosed) {
      this.unread = true;
      this.end();
      this.socket.destroy();
    }
    this.wake?.();
  }

  private end(): void {
    this.ending.abort();
    this.wake?.();
  }
}

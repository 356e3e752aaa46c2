/** The runner's frames as bytes: `src/runner/PROTOCOL.md` describes each. */
import { encodeOsString } from '../cases/osString';

export const protocolVersion = 1;
/** Bytes of stdin that may be under way unacknowledged. */
export const stdinWindow = 256 * 1024;

export const toRunner = {
  run: 1,
  entry: 2,
  data: 3,
  start: 4,
  stdin: 5,
  stdinEnd: 6,
  kill: 7,
} as const;

export const fromRunner = {
  hello: 64,
  stdout: 65,
  stderr: 66,
  stdinAck: 67,
  stdinClosed: 68,
  output: 69,
  outputData: 70,
  done: 71,
  failed: 72,
  stdinRead: 73,
} as const;

const headerSize = 5;
const largestFrame = 16 * 1024 * 1024;

/** Builds frames one after the other into one run of bytes. */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private end = 0;
  private frameStart = 0;

  begin(type: number, run: number): this {
    this.frameStart = this.end;
    this.reserve(headerSize);
    this.buffer[this.frameStart + 4] = type;
    this.end += headerSize;
    return this.u32(run);
  }

  finish(): this {
    const length = this.end - this.frameStart - headerSize;
    this.buffer.writeUInt32LE(length, this.frameStart);
    return this;
  }

  u8(value: number): this {
    this.reserve(1);
    this.buffer[this.end] = value;
    this.end += 1;
    return this;
  }

  u32(value: number): this {
    this.reserve(4);
    this.end = this.buffer.writeUInt32LE(value >>> 0, this.end);
    return this;
  }

  /** A whole number of at least 0; what is too large to count exactly becomes the largest that can be. */
  u64(value: number): this {
    this.reserve(8);
    const whole = Math.min(Math.max(0, Math.floor(value)), Number.MAX_SAFE_INTEGER);
    this.buffer.writeUInt32LE(whole % 0x1_0000_0000, this.end);
    this.end = this.buffer.writeUInt32LE(Math.floor(whole / 0x1_0000_0000), this.end + 4);
    return this;
  }

  /** The bytes of an operating-system string, after their count. */
  string(text: string): this {
    const bytes = encodeOsString(text);
    return this.u32(bytes.length).bytes(bytes);
  }

  bytes(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
    return this;
  }

  /** All frames that were built; the writer is empty after it. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.end);
    this.buffer = Buffer.allocUnsafe(1024);
    this.end = 0;
    return taken;
  }

  private reserve(bytes: number): void {
    if (this.buffer.length - this.end < bytes) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
      this.buffer.copy(larger, 0, 0, this.end);
      this.buffer = larger;
    }
  }
}

/** Reads the fields of one payload in turn. @throws RangeError where it is too short. */
export class FieldReader {
  private at = 0;

  constructor(private readonly payload: Buffer) {}

  /** Bytes that have not been read. */
  get left(): number {
    return this.payload.length - this.at;
  }

  u8(): number {
    return this.payload.readUInt8(this.move(1));
  }

  u32(): number {
    return this.payload.readUInt32LE(this.move(4));
  }

  i32(): number {
    return this.payload.readInt32LE(this.move(4));
  }

  u64(): number {
    return this.u32() + this.u32() * 0x1_0000_0000;
  }

  string(): Buffer {
    const length = this.u32();
    const start = this.move(length);
    return this.payload.subarray(start, start + length);
  }

  rest(): Buffer {
    return this.payload.subarray(this.at);
  }

  private move(bytes: number): number {
    const start = this.at;
    this.at += bytes;
    if (this.at > this.payload.length) {
      throw new RangeError('a frame is shorter than its fields');
    }
    return start;
  }
}

/** Cuts a stream into frames, however it is chunked. */
export class FrameSplitter {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Bytes that must be there before there is anything to cut. */
  private wanted = headerSize;

  constructor(private readonly onFrame: (type: number, payload: Buffer) => void) {}

  /** @throws RangeError when the bytes can't be a frame. */
  push(chunk: Buffer): void {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes < this.wanted) {
      return;
    }
    const [first] = this.pending;
    const data =
      this.pending.length === 1 && first !== undefined ? first : Buffer.concat(this.pending);
    const at = this.cut(data);
    const rest = data.subarray(at);
    this.pending = rest.length > 0 ? [rest] : [];
    this.pendingBytes = rest.length;
  }

  private cut(data: Buffer): number {
    let at = 0;
    this.wanted = headerSize;
    while (data.length - at >= headerSize) {
      const length = data.readUInt32LE(at);
      if (length > largestFrame) {
        throw new RangeError('a frame is longer than any frame is');
      }
      if (data.length - at < headerSize + length) {
        this.wanted = headerSize + length;
        break;
      }
      const start = at + headerSize;
      at = start + length;
      this.onFrame(data.readUInt8(start - 1), data.subarray(start, at));
    }
    return at;
  }
}

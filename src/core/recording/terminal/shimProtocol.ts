import { decodeOsString } from '../../cases/osString';
import { FieldReader } from '../../sandbox/frames';

/** The folder whose links are shims; the socket lies beside it. `src/runner/shim.c` knows both. */
export const shimFolder = 'mirrorcode-shims';
export const socketName = 'socket';

/** What a shim sends. */
export const fromShim = { call: 1, stdin: 2, stdinEnd: 3, outClosed: 4 } as const;
/** What a shim is sent. */
export const toShim = { stdout: 16, stderr: 17, exit: 18, readStdin: 19, taken: 20 } as const;

/** How a call of the target was made. */
export interface ShimCall {
  /** The name that was called. */
  readonly name: string;
  /** Absolute. */
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Whether what goes to stderr is seen at once. */
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
}

/** @throws RangeError where the payload is too short. */
export function readCall(payload: Buffer): ShimCall {
  const fields = new FieldReader(payload);
  const flags = fields.u32();
  const text = () => decodeOsString(fields.string());
  const texts = () => Array.from({ length: fields.u32() }, text);
  const name = text();
  const cwd = text();
  const args = texts();
  return {
    name,
    cwd,
    args,
    env: readEnvironment(texts()),
    stderrIsTerminal: (flags & 1) !== 0,
    stdinIsTerminal: (flags & 2) !== 0,
  };
}

/** Variables of `NAME=value` lines. */
export function readEnvironment(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const equals = line.indexOf('=');
      return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
    }),
  );
}

/** A frame to a shim. */
export function shimFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt8(type, 4);
  frame.set(payload, 5);
  return frame;
}

/** The payload of `taken`: bytes of stdin that need not be kept back any more. */
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The payload of `exit`: how the program ended, and how much of stdin it had read. */
export function exitPayload(kind: 'exit' | 'signal', value: number, stdinRead: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(kind === 'exit' ? 0 : 1, 0);
  bytes.writeUInt32LE(value, 4);
  return Buffer.concat([bytes, u64(stdinRead)]);
}

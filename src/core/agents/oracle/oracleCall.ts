import type { FileEntry } from '../../cases/case';
import { bytesContent } from '../../cases/content';
import { decodeOsString } from '../../cases/osString';
import { isInsidePath } from '../../cases/paths';
import { errorText } from '../../errors';
import { FieldReader, FrameSplitter, fromRunner, toRunner } from '../../sandbox/frames';
import { ByteQueue } from '../workspace/byteQueue';
import type { RelayConnection } from '../workspace/relayConnection';
import type { OracleAnswer } from './oracleAnswer';

/** What a stub asks for. */
export interface OracleRequest {
  readonly argv: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  /** Where the agent stands, absolute. */
  readonly cwd: string;
  readonly umask: number;
  readonly files: readonly FileEntry[];
  /** Entries of the folder that were not sent. */
  readonly leftOut: number;
  /** Absent where the call has none. */
  readonly stdin?: ByteQueue;
}

const noStdin = 2;
const headerSize = 9;
/** Bytes of working files that one call may bring along. */
const mostFileBytes = 80 * 2 ** 20;
const mostEntries = 2100;

type Head = Pick<OracleRequest, 'argv' | 'env' | 'cwd' | 'umask'> & { readonly hasStdin: boolean };

export interface CallListener {
  /** Called when all but stdin has come. */
  readonly onStart: (request: OracleRequest, reader: OracleCallReader) => void;
  /** Called with bytes of files before they are kept; throws where there is no room. */
  readonly hold: (bytes: number) => void;
}

/**
 * Reads what a stub sends. What comes from the agent's sandbox is not to be trusted: anything that
 * does not fit throws, and the call ends.
 */
export class OracleCallReader {
  stdinBytes = 0;
  private readonly splitter = new FrameSplitter((type, payload) => this.onFrame(type, payload));
  private head: Head | undefined;
  private readonly files: FileEntry[] = [];
  private arriving: { path: string; mode: number; chunks: Buffer[] } | undefined;
  private fileBytes = 0;
  private started = false;
  private stdin: ByteQueue | undefined;

  /**
   * @param onStart Called when all but stdin has come.
   * @param acknowledge Called with bytes that have been used.
   * @param hold Called with bytes of files before they are kept; throws where there is no room.
   */
  constructor(
    private readonly onStart: (request: OracleRequest) => void,
    private readonly acknowledge: (bytes: number) => void,
    private readonly hold: (bytes: number) => void,
  ) {}

  /** Reads the one call of a connection; what can't be one is answered with the reason. */
  static listen(
    connection: RelayConnection,
    answer: OracleAnswer,
    { onStart, hold }: CallListener,
  ): void {
    const reader: OracleCallReader = new OracleCallReader(
      (request) => onStart(request, reader),
      (bytes) => connection.acknowledge(bytes),
      hold,
    );
    connection.onBytes = (bytes) => {
      try {
        reader.push(bytes);
      } catch (error) {
        answer.failed(`the call was not understood: ${errorText(error)}`);
        connection.onBytes = () => undefined;
      }
    };
  }

  /** @throws RangeError when it is nothing that a stub sends. */
  push(bytes: Buffer): void {
    this.splitter.push(bytes);
  }

  private onFrame(type: number, payload: Buffer): void {
    const fields = new FieldReader(payload);
    fields.u32();
    if (type === toRunner.stdin && this.started) {
      const bytes = fields.rest();
      this.stdinBytes += bytes.length;
      this.stdin?.push(bytes);
      return;
    }
    this.acknowledge(payload.length + headerSize - 4);
    if (type === toRunner.run && this.head === undefined) {
      this.head = readHead(fields);
    } else if (type === fromRunner.output && !this.started) {
      this.addEntry(fields);
    } else if (type === fromRunner.outputData && !this.started) {
      this.addData(fields.rest());
    } else if (type === toRunner.start && this.head !== undefined && !this.started) {
      this.start(this.head, fields.u32());
    } else if (type === toRunner.stdinEnd) {
      this.stdin?.end();
    } else {
      throw new RangeError(`frame ${type} is out of place`);
    }
  }

  private start({ hasStdin, ...head }: Head, leftOut: number): void {
    this.finishFile();
    this.started = true;
    if (hasStdin) {
      this.stdin = new ByteQueue((bytes) => this.acknowledge(bytes + headerSize));
    }
    this.onStart({
      ...head,
      files: this.files,
      leftOut,
      ...(this.stdin === undefined ? {} : { stdin: this.stdin }),
    });
  }

  private addEntry(fields: FieldReader): void {
    this.finishFile();
    const kind = fields.u8();
    const mode = fields.u32() & 0o7777;
    fields.u64();
    const path = decodeOsString(fields.string());
    const target = decodeOsString(fields.string());
    if (!isInsidePath(path) || this.files.length >= mostEntries) {
      throw new RangeError('a working file that cannot be');
    }
    if (kind === 0) {
      this.arriving = { path, mode, chunks: [] };
    } else if (kind === 1) {
      this.files.push({ kind: 'dir', path, mode });
    } else if (kind === 2) {
      this.files.push({ kind: 'link', path, target });
    }
  }

  private addData(bytes: Buffer): void {
    this.fileBytes += bytes.length;
    if (this.fileBytes > mostFileBytes) {
      throw new RangeError('too many bytes of working files');
    }
    this.hold(bytes.length);
    this.arriving?.chunks.push(bytes);
  }

  private finishFile(): void {
    if (this.arriving !== undefined) {
      const { path, mode, chunks } = this.arriving;
      this.files.push({ kind: 'file', path, mode, content: bytesContent(Buffer.concat(chunks)) });
      this.arriving = undefined;
    }
  }
}

function readHead(fields: FieldReader): Head {
  const flags = fields.u32();
  const umask = fields.u32() & 0o777;
  const cwd = decodeOsString(fields.string());
  const argv = readStrings(fields);
  const env = readStrings(fields).flatMap((text): [string, string][] => {
    const equals = text.indexOf('=');
    return equals > 0 ? [[text.slice(0, equals), text.slice(equals + 1)]] : [];
  });
  return { hasStdin: (flags & noStdin) === 0, umask, cwd, argv, env };
}

function readStrings(fields: FieldReader): string[] {
  const count = fields.u32();
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    strings.push(decodeOsString(fields.string()));
  }
  return strings;
}

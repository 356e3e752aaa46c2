import { createHash } from 'node:crypto';
import type { FileEntry } from '../../cases/case';
import { contentSize, readContent } from '../../cases/content';
import { fromRunner, FrameWriter } from '../../sandbox/frames';
import type { ExecStatus } from '../../sandbox/sandbox';
import type { RelayConnection } from '../workspace/relayConnection';

/** What the transcript says of a stream. */
export interface StreamNote {
  readonly bytes: number;
  readonly sha256: string;
  /** The beginning, as text. */
  readonly text: string;
}

/** Characters of a stream that the transcript holds. */
const noted = 1000;
const dataFrame = 64 * 1024;
const kinds = { file: 0, dir: 1, link: 2, absent: 3 } as const;

/** Counts a stream while it goes by. */
export class StreamNoter {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private readonly start: Buffer[] = [];

  add(chunk: Uint8Array): void {
    if (this.bytes < noted) {
      this.start.push(Buffer.from(chunk.subarray(0, noted)));
    }
    this.bytes += chunk.length;
    this.hash.update(chunk);
  }

  finish(): StreamNote {
    const text = Buffer.concat(this.start).toString('utf8').slice(0, noted);
    return { bytes: this.bytes, sha256: this.hash.digest('hex'), text };
  }
}

/** What goes back to a stub. */
export class OracleAnswer {
  readonly stdout = new StreamNoter();
  readonly stderr = new StreamNoter();

  constructor(private readonly connection: RelayConnection) {}

  readonly onStdout = (chunk: Uint8Array): void => {
    this.stdout.add(chunk);
    this.send(fromRunner.stdout, chunk);
  };

  readonly onStderr = (chunk: Uint8Array): void => {
    this.stderr.add(chunk);
    this.send(fromRunner.stderr, chunk);
  };

  /** Says something to the agent that the program has not said. */
  say(text: string): void {
    this.send(fromRunner.stderr, Buffer.from(`mirrorcode: ${text}\n`));
  }

  async files(entries: readonly FileEntry[]): Promise<void> {
    for (const entry of entries) {
      const writer = new FrameWriter()
        .begin(fromRunner.output, 0)
        .u8(kinds[entry.kind])
        .u32('mode' in entry ? entry.mode : 0o777)
        .u64(entry.kind === 'file' ? contentSize(entry.content) : 0)
        .string(entry.path)
        .string(entry.kind === 'link' ? entry.target : '')
        .finish();
      this.connection.write(writer.take());
      if (entry.kind === 'file') {
        this.send(fromRunner.outputData, await readContent(entry.content));
      }
    }
  }

  /** How the program ended, and how much of its stdin it has read, bytes. */
  done(status: ExecStatus, stdinUsed: number): void {
    const [kind, value] = endOf(status);
    const writer = new FrameWriter().begin(fromRunner.done, 0);
    this.connection.write(writer.u32(kind).u32(value).u64(stdinUsed).finish().take());
    this.connection.end();
  }

  failed(reason: string): void {
    this.connection.write(
      new FrameWriter().begin(fromRunner.failed, 0).string(reason).finish().take(),
    );
    this.connection.end();
  }

  private send(type: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += dataFrame) {
      const piece = bytes.subarray(at, at + dataFrame);
      this.connection.write(new FrameWriter().begin(type, 0).bytes(piece).finish().take());
    }
  }
}

/** As `timeout` and a shell have it: 124 after a time-out, 125 where the harness stopped it. */
function endOf(status: ExecStatus): readonly [kind: number, value: number] {
  switch (status.kind) {
    case 'exit':
      return [0, status.code];
    case 'signal':
      return [1, status.signal];
    case 'timeout':
      return [0, 124];
    default:
      return [0, 125];
  }
}

import { createHash } from 'node:crypto';
import type { FileEntry } from '../cases/case';
import { decodeOsString } from '../cases/osString';
import type { FieldReader } from './frames';
import type { ExecRequest, ExecResult, ExecStatus } from './sandbox';

/** `killed`: the client asked for it. */
export type RunStatus = ExecStatus | { readonly kind: 'killed' };
export type RunResult = Omit<ExecResult, 'status'> & { readonly status: RunStatus };

const outputsCut = 4;
const readKind = 4;

function statusOf(status: number, value: number, text: string): RunStatus {
  switch (status) {
    case 0:
      return { kind: 'exit', code: value };
    case 1:
      return { kind: 'signal', signal: value };
    case 2:
      return { kind: 'timeout' };
    case 3:
      return { kind: 'limit', limit: 'memory' };
    case 4:
      return { kind: 'limit', limit: 'output' };
    case 5:
      return { kind: 'limit', limit: 'disk' };
    case 6:
      return { kind: 'unstartable', reason: text };
    default:
      return { kind: 'killed' };
  }
}

/** An output entry whose bytes are still coming. */
interface Arriving {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly chunks: Buffer[];
}

/** Gathers the answers of one run. */
export class RunResultBuilder {
  private readonly stdout: Buffer[] = [];
  private readonly stderr: Buffer[] = [];
  private readonly outputs: FileEntry[] = [];
  private readonly reads: string[] = [];
  private arriving: Arriving | undefined;

  constructor(private readonly request: ExecRequest) {}

  addStdout(chunk: Buffer): void {
    this.stdout.push(chunk);
  }

  addStderr(chunk: Buffer): void {
    this.stderr.push(chunk);
  }

  addOutput(fields: FieldReader): void {
    this.finishFile();
    const kind = fields.u8();
    const mode = fields.u32();
    const size = fields.u64();
    const path = decodeOsString(fields.string());
    const target = decodeOsString(fields.string());
    if (kind === 0) {
      this.arriving = { path, mode, size, chunks: [] };
    } else if (kind === 1) {
      this.outputs.push({ kind: 'dir', path, mode });
    } else if (kind === 2) {
      this.outputs.push({ kind: 'link', path, target });
    } else if (kind === readKind) {
      this.reads.push(path);
    } else {
      this.outputs.push({ kind: 'absent', path });
    }
  }

  addOutputData(chunk: Buffer): void {
    this.arriving?.chunks.push(chunk);
  }

  finish(fields: FieldReader): RunResult {
    this.finishFile();
    const status = fields.u32();
    const value = fields.i32();
    const cuts = fields.u32();
    const durationMs = fields.u64() / 1000;
    const leftBehind = fields.u32();
    const text = fields.string().toString('utf8');
    const ended = statusOf(status, value, text);
    return {
      // Outputs that did not fit are not to be taken for all of them.
      status:
        (cuts & outputsCut) !== 0 && (ended.kind === 'exit' || ended.kind === 'signal')
          ? { kind: 'limit', limit: 'disk' }
          : ended,
      stdout: Buffer.concat(this.stdout),
      stderr: Buffer.concat(this.stderr),
      outputs: this.outputs.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
      ...(this.request.watched === true && { reads: this.reads }),
      durationMs,
      leftBehind,
    };
  }

  private finishFile(): void {
    if (this.arriving !== undefined) {
      const { path, mode, chunks } = this.arriving;
      const bytes = Buffer.concat(chunks);
      if (!this.isUnchanged(path, mode, bytes)) {
        this.outputs.push({ kind: 'file', path, mode, content: { kind: 'bytes', bytes } });
      }
      this.arriving = undefined;
    }
  }

  /** Whether it is an input that was rewritten with the bytes that it had. */
  private isUnchanged(path: string, mode: number, bytes: Buffer): boolean {
    const input = this.request.files.find((file) => file.path === path);
    if (input?.kind !== 'file' || (input.mode & 0o7777) !== mode) {
      return false;
    }
    const { content } = input;
    return content.kind === 'bytes'
      ? bytes.equals(content.bytes)
      : bytes.length === content.size &&
          createHash('sha256').update(bytes).digest('hex') === content.sha256;
  }
}

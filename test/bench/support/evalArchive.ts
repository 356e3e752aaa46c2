import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import zlib from 'node:zlib';

/** Input bytes of one zstd frame, as Inspect cuts samples. */
const frameBytes = 200 * 1024 * 1024;

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  method: number;
  crc: number;
  packed: number;
  size: number;
}

/** How zstd frames can be made here; `undefined` where nothing can make them. */
export function zstdCompressor(): 'node' | 'command' | undefined {
  if ('createZstdCompress' in zlib) {
    return 'node';
  }
  return spawnSync('zstd', ['--version']).status === 0 ? 'command' : undefined;
}

/** Writes an `.eval` log with one large sample, as Inspect would: several zstd frames of level 3. */
export class EvalArchive {
  private readonly entries: Entry[] = [];
  private at = 0;
  private readonly out: WriteStream;

  constructor(
    file: string,
    private readonly compressor: 'node' | 'command',
  ) {
    this.out = createWriteStream(file);
  }

  /** Adds a small entry as it is. */
  async addStored(name: string, text: string): Promise<void> {
    const data = Buffer.from(text);
    const entry = this.begin(name, 0);
    Object.assign(entry, { crc: crc32(data), packed: data.length, size: data.length });
    await this.write(this.localHeader(entry));
    await this.write(data);
  }

  /** Adds a large entry; its header is only right in the directory, as in files written in one go. */
  async addZstd(name: string, pieces: Iterable<Buffer>): Promise<Entry> {
    const entry = this.begin(name, 93);
    await this.write(this.localHeader(entry));
    let frame: { write(bytes: Buffer): Promise<void>; end(): Promise<void> } | undefined;
    let inFrame = 0;
    const take = async (bytes: Buffer) => {
      entry.packed += bytes.length;
      await this.write(bytes);
    };
    for (const piece of pieces) {
      frame ??= this.compressor === 'node' ? nodeFrame(take) : commandFrame(take);
      await frame.write(piece);
      entry.crc = crc32(piece, entry.crc);
      entry.size += piece.length;
      inFrame += piece.length;
      if (inFrame >= frameBytes) {
        await frame.end();
        frame = undefined;
        inFrame = 0;
      }
    }
    await frame?.end();
    return entry;
  }

  async end(): Promise<void> {
    const start = this.at;
    for (const entry of this.entries) {
      const header = Buffer.alloc(46);
      header.writeUInt32LE(0x02014b50, 0);
      header.writeUInt16LE(20, 4);
      this.fields(header, 6, entry);
      header.writeUInt32LE(entry.offset, 42);
      await this.write(Buffer.concat([header, entry.name]));
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.entries.length, 8);
    end.writeUInt16LE(this.entries.length, 10);
    end.writeUInt32LE(this.at - start, 12);
    end.writeUInt32LE(start, 16);
    await this.write(end);
    await new Promise<void>((resolve) => {
      this.out.end(() => resolve());
    });
  }

  private begin(name: string, method: number): Entry {
    const entry = { name: Buffer.from(name), offset: this.at, method, crc: 0, packed: 0, size: 0 };
    this.entries.push(entry);
    return entry;
  }

  private localHeader(entry: Entry): Buffer {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    this.fields(header, 4, entry);
    return Buffer.concat([header, entry.name]);
  }

  private fields(header: Buffer, at: number, entry: Entry): void {
    header.writeUInt16LE(20, at);
    header.writeUInt16LE(entry.method, at + 4);
    header.writeUInt32LE(entry.crc, at + 10);
    header.writeUInt32LE(entry.packed, at + 14);
    header.writeUInt32LE(entry.size, at + 18);
    header.writeUInt16LE(entry.name.length, at + 22);
  }

  private async write(bytes: Buffer): Promise<void> {
    this.at += bytes.length;
    if (!this.out.write(bytes)) {
      await once(this.out, 'drain');
    }
  }
}

type Take = (bytes: Buffer) => Promise<void>;

function nodeFrame(take: Take) {
  const { createZstdCompress } = zlib as unknown as {
    createZstdCompress: () => NodeJS.ReadWriteStream;
  };
  return streamFrame(createZstdCompress(), undefined, take);
}

function commandFrame(take: Take) {
  const child = spawn('zstd', ['-3', '-q', '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  return streamFrame(child.stdin, child.stdout, take);
}

function streamFrame(
  input: NodeJS.WritableStream,
  output: NodeJS.ReadableStream | undefined,
  take: Take,
) {
  const reading = (async () => {
    for await (const chunk of output ?? (input as NodeJS.ReadWriteStream)) {
      await take(chunk as Buffer);
    }
  })();
  return {
    async write(bytes: Buffer): Promise<void> {
      if (!input.write(bytes)) {
        await once(input, 'drain');
      }
    },
    async end(): Promise<void> {
      input.end();
      await reading;
    },
  };
}

import type { FileEntry } from '../../cases/case';
import { bytesContent } from '../../cases/content';
import { decodeOsString } from '../../cases/osString';
import { byText, isInsidePath } from '../../cases/paths';
import { type FieldReader, fromRunner } from '../../sandbox/frames';

const kinds = { file: 0, dir: 1, link: 2, same: 5 } as const;

/**
 * Puts a snapshot of a folder together from the server's frames; files that did not change keep the
 * content object that they had, so that nobody has to look at their bytes again.
 */
export class SnapshotBuilder {
  private readonly entries: FileEntry[] = [];
  private arriving: { path: string; mode: number; chunks: Buffer[] } | undefined;

  constructor(private readonly earlier: ReadonlyMap<string, FileEntry>) {}

  readonly onPart = (type: number, fields: FieldReader): void => {
    if (type === fromRunner.outputData) {
      this.arriving?.chunks.push(fields.rest());
    } else {
      this.add(fields);
    }
  };

  /** @returns the entries sorted by path. */
  finish(): readonly FileEntry[] {
    this.finishFile();
    return this.entries.sort((a, b) => byText(a.path, b.path));
  }

  private add(fields: FieldReader): void {
    this.finishFile();
    const kind = fields.u8();
    const mode = fields.u32();
    fields.u64();
    const path = decodeOsString(fields.string());
    const target = decodeOsString(fields.string());
    // What comes from the sandbox is not to be trusted: a path leads nowhere else.
    if (!isInsidePath(path)) {
      return;
    }
    if (kind === kinds.file) {
      this.arriving = { path, mode, chunks: [] };
    } else if (kind === kinds.dir) {
      this.entries.push({ kind: 'dir', path, mode: mode | 0o700 });
    } else if (kind === kinds.link) {
      this.entries.push({ kind: 'link', path, target });
    } else if (kind === kinds.same) {
      const known = this.earlier.get(path);
      if (known !== undefined) {
        this.entries.push(known);
      }
    }
  }

  private finishFile(): void {
    if (this.arriving !== undefined) {
      const { path, mode, chunks } = this.arriving;
      this.entries.push({ kind: 'file', path, mode, content: bytesContent(Buffer.concat(chunks)) });
      this.arriving = undefined;
    }
  }
}

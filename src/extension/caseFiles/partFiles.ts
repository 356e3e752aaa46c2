import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { PartRef } from '../engine/callTypes';
import type { EngineThread } from '../engine/engineThread';
import type { WorkspaceModel } from '../model/workspaceModel';
import { parsePartUri } from './partUri';
import { VirtualFiles } from './virtualFiles';

interface KnownPart {
  readonly bytes: Uint8Array;
  readonly readOnly?: string;
  readonly mtime: number;
}

/**
 * Parts of cases as files: the raw bytes of stdin or of a file, saved back into the case; what
 * belongs to the gold, or what an editor would alter, can only be read.
 */
export class PartFiles extends VirtualFiles {
  private readonly known = new Map<string, KnownPart>();
  private readonly subscription: { dispose(): void };

  constructor(
    private readonly engine: EngineThread,
    private readonly model: WorkspaceModel,
  ) {
    super();
    this.subscription = model.onDidChange((change) => {
      if (change === 'targets' || change === 'captures') {
        void this.reread();
      }
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, mtime, readOnly } = this.known.get(uri.toString()) ?? (await this.load(uri));
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime,
      size: bytes.length,
      ...(readOnly !== undefined && { permissions: vscode.FilePermission.Readonly }),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.load(uri)).bytes;
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const ref = refOf(uri);
    await this.ready(ref);
    this.refuseUnsaved(ref);
    // A copy: what VS Code hands over may be a view of a larger buffer.
    await this.engine.call('writePart', { ...ref, bytes: Uint8Array.from(content) });
    await this.load(uri);
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    this.model.touch(ref.queued ? 'captures' : 'targets');
  }

  override dispose(): void {
    this.subscription.dispose();
    super.dispose();
  }

  /** What stands unsaved in the case's own editor would be lost on one side or the other. */
  private refuseUnsaved({ caseUri, name }: PartRef): void {
    const isUnsaved = vscode.workspace.textDocuments.some(
      (document) => document.isDirty && document.uri.toString() === caseUri,
    );
    if (isUnsaved) {
      throw vscode.FileSystemError.Unavailable(
        `${name} has unsaved changes in its own editor. Save or revert them first.`,
      );
    }
  }

  private async load(uri: vscode.Uri): Promise<KnownPart> {
    const ref = refOf(uri);
    await this.ready(ref);
    try {
      const part = await this.engine.call('readPart', ref);
      const before = this.known.get(uri.toString());
      const isSame = before !== undefined && Buffer.from(before.bytes).equals(part.bytes);
      const now = { ...part, mtime: isSame ? before.mtime : Date.now() };
      this.known.set(uri.toString(), now);
      return now;
    } catch (error) {
      throw error instanceof UserError ? vscode.FileSystemError.FileNotFound(error.message) : error;
    }
  }

  /** A document that came back with the window is asked for before anyone has looked. */
  private async ready({ root }: PartRef): Promise<void> {
    if (!this.model.roots.includes(root)) {
      await this.model.refresh();
    }
  }

  private async reread(): Promise<void> {
    for (const [key, { mtime }] of [...this.known]) {
      const uri = vscode.Uri.parse(key);
      const now = await this.load(uri).catch(() => undefined);
      if (now === undefined) {
        this.known.delete(key);
        this.changed.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
      } else if (now.mtime !== mtime) {
        this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      }
    }
  }
}

function refOf(uri: vscode.Uri): PartRef {
  const ref = parsePartUri(uri);
  if (ref === undefined) {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  return ref;
}

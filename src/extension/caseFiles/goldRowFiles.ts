import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import type { EngineThread } from '../engine/engineThread';
import type { WorkspaceModel } from '../model/workspaceModel';
import { parseRowUri } from './caseUri';
import { VirtualFiles } from './virtualFiles';

/**
 * The rows of a MirrorCode gold file as documents: the same text as a `.case` file, saved back into
 * the row in place.
 */
export class GoldRowFiles extends VirtualFiles {
  private readonly texts = new Map<string, { text: string; mtime: number }>();
  private readonly subscription: { dispose(): void };

  constructor(
    private readonly engine: EngineThread,
    private readonly model: WorkspaceModel,
  ) {
    super();
    this.subscription = model.onDidChange((change) => {
      if (change === 'targets') {
        void this.reread();
      }
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, mtime } = await this.read(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: Buffer.byteLength(text) };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.load(uri)).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const ref = await this.refOf(uri);
    await this.engine.call('writeCase', { ...ref, text: Buffer.from(content).toString('utf8') });
    this.remember(uri, (await this.engine.call('readCase', ref)).text);
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    this.model.touch('targets');
  }

  override dispose(): void {
    this.subscription.dispose();
    super.dispose();
  }

  private async read(uri: vscode.Uri): Promise<{ text: string; mtime: number }> {
    return this.texts.get(uri.toString()) ?? (await this.load(uri));
  }

  private async load(uri: vscode.Uri): Promise<{ text: string; mtime: number }> {
    try {
      return this.remember(uri, (await this.engine.call('readCase', await this.refOf(uri))).text);
    } catch (error) {
      throw error instanceof UserError ? vscode.FileSystemError.FileNotFound(error.message) : error;
    }
  }

  private remember(uri: vscode.Uri, text: string): { text: string; mtime: number } {
    const key = uri.toString();
    const known = this.texts.get(key);
    if (known?.text === text) {
      return known;
    }
    const entry = { text, mtime: Date.now() };
    this.texts.set(key, entry);
    return entry;
  }

  /** Tells VS Code which open rows have another text now than when they were read. */
  private async reread(): Promise<void> {
    for (const [key, { text }] of [...this.texts]) {
      const uri = vscode.Uri.parse(key);
      const isOpen = vscode.workspace.textDocuments.some(
        (document) => document.uri.toString() === key,
      );
      if (!isOpen) {
        this.texts.delete(key);
        continue;
      }
      const now = await this.load(uri).catch(() => undefined);
      if (now?.text !== text) {
        const type =
          now === undefined ? vscode.FileChangeType.Deleted : vscode.FileChangeType.Changed;
        this.changed.fire([{ type, uri }]);
      }
    }
  }

  private async refOf(uri: vscode.Uri) {
    const row = parseRowUri(uri);
    if (row === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    if (this.model.targets.length === 0) {
      await this.model.refresh(); // restored with the window, before anyone has looked
    }
    const target = this.model.findTarget(row.folder, row.target);
    if (target === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return { target, name: row.name };
  }
}

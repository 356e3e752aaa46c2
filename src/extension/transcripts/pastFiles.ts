import * as vscode from 'vscode';
import type { FileVersion } from '../../core/transcripts/workspace/pastVersions';
import { recordText } from './replayChannel';
import { ReplayDocument } from './replayDocument';
import type { ReplayFiles } from './replayDocument';

export const pastScheme = 'mirrorcode-replay';

/** A text made from a transcript: a file of its workspace at an event, or a record. */
type Past =
  | {
      readonly log: string;
      readonly sample: number;
      readonly ordinal: number;
      readonly file: string;
    }
  | {
      readonly log: string;
      readonly sample: number;
      readonly ordinal: number;
      readonly resolved: boolean;
    };

export function pastFileUri(
  log: vscode.Uri,
  at: { readonly sample: number; readonly ordinal: number; readonly file: string },
): vscode.Uri {
  const path = at.file.startsWith('/') ? at.file : `/${at.file}`;
  return vscode.Uri.from({
    scheme: pastScheme,
    path,
    query: JSON.stringify({ ...at, log: log.toString() }),
  });
}

export function recordUri(
  log: vscode.Uri,
  at: { readonly sample: number; readonly ordinal: number; readonly resolved: boolean },
): vscode.Uri {
  const name = at.resolved ? `event-${at.ordinal}-resolved.json` : `event-${at.ordinal}.json`;
  return vscode.Uri.from({
    scheme: pastScheme,
    path: `/${name}`,
    query: JSON.stringify({ ...at, log: log.toString() }),
  });
}

/** Gives VS Code's own editors the files of a run as they stood, and marks what is only inferred. */
export class PastFiles implements vscode.TextDocumentContentProvider, vscode.Disposable {
  /** Lines whose origin is not in the record, by document. */
  private readonly unsure = new Map<string, Pick<FileVersion, 'parts' | 'problem'>>();
  private readonly inferred = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderStyle: 'dotted',
    borderWidth: '0 0 0 2px',
    borderColor: new vscode.ThemeColor('editorWarning.foreground'),
    overviewRulerColor: new vscode.ThemeColor('editorWarning.foreground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly openDocument: (log: string) => ReplayDocument | undefined,
    private readonly files: ReplayFiles,
  ) {
    this.listening = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors((editors) => this.decorate(editors)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.unsure.delete(uri.toString())),
      this.inferred,
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const past = parsePast(uri);
    if (past === undefined) {
      return '';
    }
    const open = this.openDocument(past.log);
    const document = open ?? new ReplayDocument(vscode.Uri.parse(past.log, true), this.files);
    try {
      return await this.text(uri, document, past);
    } finally {
      if (open === undefined) {
        document.dispose();
      }
    }
  }

  dispose(): void {
    this.listening.dispose();
  }

  private async text(uri: vscode.Uri, document: ReplayDocument, past: Past): Promise<string> {
    if ('resolved' in past) {
      return recordText(document, past);
    }
    const transcript = await document.transcript();
    const version =
      past.ordinal < 0 ? null : await transcript.fileAt(past.sample, past.file, past.ordinal);
    if (version?.exists !== true) {
      return '';
    }
    this.unsure.set(uri.toString(), {
      ...version,
      parts: version.parts.filter(({ certainty }) => certainty !== 'known'),
    });
    setTimeout(() => this.decorate(vscode.window.visibleTextEditors), 0);
    return version.text;
  }

  private decorate(editors: readonly vscode.TextEditor[]): void {
    for (const editor of editors) {
      const unsure = this.unsure.get(editor.document.uri.toString());
      if (unsure !== undefined) {
        const { parts, problem } = unsure;
        const more = problem === undefined ? '' : ` ${problem}`;
        editor.setDecorations(
          this.inferred,
          parts.map(({ from, to, certainty, ordinal }) => ({
            range: new vscode.Range(from - 1, 0, to - 1, 0),
            hoverMessage: `These lines are ${certainty}: event ${ordinal} does not show all of what it did.${more}`,
          })),
        );
      }
    }
  }
}

function parsePast(uri: vscode.Uri): Past | undefined {
  try {
    const past: unknown = JSON.parse(uri.query);
    return typeof past === 'object' && past !== null && 'log' in past && 'ordinal' in past
      ? (past as Past)
      : undefined;
  } catch {
    return undefined;
  }
}

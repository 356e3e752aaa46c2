import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { errorText, UserError } from '../../core/errors';
import { MessageChannel } from '../../protocol/messages';
import type { Place, TranscriptHost, TranscriptView, ViewFilter } from '../../protocol/transcript';
import { transcriptHostParsers } from '../../protocol/transcript';
import { viewPage } from '../../protocol/viewPage';
import type { Log } from '../log';
import { answerReplay, throttled } from './replayChannel';
import type { ReplayChannel } from './replayChannel';
import { ReplayDocument } from './replayDocument';
import type { ReplayFiles } from './replayDocument';

export const replayViewType = 'mirrorcode.replay';

export interface ReplayPanel {
  readonly document: ReplayDocument;
  readonly panel: vscode.WebviewPanel;
  readonly channel: ReplayChannel;
  /** The event that is looked at. */
  current: Place;
  /** Which events are shown. */
  filter: ViewFilter;
}

/** What views make the extension do. */
export interface ReplayActions {
  listen(panel: ReplayPanel): vscode.Disposable;
}

/** The editors of transcripts: any number of panels on any number of files. */
export class ReplayEditors implements vscode.CustomReadonlyEditorProvider<ReplayDocument> {
  private readonly panels = new Map<string, Set<ReplayPanel>>();
  /** Where a file is to be shown that is being opened. */
  private readonly reveals = new Map<string, Place>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly files: ReplayFiles,
    private readonly actions: ReplayActions,
    private readonly log: Log,
  ) {}

  get active(): ReplayPanel | undefined {
    return (
      this.all().find(({ panel }) => panel.active) ?? this.all().find(({ panel }) => panel.visible)
    );
  }

  documentOf(uri: string): ReplayDocument | undefined {
    return [...(this.panels.get(uri) ?? [])][0]?.document;
  }

  /** Opens a file in a replay editor, at an event where one is given. */
  async open(uri: vscode.Uri, place?: Place): Promise<void> {
    if (place !== undefined) {
      this.reveals.set(uri.toString(), place);
    }
    await vscode.commands.executeCommand('vscode.openWith', uri, replayViewType);
    const shown = [...(this.panels.get(uri.toString()) ?? [])].find(({ panel }) => panel.active);
    if (shown !== undefined && place !== undefined) {
      shown.channel.send('reveal', place);
    }
  }

  openCustomDocument(uri: vscode.Uri): ReplayDocument {
    return new ReplayDocument(uri, this.files);
  }

  resolveCustomEditor(document: ReplayDocument, panel: vscode.WebviewPanel): void {
    const key = document.uri.toString();
    const media = vscode.Uri.joinPath(this.extensionUri, 'dist', 'media');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [media] };
    const channel: ReplayChannel = new MessageChannel<TranscriptHost, TranscriptView>(
      {
        post: (message) => void webview.postMessage(message),
        onMessage: (listener) => webview.onDidReceiveMessage(listener),
      },
      transcriptHostParsers,
      (problem) => this.log.warn(`The replay of ${document.uri.fsPath}: ${problem}`),
    );
    const shown: ReplayPanel = {
      document,
      panel,
      channel,
      current: { sample: 0, ordinal: 0 },
      filter: {},
    };
    const ofFile = this.panels.get(key) ?? new Set();
    this.panels.set(key, ofFile.add(shown));
    const owned = this.wire(shown);
    panel.onDidDispose(() => {
      ofFile.delete(shown);
      if (ofFile.size === 0) {
        this.panels.delete(key);
      }
      owned.dispose();
      channel.dispose();
    });
    const resource = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, name));
    webview.html = viewPage({
      title: 'Replay',
      scriptUri: resource('transcript.js').toString(),
      styleUri: resource('transcript.css').toString(),
      source: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
    });
  }

  private wire(shown: ReplayPanel): vscode.Disposable {
    const { document, channel } = shown;
    const key = document.uri.toString();
    answerReplay(channel, document, () => {
      const place = this.reveals.get(key);
      this.reveals.delete(key);
      return place;
    });
    channel.on('current', (place) => {
      shown.current = place;
    });
    channel.on('filtered', (filter) => {
      shown.filter = filter;
    });
    channel.on('cancelLoading', () => document.cancel());
    const tell = throttled((state) => channel.send('progress', state), 100);
    channel.handle('load', async ({ sample }) => {
      const state = await document.load(sample);
      document.loaded(sample).catch((error: unknown) => {
        this.log.error(error);
        const action = error instanceof UserError ? error.action : undefined;
        channel.send('failed', {
          message: errorText(error),
          ...(action === undefined ? {} : { action }),
        });
      });
      return state;
    });
    return vscode.Disposable.from(
      document.onProgress(tell),
      document.onReopen(() => channel.send('reopened', undefined)),
      document.onNotesChange(() => channel.send('commentsChanged', undefined)),
      this.actions.listen(shown),
    );
  }

  private all(): ReplayPanel[] {
    return [...this.panels.values()].flatMap((set) => [...set]);
  }
}

import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable';
import { UserError } from '../../core/errors';
import { registerCommand } from '../commands/registerCommands';
import type { Log } from '../log';
import { linkHandler } from './deepLinks';
import { exportTranscript } from './exportTranscript';
import { pastScheme, PastFiles } from './pastFiles';
import { PanelActions } from './replayActions';
import { ReplayEditors, replayViewType } from './replayEditors';
import type { ReplayPanel } from './replayEditors';
import { showChanges, showFilesAt } from './workspaceActions';

export interface TranscriptParts {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
}

export interface Transcripts extends Disposable {
  readonly editors: ReplayEditors;
}

/** Registers the replay editor, its commands, its links and the files of the past. */
export function registerTranscripts({ context, log }: TranscriptParts): Transcripts {
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const files = {
    workerPath: path.join(context.extensionPath, 'dist', 'workers', 'transcripts.js'),
    cacheFolder: path.join(storage, 'transcripts'),
  };
  const places = {
    extensionId: context.extension.id,
    caseFolder: path.join(storage, 'cases'),
  };
  const actions = new PanelActions(places, log);
  const editors = new ReplayEditors(context.extensionUri, files, actions, log);
  const past = new PastFiles((uri) => editors.documentOf(uri), files);
  const active = (): ReplayPanel => {
    if (editors.active === undefined) {
      throw new UserError('No transcript is open in a replay editor.', {
        action: 'Open one first: MirrorCode: Open in Replay.',
      });
    }
    return editors.active;
  };
  const registered = vscode.Disposable.from(
    vscode.window.registerCustomEditorProvider(replayViewType, editors, {
      supportsMultipleEditorsPerDocument: true,
    }),
    vscode.workspace.registerTextDocumentContentProvider(pastScheme, past),
    past,
    vscode.window.registerUriHandler(linkHandler((file, place) => editors.open(file, place))),
    registerCommand({ log }, 'openInReplay', (argument) => openInReplay(editors, argument)),
    registerCommand({ log }, 'replayFiles', () => showFilesAt(active(), active().current)),
    registerCommand({ log }, 'replayChanges', () =>
      showChanges(active(), active().current, 'testRun'),
    ),
    registerCommand({ log }, 'replayCompare', () =>
      showChanges(active(), active().current, 'pick'),
    ),
    registerCommand({ log }, 'replayExport', () => exportTranscript(active())),
    registerCommand({ log }, 'replayComments', () => actions.exportComments(active())),
  );
  return { editors, dispose: () => void registered.dispose() };
}

async function openInReplay(editors: ReplayEditors, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : activeFile();
  const picked = uri ?? (await pickFile());
  if (picked !== undefined) {
    await editors.open(picked);
  }
}

function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom
    ? input.uri
    : undefined;
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: 'Open a Transcript in Replay',
      openLabel: 'Open in Replay',
      filters: {
        Transcripts: ['eval', 'json', 'jsonl', 'traj', 'cast', 'zst'],
        'All files': ['*'],
      },
    })) ?? [];
  return picked;
}

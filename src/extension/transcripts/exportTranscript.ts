import * as vscode from 'vscode';
import { exportEvents } from '../../core/transcripts/export/exportEvents';
import type { ExportFormat } from '../../core/transcripts/export/exportEvents';
import { parseSelection } from '../../core/transcripts/export/selection';
import { writeExport } from '../../core/transcripts/export/writeExport';
import type { Transcript } from '../../core/transcripts/openTranscript';
import { withProgress } from '../progress';
import type { ReplayPanel } from './replayEditors';
import { filterEventsByText } from './textFilter';

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly extension: string;
}

const formats: readonly FormatItem[] = [
  {
    label: 'HTML page',
    detail: 'One file that needs no other: no scripts, nothing loaded',
    format: 'html',
    extension: 'html',
  },
  {
    label: 'Markdown',
    detail: 'For a report or an issue',
    format: 'markdown',
    extension: 'md',
  },
  {
    label: 'JSON lines',
    detail: 'One event a line, in the form that all formats are read into',
    format: 'jsonl',
    extension: 'jsonl',
  },
];

interface SelectionItem extends vscode.QuickPickItem {
  readonly ordinals: () => Promise<Uint32Array | undefined>;
}

/** Asks which events to write, how and where to, and writes them. */
export async function exportTranscript(shown: ReplayPanel): Promise<void> {
  const transcript = await shown.document.transcript();
  const selection = await vscode.window.showQuickPick(await selections(shown, transcript), {
    title: 'Export Transcript (1/2)',
    placeHolder: 'The events to export',
  });
  const ordinals = await selection?.ordinals();
  if (ordinals === undefined) {
    return;
  }
  const picked = await vscode.window.showQuickPick(formats, {
    title: 'Export Transcript (2/2)',
    placeHolder: 'What to write',
  });
  if (picked === undefined) {
    return;
  }
  const { uri } = shown.document;
  const target = await vscode.window.showSaveDialog({
    title: 'Export Transcript',
    defaultUri: uri.with({ path: `${uri.path}.${picked.extension}` }),
    filters: { [picked.label]: [picked.extension] },
  });
  if (target === undefined) {
    return;
  }
  await writeSelection(shown, ordinals, { format: picked.format, target });
  const events = ordinals.length === 1 ? '1 event' : `${ordinals.length} events`;
  const answer = await vscode.window.showInformationMessage(
    `Exported ${events} to ${target.fsPath}.`,
    'Open',
  );
  if (answer === 'Open') {
    await (picked.format === 'html'
      ? vscode.env.openExternal(target)
      : vscode.commands.executeCommand('vscode.open', target));
  }
}

/** Writes events to a file, with progress; a cancelled export leaves no file. */
export async function writeSelection(
  shown: ReplayPanel,
  ordinals: Uint32Array,
  { format, target }: { readonly format: ExportFormat; readonly target: vscode.Uri },
): Promise<void> {
  const transcript = await shown.document.transcript();
  const title = shown.document.uri.path.split('/').at(-1) ?? '';
  await withProgress('Exporting the transcript', async (signal, report) => {
    const pieces = exportEvents(transcript, shown.current.sample, ordinals, {
      format,
      title,
      onProgress: (done) => report({ done, total: ordinals.length }),
    });
    await writeExport(pieces, target.fsPath, signal);
  });
}

async function selections(
  { current: { sample, ordinal }, filter }: ReplayPanel,
  transcript: Transcript,
): Promise<SelectionItem[]> {
  const count = await transcript.count(sample);
  const filtered = async () =>
    filterEventsByText(transcript, sample, filter, new AbortController().signal);
  return [
    {
      label: `All ${count} events`,
      ordinals: () => transcript.filter(sample, {}),
    },
    ...(Object.keys(filter).length === 0
      ? []
      : [{ label: 'The events that the filter shows', ordinals: filtered }]),
    {
      label: 'Events by their numbers…',
      ordinals: () => askNumbers(count, ordinal),
    },
    { label: `Event ${ordinal} alone`, ordinals: () => Promise.resolve(Uint32Array.of(ordinal)) },
  ];
}

async function askNumbers(count: number, current: number): Promise<Uint32Array | undefined> {
  const given = await vscode.window.showInputBox({
    title: 'Export Transcript (1/2)',
    prompt: `Numbers of events from 0 to ${count - 1}: 0-40, 77`,
    value: `0-${current}`,
    validateInput: (text) =>
      parseSelection(text, count) === undefined
        ? `Give numbers from 0 to ${count - 1}, as in 0-40, 77.`
        : undefined,
  });
  return given === undefined ? undefined : parseSelection(given, count);
}

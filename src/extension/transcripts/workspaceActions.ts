import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { lastPassBefore } from '../../core/transcripts/casePasses';
import type { Transcript } from '../../core/transcripts/openTranscript';
import type { WorkspaceFile } from '../../core/transcripts/workspace/history';
import type { Place } from '../../protocol/transcript';
import { pastFileUri } from './pastFiles';
import type { ReplayPanel } from './replayEditors';

export type Since = 'testRun' | 'start' | 'pick' | 'event';

/** A file in a list: opened as it stood, or beside what it was. */
interface FileItem extends vscode.QuickPickItem {
  readonly file: WorkspaceFile;
}

/** Lists the files as they stood at an event; the picked one opens as its last change made it. */
export async function showFilesAt(shown: ReplayPanel, place: Place): Promise<void> {
  const { document } = shown;
  const transcript = await document.transcript();
  const files = await transcript.workspace(place.sample, place.ordinal);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(
      `Up to event ${place.ordinal} the transcript shows no file being written.`,
    );
    return;
  }
  const items = await Promise.all(files.map((file) => fileItem(transcript, place, file)));
  const problems = await transcript.workspaceProblems(place.sample);
  const picked = await vscode.window.showQuickPick(items, {
    title: `Files at Event ${place.ordinal}`,
    placeHolder: problems[0] ?? 'A file to see as it stood, beside what its last change found',
    matchOnDescription: true,
  });
  if (picked === undefined) {
    return;
  }
  const { path, ordinal } = picked.file;
  await vscode.commands.executeCommand(
    'vscode.diff',
    pastFileUri(document.uri, { sample: place.sample, ordinal: ordinal - 1, file: path }),
    pastFileUri(document.uri, { ...place, file: path }),
    `${path.slice(path.lastIndexOf('/') + 1)} (before event ${ordinal} ↔ at event ${place.ordinal})`,
    { preview: true, viewColumn: vscode.ViewColumn.Beside },
  );
}

/** Shows all that changed between two events in VS Code's own editor of many diffs. */
export async function showChanges(shown: ReplayPanel, place: Place, since: Since): Promise<void> {
  const transcript = await shown.document.transcript();
  const from = await startOf(transcript, place, since);
  if (from !== undefined) {
    await showBetween(shown, place, from);
  }
}

/** Shows what changed since a case last passed before an event. */
export async function showSincePassed(
  shown: ReplayPanel,
  { name, ...place }: Place & { readonly name: string },
): Promise<void> {
  const transcript = await shown.document.transcript();
  const passed = lastPassBefore(await transcript.cases(place.sample), name, place.ordinal);
  if (passed === undefined) {
    throw new UserError(
      `No attempt before event ${place.ordinal} is known to have passed ${name}.`,
      {
        action: 'Compare the files with the last test run, or with the start of the run.',
      },
    );
  }
  await showBetween(shown, place, passed.ordinal, ` (${name} passed at ${passed.ordinal})`);
}

async function showBetween(
  { document }: ReplayPanel,
  { sample, ordinal }: Place,
  from: number,
  remark = '',
): Promise<void> {
  const transcript = await document.transcript();
  const [first, last] = from <= ordinal ? [from, ordinal] : [ordinal, from];
  const changed = await changedFiles(transcript, sample, first, last);
  if (changed.length === 0) {
    void vscode.window.showInformationMessage(
      `No file is known to have changed from event ${first} to event ${last}${remark}.`,
    );
    return;
  }
  const at = (file: string, event: number) =>
    pastFileUri(document.uri, { sample, ordinal: event, file });
  await vscode.commands.executeCommand(
    'vscode.changes',
    `Changes from Event ${first} to ${last}${remark}`,
    changed.map((path) => [at(path, last), at(path, first), at(path, last)]),
  );
}

async function changedFiles(
  transcript: Transcript,
  sample: number,
  first: number,
  last: number,
): Promise<string[]> {
  const files = await transcript.workspace(sample, last);
  const touched = files.filter(({ ordinal, changes }) => changes > 0 && ordinal > first);
  const changed: string[] = [];
  for (const { path } of touched) {
    const [before, after] = await Promise.all([
      first < 0 ? null : transcript.fileAt(sample, path, first),
      transcript.fileAt(sample, path, last),
    ]);
    if (before?.exists !== after?.exists || before?.text !== after?.text) {
      changed.push(path);
    }
  }
  return changed;
}

/** The event to compare with; -1 for before the first, `undefined` when nobody picked one. */
async function startOf(
  transcript: Transcript,
  { sample, ordinal }: Place,
  since: Since,
): Promise<number | undefined> {
  if (since === 'start' || since === 'event') {
    return since === 'start' ? -1 : ordinal - 1;
  }
  if (since === 'testRun') {
    const markers = await transcript.markers(sample);
    const runs = markers.filter(({ type }) => type === 'testRun' || type === 'score');
    const last = runs.filter((marker) => marker.ordinal < ordinal).at(-1);
    if (last === undefined) {
      throw new UserError(`Before event ${ordinal} there is no test run.`, {
        action: 'Compare with the start of the run, or with another event.',
      });
    }
    return last.ordinal;
  }
  const count = await transcript.count(sample);
  const given = await vscode.window.showInputBox({
    title: `Compare the Files of Event ${ordinal} With…`,
    prompt: `The number of another event, from 0 to ${count - 1}`,
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) < count
        ? undefined
        : `Give a number from 0 to ${count - 1}.`,
  });
  return given === undefined ? undefined : Number(given);
}

async function fileItem(
  transcript: Transcript,
  { sample, ordinal }: Place,
  file: WorkspaceFile,
): Promise<FileItem> {
  const version = file.exists ? await transcript.fileAt(sample, file.path, ordinal) : null;
  const slash = file.path.lastIndexOf('/');
  const sure = version?.parts.every(({ certainty }) => certainty === 'known') === true;
  const state = !file.exists ? 'deleted' : sure && version.complete ? 'known' : 'partly inferred';
  const changes = file.changes === 1 ? '1 change' : `${file.changes} changes`;
  return {
    label: `$(${file.exists ? 'file' : 'trash'}) ${file.path.slice(slash + 1)}`,
    description: file.path.slice(0, Math.max(0, slash)),
    detail: `${state} · ${changes}, the last by event ${file.ordinal}`,
    file,
  };
}

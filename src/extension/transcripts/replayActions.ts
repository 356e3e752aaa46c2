import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { isComparable, outputsOf } from '../../core/transcripts/caseOutputs';
import { notesMarkdown } from '../../core/transcripts/notes/notes';
import type { Place } from '../../protocol/transcript';
import type { Log } from '../log';
import { commands } from '../tables/commands';
import { deepLink, isOpenable } from './deepLinks';
import { exportTranscript } from './exportTranscript';
import { recordUri } from './pastFiles';
import type { ReplayActions, ReplayPanel } from './replayEditors';
import { showChanges, showFilesAt, showSincePassed } from './workspaceActions';

export interface ActionPlaces {
  readonly extensionId: string;
  /** Where the two sides of a case are laid out for the byte view. */
  readonly caseFolder: string;
}

/** What a person does in the view and VS Code has to carry out. */
export class PanelActions implements ReplayActions {
  constructor(
    private readonly places: ActionPlaces,
    private readonly log: Log,
  ) {}

  listen(shown: ReplayPanel): vscode.Disposable {
    const { channel, document } = shown;
    const told =
      <T>(action: (body: T) => unknown) =>
      (body: T): void => {
        // Not awaited: the view goes on, and what goes wrong is told.
        void this.run(() => action(body));
      };
    return vscode.Disposable.from(
      channel.on(
        'reopenAsText',
        told(() => vscode.commands.executeCommand('vscode.openWith', document.uri, 'default')),
      ),
      channel.on('openLink', told(openLink)),
      channel.on(
        'openRecord',
        told(async (at) => {
          const opened = await vscode.workspace.openTextDocument(recordUri(document.uri, at));
          await vscode.window.showTextDocument(opened, {
            viewColumn: vscode.ViewColumn.Beside,
            preview: true,
          });
        }),
      ),
      channel.on(
        'filesAt',
        told((place) => showFilesAt(shown, place)),
      ),
      channel.on(
        'changes',
        told(({ since, ...place }) => showChanges(shown, place, since)),
      ),
      channel.on(
        'sincePassed',
        told((at) => showSincePassed(shown, at)),
      ),
      channel.on(
        'compareCase',
        told((at) => this.compareCase(shown, at)),
      ),
      channel.on(
        'copyLink',
        told((place) => this.copyLink(shown, place)),
      ),
      channel.on(
        'exportEvents',
        told(() => exportTranscript(shown)),
      ),
      channel.on(
        'exportComments',
        told(() => this.exportComments(shown)),
      ),
    );
  }

  async exportComments({ document }: ReplayPanel): Promise<void> {
    const notes = await document.notes.list();
    if (notes.length === 0) {
      throw new UserError('There are no comments on this transcript yet.', {
        action: 'Select an event and press m to write one.',
      });
    }
    const file = document.uri.fsPath;
    const content = notesMarkdown(`Comments on ${path.basename(file)}`, notes, (note) =>
      this.link(file, note),
    );
    const opened = await vscode.workspace.openTextDocument({ language: 'markdown', content });
    await vscode.window.showTextDocument(opened, { preview: false });
  }

  private async run(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      await this.log.tell(error);
    }
  }

  private async copyLink({ document }: ReplayPanel, place: Place): Promise<void> {
    await vscode.env.clipboard.writeText(this.link(document.uri.fsPath, place));
    vscode.window.setStatusBarMessage(`Copied the link to event ${place.ordinal}.`, 3000);
  }

  private link(file: string, place: Place): string {
    return deepLink(
      { extensionId: this.places.extensionId, scheme: vscode.env.uriScheme },
      file,
      place,
    );
  }

  /** Lays out both sides of a case as the log has them and opens the byte view on them. */
  private async compareCase(
    { document }: ReplayPanel,
    { sample, ordinal, name }: Place & { readonly name: string },
  ): Promise<void> {
    const transcript = await document.transcript();
    const { testRun } = await transcript.event(sample, ordinal);
    const found = testRun?.cases?.find((one) => one.name === name);
    if (found === undefined || !isComparable(found)) {
      throw new UserError(`The log does not hold both outputs of ${name} at event ${ordinal}.`);
    }
    const key = `${document.uri.toString()}\0${sample}\0${ordinal}\0${name}`;
    const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
    const folder = path.join(this.places.caseFolder, digest);
    const layOut = async (name: string, number: number, side: string, text?: string) => {
      if (text === undefined) {
        return undefined;
      }
      const place = path.join(folder, `${side}-${number}`, fileName(name));
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, text);
      return place;
    };
    const streams = await Promise.all(
      outputsOf(found).map(async (output, number) => ({
        name: output.name,
        expected: await layOut(output.name, number, 'expected', output.expected),
        actual: await layOut(output.name, number, 'actual', output.actual),
      })),
    );
    const { returncode } = found;
    await vscode.commands.executeCommand(commands.compareBytes, {
      title: `${name} at event ${ordinal}`,
      streams,
      ...(returncode === undefined ? {} : { returncode }),
    });
  }
}

/** What a case calls its files is not trusted as a path: it becomes a name like it. */
function fileName(name: string): string {
  return (
    path
      .basename(name)
      .replace(/^\.+|[^\w.-]/g, '_')
      .slice(-80) || 'file'
  );
}

/** What stands in a transcript is not trusted: only links to the web are opened, and VS Code asks. */
async function openLink({ url }: { readonly url: string }): Promise<void> {
  if (!isOpenable(url)) {
    throw new UserError('This link was not opened: only links to web pages and mail are.');
  }
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

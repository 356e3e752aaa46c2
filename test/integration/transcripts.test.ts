import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { openTranscript } from '../../src/core/transcripts/openTranscript';
import { deepLink, isOpenable, parseDeepLink } from '../../src/extension/transcripts/deepLinks';
import { pastFileUri, pastScheme } from '../../src/extension/transcripts/pastFiles';
import { event, evalFile, toolEvent } from '../unit/transcripts/support/inspectLog';
import { eventually } from './workbench';

/** A session of three records that writes one file and edits it. */
function session(): string {
  const call = (index: number, name: string, input: unknown) =>
    record('assistant', [{ type: 'tool_use', id: `t${index}`, name, input }], index);
  const done = (index: number) =>
    record('user', [{ type: 'tool_result', tool_use_id: `t${index - 1}`, content: 'done' }], index);
  return [
    record('user', 'Write a file', 0),
    call(1, 'Write', { file_path: '/w/a.txt', content: 'one\ntwo\n' }),
    done(2),
    call(3, 'Edit', { file_path: '/w/a.txt', old_string: 'two', new_string: 'three' }),
    done(4),
  ].join('\n');
}

function record(role: 'user' | 'assistant', content: unknown, index: number): string {
  return JSON.stringify({
    type: role,
    uuid: `u${index}`,
    parentUuid: index === 0 ? null : `u${index - 1}`,
    sessionId: 's',
    version: '2.0.0',
    cwd: '/w',
    timestamp: new Date(1_780_000_000_000 + index * 1000).toISOString(),
    message: { role, content, id: `m${index}`, type: 'message' },
  });
}

suite('replay in VS Code', () => {
  let folder = '';
  suiteSetup(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcw-replay-'));
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  test('opens a transcript on request, and gives its files as they stood', async () => {
    const file = vscode.Uri.file(path.join(folder, 'session.jsonl'));
    await writeFile(file.fsPath, session());
    await vscode.commands.executeCommand('mirrorcode.openInReplay', file);
    await eventually('the replay editor', () => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      assert.ok(input instanceof vscode.TabInputCustom && input.viewType === 'mirrorcode.replay');
    });
    const text = async (ordinal: number) => {
      const uri = pastFileUri(file, { sample: 0, ordinal, file: '/w/a.txt' });
      assert.equal(uri.scheme, pastScheme);
      return (await vscode.workspace.openTextDocument(uri)).getText();
    };
    assert.deepEqual(
      [await text(0), await text(2), await text(4)],
      ['', 'one\ntwo\n', 'one\nthree\n'],
    );
  });

  test('follows a log that is written anew while it is open', async () => {
    const file = vscode.Uri.file(path.join(folder, 'running.eval'));
    const create = (second: number, text: string) =>
      toolEvent(
        second,
        {
          id: `c${second}`,
          tool: 'text_editor',
          args: { command: 'create', path: '/w/b.txt', file_text: text },
        },
        'done',
      );
    await writeFile(file.fsPath, evalFile([{ events: [create(0, 'first\n')] }]));
    await vscode.commands.executeCommand('mirrorcode.openInReplay', file);
    // An address of its own each time: VS Code keeps a document that it was given.
    let ordinal = 0;
    const shows = (wanted: string) =>
      eventually(`the file ${JSON.stringify(wanted)}`, async () => {
        const uri = pastFileUri(file, { sample: 0, ordinal: ++ordinal, file: '/w/b.txt' });
        assert.equal((await vscode.workspace.openTextDocument(uri)).getText(), wanted);
      });
    await shows('first\n');
    const events = [create(0, 'first\n'), create(1, 'second\n')];
    await writeFile(file.fsPath, evalFile([{ events }]));
    await shows('second\n');
  });

  test('reads logs of many zstd frames whole with the decoder of VS Code’s own Node', async () => {
    const events = Array.from({ length: 400 }, (_, index) =>
      event(index, 'info', { source: 'x', data: `number ${index}` }),
    );
    const file = path.join(folder, 'frames.eval');
    await writeFile(file, evalFile([{ events }], { zstdFrames: 5000 }));
    const transcript = await openTranscript(file);
    try {
      const { events: count } = await transcript.load(0);
      const { unread } = await transcript.overview(0);
      assert.deepEqual([count, unread], [400, []]);
    } finally {
      transcript.dispose();
    }
  });

  test('links name a file and an event, and nothing else is opened', () => {
    const link = deepLink({ extensionId: 'a.b', scheme: 'vscode' }, '/w/x y.eval', {
      sample: 2,
      ordinal: 34,
    });
    const { path: linkPath, query } = vscode.Uri.parse(link);
    assert.deepEqual(parseDeepLink(linkPath, query), {
      file: '/w/x y.eval',
      place: { sample: 2, ordinal: 34 },
    });
    assert.equal(parseDeepLink('/replay', 'file=relative.eval&event=1'), undefined);
    assert.equal(parseDeepLink('/replay', 'file=/a&event=-1'), undefined);
    assert.deepEqual(
      ['https://a.b', 'command:x', 'file:///etc/passwd', 'vscode://a', 'javascript:1'].map(
        isOpenable,
      ),
      [true, false, false, false, false],
    );
  });
});

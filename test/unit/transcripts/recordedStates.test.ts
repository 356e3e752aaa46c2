import assert from 'node:assert/strict';
import path from 'node:path';
import { WorkspaceHistory } from '../../../src/core/agents/history';
import { bytesContent } from '../../../src/core/cases/content';
import type { Transcript } from '../../../src/core/transcripts/openTranscript';
import { evalFile, event, modelEvent, toolEvent } from './support/inspectLog';
import { Temporary } from './support/temporary';

const file = '/workdir/src/a.txt';

suite('The workspace where its states were recorded', () => {
  let files: Temporary;
  let history: WorkspaceHistory;
  setup(() => {
    files = new Temporary();
    history = new WorkspaceHistory(path.join(files.folder, 'history'));
  });
  teardown(() => files.dispose());

  const info = (source: string, data: unknown) => event(0, 'info', { source, data });
  /** A call as the log has it: asked for by the model, then carried out. */
  const asked = (...ids: readonly string[]) => {
    const calls = ids.map((id) => ({ id, function: 'bash', arguments: {}, type: 'function' }));
    const message = { role: 'assistant', content: '', tool_calls: calls };
    return modelEvent(0, { more: { output: { model: 'mock', choices: [{ message }] } } });
  };
  const done = (id: string, command: string) =>
    toolEvent(0, { id, tool: 'bash', args: { cmd: command } }, '');
  const write = (text: string, name = file) => `echo ${text} > ${name}`;
  async function state(step: number, texts: Readonly<Record<string, string>>) {
    const hash = await history.record(
      Object.entries(texts).map(([name, text]) => ({
        kind: 'file',
        path: name,
        mode: 0o644,
        content: bytesContent(text),
      })),
    );
    return info('workspace', { state: hash, step });
  }
  const open = (events: readonly object[]) =>
    files.open(files.write('log.eval', evalFile([{ events }])));
  const textAt = async (transcript: Transcript, ordinal: number, name = file) =>
    (await transcript.fileAt(0, name, ordinal))?.text;

  test('within a step, and after the last state, edits are put on top of it', async () => {
    const transcript = await open([
      asked('a'),
      done('a', write('one')),
      await state(1, { 'a.txt': 'ONE\n' }),
      asked('b', 'c'),
      done('b', write('two')),
      done('c', 'true'),
      await state(2, { 'a.txt': 'TWO\n', 'b.txt': 'new\n' }),
      asked('d'),
      done('d', write('three')),
    ]);
    const texts = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => textAt(transcript, at)),
    );
    assert.deepEqual(texts, [
      undefined,
      ...['ONE\n', 'ONE\n', 'ONE\n', 'two\n', 'TWO\n', 'TWO\n', 'TWO\n', 'three\n'],
    ]);
    const listed = await transcript.workspace(0, 8);
    assert.deepEqual(
      listed.map(({ path: name, ordinal, changes }) => [name, ordinal, changes]),
      [
        [file, 8, 3],
        ['/workdir/src/b.txt', 5, 1],
      ],
    );
  });

  test('a step that names no state has changed nothing, unless it could not be kept', async () => {
    const transcript = await open([
      asked('a'),
      done('a', write('one')),
      await state(1, { 'a.txt': 'one\n' }),
      asked('b'),
      done('b', write('never')),
      asked('c'),
      done('c', write('lost')),
      info('workspace', "The workspace's state was not kept: it is too large."),
      asked('d'),
      done('d', 'true'),
      info('run', { resumed: true, step: 1 }),
      asked('e'),
      done('e', write('x', '/tmp/x')),
      asked('f'),
    ]);
    assert.equal(await textAt(transcript, 4), 'one\n');
    assert.equal(await textAt(transcript, 5), 'one\n');
    assert.equal(await textAt(transcript, 13), 'one\n', 'as it was when the run went on');
    assert.equal(await textAt(transcript, 13, '/tmp/x'), 'x\n', 'what no state speaks of stays');
    assert.deepEqual(
      (await transcript.workspace(0, 13)).map(({ path: name }) => name),
      ['/tmp/x', file],
    );
  });

  test('a state that cannot be read leaves the edits, until the next that can', async () => {
    const transcript = await open([
      asked('a'),
      done('a', write('one')),
      info('workspace', { state: 'f'.repeat(64), step: 1 }),
      asked('b'),
      done('b', 'true'),
      await state(2, { 'a.txt': 'ONE\n' }),
      asked('c'),
    ]);
    assert.equal(await textAt(transcript, 3), 'one\n');
    assert.equal(await textAt(transcript, 4), 'ONE\n');
    const problems = await transcript.workspaceProblems(0);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^From event 1 on: The run's history holds no state ffff/u);
  });

  test('what a run marks in its log are sentences, and other information is shown as it is', async () => {
    const transcript = await open([
      await state(3, { 'a.txt': 'x\n' }),
      info('run', { resumed: true, step: 2 }),
      info('workspace', { seen: 1 }),
    ]);
    const summaries = await transcript.summaries(0, 0, 3);
    assert.deepEqual(
      summaries.map(({ title }) => title),
      ['Files kept after step 3.', 'Run resumed after step 2.', 'workspace: {"seen":1}'],
    );
  });
});

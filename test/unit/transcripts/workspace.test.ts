import assert from 'node:assert/strict';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { findAttempts, readAttempt } from '../../../src/core/transcripts/workspace/attempts';
import { gapText } from '../../../src/core/transcripts/workspace/trackedFile';
import { evalFile, event, toolEvent } from './support/inspectLog';
import { Temporary } from './support/temporary';

suite('The workspace through time', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  /** A run of tool calls: tool, arguments, result, and whether it failed. */
  async function run(...calls: readonly (readonly [string, object, string?, boolean?])[]) {
    const events = calls.map(([tool, args, result, failed], number) =>
      toolEvent(
        number,
        {
          id: `c${number}`,
          tool,
          args,
          more: failed === true ? { error: { type: 'unknown', message: 'no' } } : {},
        },
        result ?? '',
      ),
    );
    return files.open(files.write(`run-${Math.random()}.eval`, evalFile([{ events }])));
  }
  const bash = (cmd: string, result = '') => ['bash', { cmd }, result] as const;
  const edit = (args: object, result = 'ok') => ['text_editor', args, result] as const;

  test('edits of an editor are followed line by line', async () => {
    const transcript = await run(
      edit({ command: 'create', path: '/w/a.py', file_text: 'one\ntwo\nthree\n' }),
      edit({ command: 'str_replace', path: '/w/a.py', old_str: 'two', new_str: '2\nzwei' }),
      edit({ command: 'insert', path: '/w/a.py', insert_line: 1, insert_text: 'between' }),
      edit(
        { command: 'str_replace', path: '/w/a.py', old_str: 'absent', new_str: 'x' },
        'No replacement was performed',
      ),
      [
        'text_editor',
        { command: 'str_replace', path: '/w/a.py', old_str: 'one', new_str: 'never' },
        '',
        true,
      ],
      edit({ command: 'undo_edit', path: '/w/a.py' }),
    );
    const texts = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((at) => transcript.fileAt(0, '/w/a.py', at)),
    );
    assert.deepEqual(
      texts.map((version) => version?.text),
      [
        'one\ntwo\nthree\n',
        'one\n2\nzwei\nthree\n',
        'one\nbetween\n2\nzwei\nthree\n',
        'one\nbetween\n2\nzwei\nthree\n',
        'one\nbetween\n2\nzwei\nthree\n',
        'one\n2\nzwei\nthree\n',
      ],
    );
    const third = texts[2];
    assert.equal(third?.complete, true);
    assert.equal(third.ordinal, 2);
    assert.deepEqual(third.parts, [
      { from: 1, to: 1, certainty: 'known', ordinal: 0 },
      { from: 2, to: 2, certainty: 'known', ordinal: 2 },
      { from: 3, to: 4, certainty: 'known', ordinal: 1 },
      { from: 5, to: 5, certainty: 'known', ordinal: 0 },
    ]);
    assert.equal(await transcript.fileAt(0, '/w/b.py', 5), null);
    assert.deepEqual(
      (await transcript.fileHistory(0, '/w/a.py')).map(({ ordinal }) => ordinal),
      [0, 1, 2, 5],
    );
  });

  test('shell commands: here-documents, echo, copies, moves and removals', async () => {
    const transcript = await run(
      bash("cd /w && cat > a.c <<'EOF'\nint main() { return 0; }\n$HOME stays\nEOF\nmake"),
      bash('cat <<EOF >> /w/a.c\nmore\nEOF'),
      bash('echo "hello world" > /w/b.txt; printf \'x\\ny\' > /w/c.txt && echo -n z >> /w/b.txt'),
      bash('cp /w/a.c /w/copy.c && mv /w/b.txt /w/moved.txt && rm -f /w/c.txt'),
      bash('cat <<EOF > /w/d.txt\nuser: $USER\nEOF'),
      bash("tee -a /w/moved.txt <<'X' >/dev/null\ntail\nX"),
      bash('make 2> /w/errors.txt && ls /w > /w/list.txt 2>&1'),
    );
    const text = async (name: string) => (await transcript.fileAt(0, `/w/${name}`, 99))?.text;
    assert.equal(await text('a.c'), 'int main() { return 0; }\n$HOME stays\nmore\n');
    assert.equal(await text('copy.c'), 'int main() { return 0; }\n$HOME stays\nmore\n');
    assert.equal(await text('moved.txt'), 'hello world\nztail\n');
    const gone = await transcript.workspace(0, 99);
    assert.deepEqual(
      gone.map(({ path: name, exists }) => [name, exists]),
      [
        ['/w/a.c', true],
        ['/w/b.txt', false],
        ['/w/c.txt', false],
        ['/w/copy.c', true],
        ['/w/d.txt', true],
        ['/w/list.txt', true],
        ['/w/moved.txt', true],
      ],
    );
    const unknown = await transcript.fileAt(0, '/w/d.txt', 99);
    assert.equal(
      unknown?.complete,
      false,
      'a variable was expanded: what became of it is not in the record',
    );
    assert.equal(unknown.text, gapText);
    assert.deepEqual(
      (await transcript.workspace(0, 0)).map(({ path: name }) => name),
      ['/w/a.c'],
    );
  });

  test('what the record does not show is marked, never made up', async () => {
    const transcript = await run(
      edit({ command: 'create', path: '/w/a', file_text: 'one\ntwo\n' }),
      bash("sed -i 's/one/1/' /w/a"),
      edit({ command: 'str_replace', path: '/w/a', old_str: 'two', new_str: '2' }),
      edit({ command: 'view', path: '/w/a' }, '     1\t1\n     2\t2\n'),
      edit({ command: 'str_replace', path: '/w/unseen', old_str: 'old', new_str: 'new text' }),
    );
    const at = async (ordinal: number) =>
      (await transcript.fileAt(0, '/w/a', ordinal))?.parts.map(({ certainty }) => certainty);
    assert.deepEqual(await at(0), ['known']);
    assert.deepEqual(await at(1), ['inferred']);
    assert.deepEqual(await at(2), ['inferred', 'known']);
    assert.deepEqual(await at(3), ['known', 'known'], 'seen again, it is known');
    assert.equal((await transcript.fileAt(0, '/w/a', 3))?.text, '1\n2\n');
    const unseen = await transcript.fileAt(0, '/w/unseen', 9);
    assert.equal(unseen?.complete, false);
    assert.equal(unseen.text, `${gapText}new text${gapText}`);
  });

  test('patches, of apply_patch and of git', async () => {
    const patch = [
      '*** Begin Patch',
      '*** Add File: src/new.txt',
      '+alpha',
      '+beta',
      '*** Update File: src/old.txt',
      '*** Move to: src/renamed.txt',
      '@@ def f():',
      ' two',
      '-three',
      '+3',
      ' four',
      '*** Delete File: src/gone.txt',
      '*** End Patch',
    ].join('\n');
    const diff =
      "git apply <<'EOF'\n--- a/src/new.txt\n+++ b/src/new.txt\n@@ -1,2 +1,2 @@\n alpha\n-beta\n+gamma\n--- /dev/null\n+++ b/made.txt\n@@ -0,0 +1 @@\n+made\nEOF";
    const transcript = await run(
      bash("cat > src/old.txt <<'E'\none\ntwo\nthree\nfour\nE\necho x > src/gone.txt"),
      ['apply_patch', { input: patch }],
      bash(diff),
    );
    const text = async (name: string) => (await transcript.fileAt(0, name, 9))?.text;
    assert.equal(await text('src/renamed.txt'), 'one\ntwo\n3\nfour\n');
    assert.equal(await text('src/new.txt'), 'alpha\ngamma\n');
    assert.equal(await text('made.txt'), 'made\n');
    const exists = new Map(
      (await transcript.workspace(0, 9)).map((file) => [file.path, file.exists]),
    );
    assert.equal(exists.get('src/old.txt'), false);
    assert.equal(exists.get('src/gone.txt'), false);
  });

  test('Claude Code: whole files that results hold are known even where edits are small', async () => {
    const line = (
      uuid: string,
      parentUuid: string | null,
      type: string,
      content: unknown,
      more = {},
    ) => ({
      uuid,
      parentUuid,
      type,
      sessionId: 's',
      cwd: '/w',
      message: { role: type, content },
      ...more,
    });
    const use = (id: string, name: string, input: object) => [
      { type: 'tool_use', id, name, input },
    ];
    const answer = (id: string) => [{ type: 'tool_result', tool_use_id: id, content: 'ok' }];
    const transcript = await files.open(
      files.lines('s.jsonl', [
        line(
          '1',
          null,
          'assistant',
          use('a', 'Edit', {
            file_path: '/w/x',
            old_string: 'b',
            new_string: 'B',
            replace_all: true,
          }),
        ),
        line('2', '1', 'user', answer('a'), {
          toolUseResult: { filePath: '/w/x', originalFile: 'a\nb\nbc\n' },
        }),
        line('3', '2', 'assistant', use('b', 'Bash', { command: 'echo hi > rel.txt' })),
        line('4', '3', 'user', answer('b')),
        line(
          '5',
          '4',
          'assistant',
          use('c', 'MultiEdit', {
            file_path: '/w/rel.txt',
            edits: [
              { old_string: 'hi', new_string: 'ho' },
              { old_string: 'ho', new_string: 'hey' },
            ],
          }),
        ),
        line('6', '5', 'user', answer('c')),
      ]),
    );
    assert.equal((await transcript.fileAt(0, '/w/x', 9))?.text, 'a\nB\nBc\n');
    assert.equal(
      (await transcript.fileAt(0, '/w/rel.txt', 9))?.text,
      'hey\n',
      'relative to the session’s folder',
    );
  });

  test('hostile scripts and paths end nothing', async () => {
    const transcript = await run(
      bash(`cat <<'EOF' > ${'../'.repeat(50)}etc/passwd\nx\nEOF`),
      bash('"'.repeat(999)),
      bash(`echo ${'('.repeat(5000)}`),
      bash("cat > /w/open <<'NEVER'\nends here"),
      edit({ command: 'insert', path: '/w/__proto__', insert_line: 1e9, insert_text: 'x' }),
      ['apply_patch', { input: '*** Begin Patch\n*** Update File: x' }],
    );
    const found = await transcript.workspace(0, 99);
    assert.ok(found.some(({ path: name }) => name === '/w/open'));
    assert.ok(found.every(({ path: name }) => typeof name === 'string'));
  });

  test('an archive tells what a command did that the record does not show', async () => {
    const folder = path.join(files.folder, 'artifacts', 'sampleuuid');
    mkdirSync(folder, { recursive: true });
    const tar = pack();
    tar.entry({ name: './cal.py' }, 'as it was scored\n');
    tar.entry({ name: './made.py' }, 'made by a script\n');
    tar.finalize();
    const archive = path.join(folder, 'attempt-00001.tar');
    await finished(tar.pipe(createWriteStream(archive)));
    const args = { command: 'create', path: '/workdir/src/cal.py', file_text: 'as written\n' };
    const score = event(2, 'score', { scorer: 'x', score: { value: { all: 0.5 } } });
    const events = [toolEvent(0, { id: 'a', tool: 'text_editor', args }, 'done'), score];
    const transcript = await files.open(files.write('scored.eval', evalFile([{ events }])));
    const at = async (name: string, ordinal: number) => {
      const version = await transcript.fileAt(0, name, ordinal);
      return version === null ? null : [version.text, version.parts[0]?.certainty];
    };
    assert.deepEqual(await at('/workdir/src/cal.py', 0), ['as written\n', 'known']);
    assert.deepEqual(await at('/workdir/src/cal.py', 1), ['as it was scored\n', 'known']);
    assert.equal(await at('/workdir/src/made.py', 0), null);
    assert.deepEqual(await at('/workdir/src/made.py', 1), ['made by a script\n', 'known']);
    rmSync(archive);
  });

  test('archives of attempts beside the log', async () => {
    const folder = path.join(files.folder, 'artifacts', 'sampleuuid');
    mkdirSync(folder, { recursive: true });
    const tar = pack();
    tar.entry({ name: './src/main.c' }, 'int main;');
    tar.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
    tar.finalize();
    await finished(tar.pipe(createWriteStream(path.join(folder, 'attempt-00002.tar'))));
    const log = files.write('log.eval', evalFile([{ events: [event(0, 'info', { data: 'x' })] }]));
    const [attempt, ...others] = await findAttempts(log, 'sampleuuid');
    assert.equal(others.length, 0);
    assert.equal(attempt?.number, 2);
    const content = await readAttempt(attempt);
    assert.deepEqual(
      [...content].map(([name, bytes]) => [name, bytes.toString()]),
      [['src/main.c', 'int main;']],
    );
    assert.deepEqual(await findAttempts(log, '../..'), []);
    const broken = files.write('broken.tar', Buffer.alloc(700, 'x'));
    await assert.rejects(readAttempt({ number: 1, archive: broken }), { name: 'UserError' });
  });
});

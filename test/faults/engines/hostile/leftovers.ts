import assert from 'node:assert/strict';
import type { HostileRig } from './hostileRig';
import { file, limits, MiB, processesWith, text } from './hostileRig';

/** What a run leaves behind, and what comes back of it. */
export function leftoversSuite(rig: HostileRig): void {
  suite('what a run leaves', () => {
    test('daemons die with it and are counted', async () => {
      const marker = `d${process.pid}x`;
      const { stdout, leftBehind, status } = await rig.python('daemons.py', ['3', marker]);
      assert.deepEqual(status, { kind: 'exit', code: 0 });
      assert.equal(text(stdout), 'left\n');
      assert.equal(leftBehind, 3);
      assert.deepEqual(processesWith(`left-behind-${marker}`), []);
    });

    test('the next run finds nothing of it', async () => {
      // As many as there are lanes, so that each lane has been used.
      await Promise.all([rig.python('leave.py'), rig.python('leave.py')]);
      for (const result of await Promise.all([rig.python('find.py'), rig.python('find.py')])) {
        assert.deepEqual(rig.answerOf(result), []);
      }
    });

    test('a folder that nobody may read comes back, and links are not followed', async () => {
      const { outputs } = await rig.shell(
        'mkdir d; echo x > d/f; chmod 0 d/f d; ln -s /etc/passwd link; ln -s / root; echo y > -e',
      );
      assert.deepEqual(
        outputs.map((entry) => [
          entry.path,
          entry.kind,
          entry.kind === 'file' && entry.content.kind === 'bytes'
            ? text(entry.content.bytes)
            : entry.kind === 'link'
              ? entry.target
              : entry.kind === 'dir'
                ? entry.mode
                : undefined,
        ]),
        [
          ['-e', 'file', 'y\n'],
          ['d', 'dir', 0],
          ['d/f', 'file', 'x\n'],
          ['link', 'link', '/etc/passwd'],
          ['root', 'link', '/'],
        ],
      );
    });

    test('a folder deeper than any path is no trouble', async () => {
      const { status, stdout } = await rig.python('deep.py');
      // Not all of it can come back, and that is said.
      assert.deepEqual(status, { kind: 'limit', limit: 'disk' });
      assert.ok(Number(text(stdout)) > 1000);
      assert.equal(text((await rig.shell('ls -A /work')).stdout), '');
    });

    test('inputs are as they were given, and only real changes come back', async () => {
      const { outputs, stdout } = await rig.shell(
        'cat same > copy && cat copy > same; rm copy gone; echo more >> changed; chmod 700 mode; ls -l',
        {
          files: [
            file('same', 'same'),
            file('gone', 'gone'),
            file('changed', 'one\n'),
            file('mode', 'mode', 0o600),
            file('sub/read-only', 'r', 0o444),
          ],
        },
      );
      assert.deepEqual(
        outputs.map(({ path: at, kind }) => `${kind} ${at}`),
        ['file changed', 'absent gone', 'file mode'],
      );
      assert.match(text(stdout), /-rwx------ 1 \w+ +\w+ +4 Jan +1 +2020 mode/);
    });
  });

  suite('bytes', () => {
    test('escape sequences and every byte pass unchanged', async () => {
      const bytes = Buffer.concat([
        Buffer.from('\x1b]0;title\x07\x1b[2J\x1b[31m\x1bc\x9b5n'),
        Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      ]);
      const result = await rig.run('cat', ['-', 'in'], {
        stdin: bytes,
        files: [{ kind: 'file', path: 'in', mode: 0o600, content: { kind: 'bytes', bytes } }],
      });
      assert.deepEqual(Buffer.from(result.stdout), Buffer.concat([bytes, bytes]));
    });

    test('50 MB go through unchanged, and a program that reads nothing is no trouble', async () => {
      const bytes = Buffer.alloc(50_000_000);
      for (let at = 0; at < bytes.length; at += 4) {
        bytes.writeUInt32LE((at * 2_654_435_761) % 0x1_0000_0000, at);
      }
      const larger = { ...limits, output: 60 * MiB, timeout: 120 };
      const through = await rig.run('cat', [], { stdin: bytes, limits: larger });
      assert.deepEqual(through.status, { kind: 'exit', code: 0 });
      assert.ok(bytes.equals(through.stdout));
      const deaf = await rig.shell('exec 0<&-; echo done', { stdin: bytes });
      assert.equal(text(deaf.stdout), 'done\n');
    });
  });
}

import assert from 'node:assert/strict';
import { script, smallLimits, text } from '../../../support/engines/busyboxSandbox';
import type { DockerRig } from './dockerRig';

const MiB = 1024 * 1024;

/** Programs in an engine’s container: bytes in, bytes out, and how they end. */
export function programsSuite(rig: DockerRig): void {
  suite('programs', () => {
    test('exit codes and signals are told apart', async () => {
      const status = async (line: string) => (await rig.sandbox.exec(script(line))).status;
      assert.deepEqual(await status('exit 0'), { kind: 'exit', code: 0 });
      assert.deepEqual(await status('exit 137'), { kind: 'exit', code: 137 });
      assert.deepEqual(await status('kill -9 $$'), { kind: 'signal', signal: 9 });
      assert.deepEqual(await status('kill -TERM $$'), { kind: 'signal', signal: 15 });
      const missing = await rig.sandbox.exec(script('', { program: '/bin/nothing' }));
      assert.equal(missing.status.kind, 'unstartable');
    });

    test('arguments and streams are bytes', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const echo = await rig.sandbox.exec(script('cat', { stdin: bytes }));
      assert.deepEqual(Buffer.from(echo.stdout), bytes);
      const args = ['-c', 'printf %s "$1"; printf err >&2', 'sh', 'a\udcffb'];
      const argument = await rig.sandbox.exec(script('', { args }));
      assert.deepEqual(Buffer.from(argument.stdout), Buffer.from([0x61, 0xff, 0x62]));
      assert.equal(text(argument.stderr), 'err');
    });

    test('the streams are pipes', async () => {
      const result = await rig.sandbox.exec(
        script('cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr', {
          stdin: Buffer.from('in\n'),
        }),
      );
      assert.equal(text(result.stdout), 'in\nout\n');
      assert.equal(text(result.stderr), 'err\n');
    });

    test('50 MB go in and come out unchanged', async () => {
      const bytes = Buffer.alloc(50_000_000);
      for (let at = 0; at < bytes.length; at += 4) {
        bytes.writeUInt32LE((at * 2_654_435_761) % 0x1_0000_0000, at);
      }
      const limits = { ...smallLimits, timeout: 60, output: 60 * MiB };
      const result = await rig.sandbox.exec(script('cat', { stdin: bytes, limits }));
      assert.deepEqual(result.status, { kind: 'exit', code: 0 });
      assert.ok(bytes.equals(result.stdout));
    });

    test('what a program leaves in its directory comes back', async () => {
      const content = (value: string) => ({ kind: 'bytes', bytes: Buffer.from(value) }) as const;
      const result = await rig.sandbox.exec(
        script('echo new > a/new; echo more >> kept; rm gone; ln -s kept link; printf "" > empty', {
          files: [
            { kind: 'dir', path: 'a', mode: 0o755 },
            { kind: 'file', path: 'gone', mode: 0o644, content: content('x') },
            { kind: 'file', path: 'kept', mode: 0o600, content: content('one\n') },
            { kind: 'file', path: 'same', mode: 0o644, content: content('same') },
          ],
        }),
      );
      const seen = result.outputs.map((entry) => [
        entry.kind,
        entry.path,
        entry.kind === 'file' && entry.content.kind === 'bytes'
          ? text(entry.content.bytes)
          : undefined,
      ]);
      assert.deepEqual(seen, [
        ['file', 'a/new', 'new\n'],
        ['file', 'empty', ''],
        ['absent', 'gone', undefined],
        ['file', 'kept', 'one\nmore\n'],
        ['link', 'link', undefined],
      ]);
    });

    test('a working directory and a host name of any kind', async () => {
      const result = await rig.sandbox.exec(
        script('pwd; cat /proc/sys/kernel/hostname; echo x > x', {
          cwd: '/srv/elsewhere',
          hostname: 'othername',
        }),
      );
      assert.equal(text(result.stdout), '/srv/elsewhere\nothername\n');
      assert.equal(result.outputs.length, 1);
    });
  });
}

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import fc from 'fast-check';
import { registerDiffCommand } from '../../../src/cli/diff';
import { reportError } from '../../../src/cli/io';
import type { CliIo } from '../../../src/cli/io';
import type { Hunk } from '../../../src/core/bytes/regionTable';
import { applyHunks } from './applyHunks';
import { editedPair } from './pairs';

interface DiffJson {
  readonly equal: boolean;
  readonly sizes: readonly [number, number];
  readonly firstDifference: { offset: number; line: number; column: number } | null;
  readonly class: string;
  readonly hunks: readonly (Hunk & { readonly bytes: readonly Hunk[] })[];
}

suite('mirrorcode diff', () => {
  let folder = '';
  suiteSetup(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'diff-command-'));
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));

  /** Runs the command in this process. */
  async function run(
    args: readonly string[],
    stdin: Uint8Array = new Uint8Array(),
    signal = new AbortController().signal,
  ) {
    let stdout = '';
    const notes: string[] = [];
    let code = 0;
    const io: CliIo = {
      cwd: folder,
      distDir: '/nowhere',
      env: {},
      stdin: Readable.from([Buffer.from(stdin)]),
      signal,
      out: (text) => (stdout += typeof text === 'string' ? text : Buffer.from(text).toString()),
      json: (document) => (stdout += JSON.stringify(document)),
      note: (line) => notes.push(line),
      progress: () => undefined,
      setExitCode: (given) => (code = given),
    };
    const program = new Command('mirrorcode').exitOverride();
    registerDiffCommand(program, io);
    try {
      await program.parseAsync(['node', 'mirrorcode', 'diff', ...args]);
    } catch (error) {
      code = reportError(io, error);
    }
    return { stdout, notes, code };
  }

  function files(a: Uint8Array | string, b: Uint8Array | string): [string, string] {
    writeFileSync(path.join(folder, 'a'), a);
    writeFileSync(path.join(folder, 'b'), b);
    return ['a', 'b'];
  }

  const json = async (a: Uint8Array | string, b: Uint8Array | string) => {
    const { stdout, code } = await run([...files(a, b), '--json']);
    return { ...(JSON.parse(stdout) as DiffJson), code };
  };

  test('tells equal files by exit code 0 and different ones by 1', async () => {
    assert.deepEqual(await json('same\n', 'same\n'), {
      equal: true,
      sizes: [5, 5],
      firstDifference: null,
      class: 'equal',
      coarse: false,
      hunks: [],
      code: 0,
    });
    assert.deepEqual(await json('a\nb\n', 'a\r\nb\n'), {
      equal: false,
      sizes: [4, 5],
      firstDifference: { offset: 1, line: 1, column: 2 },
      class: 'line-ends',
      coarse: false,
      hunks: [{ a: [0, 2], b: [0, 3], bytes: [{ a: [1, 1], b: [1, 2] }] }],
      code: 1,
    });
  });

  test('gives hunks, and bytes in them, that turn the one file into the other', async () => {
    await fc.assert(
      fc.asyncProperty(editedPair, async ({ a, b }) => {
        const { hunks, equal } = await json(a, b);
        assert.equal(equal, a.equals(b));
        assert.ok(applyHunks(a, b, hunks).equals(b));
        assert.ok(
          applyHunks(
            a,
            b,
            hunks.flatMap(({ bytes }) => bytes),
          ).equals(b),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('shows the first differing bytes with everything visible, in hex as xxd has it', async () => {
    const a = 'name\ttotal\ncaf\u00e9 1.50\nend\n';
    const b = 'name\ttotal\ncaf\u00e9 1.5\r\nend';
    const { stdout, code } = await run(files(a, b));
    assert.equal(code, 1);
    assert.match(stdout, /first differ at byte 20 \(line 2, column 10\)/);
    assert.match(stdout, /^A {2}café 1\.50\\n\n {11}\^$/m);
    assert.match(stdout, /^B {2}café 1\.5\\r\\n\n {11}\^$/m);
    assert.match(stdout, /A {2}a {2}26 bytes\nB {2}b {2}25 bytes/);
    if (spawnSync('xxd', ['-v']).error === undefined) {
      const dump = execFileSync('xxd', ['-g1', '-s', '16', path.join(folder, 'b')], {
        encoding: 'utf8',
      });
      const hex = /: ((?:[0-9a-f]{2} )+)/.exec(dump)![1]!.trim();
      assert.ok(stdout.includes(`00000010  ${hex}`));
    }
  });

  test('says what it is when one side has ended, and when both are equal', async () => {
    assert.match((await run(files('ab\n', 'ab\ncd\n'))).stdout, /^A {2}\(ends here\)$/m);
    assert.match((await run(files('x', 'x'))).stdout, /a and b are the same 1 byte\./);
  });

  test('takes a side from standard input', async () => {
    files('from the pipe\n', '');
    const { stdout, code } = await run(['a', '-'], Buffer.from('from the pipe\n'));
    assert.equal(code, 0);
    assert.match(stdout, /a and - are the same/);
  });

  test('a comparison can be cancelled while the files are still the same', async () => {
    const { stdout, notes, code } = await run(
      files('same', 'same'),
      undefined,
      AbortSignal.abort(),
    );
    assert.deepEqual({ stdout, notes, code }, { stdout: '', notes: ['Cancelled.'], code: 130 });
  });

  test('a file that is missing or no file ends with 2 and a sentence', async () => {
    files('x', 'y');
    const missing = await run(['a', 'none']);
    assert.equal(missing.code, 2);
    assert.match(missing.notes.join('\n'), /no file .*none to compare/);
    assert.equal(missing.stdout, '');
    const directory = await run(['a', '.']);
    assert.equal(directory.code, 2);
    assert.match(directory.notes.join('\n'), /not a file/);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case, CaseInput, Gold } from '../../../src/core/cases/case';
import { bytesContent, readContent } from '../../../src/core/cases/content';
import { readTree, writeTree } from '../../../src/core/cases/exchange/byteTree';
import { importCases } from '../../../src/core/cases/exchange/importCases';
import { printed } from '../../../src/core/cases/exchange/suites/printed';
import { readSuiteDrafts } from '../../../src/core/cases/exchange/suites/suiteDrafts';
import { openTarget } from '../../../src/core/targets/openTarget';

const cram = String.raw`A comment.

  $ cat > in.txt <<EOF
  > one
  > two
  > EOF
  $ sed -n 2p in.txt
  two
  $ printf 'a\tb\n' | sed 's/\t/-/'
  a-b
  $ sed 's/o/0/' < in.txt > out.txt
  $ sed p out.txt
  $ export LC_ALL=C
  $ echo -n "a b" | sed 's/ /_/' | cat
  a_b (no-eol)
  $ if true; then sed p in.txt; fi
  $ sed -f "$TESTDIR/script.sed" in.txt
  three
  two
  $ date
  $ sed s/a/b/ <<< abc
  bbc
  $ sed -n '$p' <<'END' && sed -n 1p in.txt
  > $HOME
  > last
  > END
  last
  one
  $ sed "unclosed
  $ mkdir -p d && echo x >> d/f; echo y >> d/f
  $ sed = d/f 2>&1
  1
  x
  2
  y
`;

suite('cases: the test suites of other tools', () => {
  let root: string;
  suiteSetup(function () {
    if (spawnSync('sed', ['--version']).status !== 0) {
      console.log('    skipped: no sed of GNU found to ask');
      this.skip();
    }
  });
  setup(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-suites-'));
    await writeFile(path.join(root, 'mirrorcode.json'), '{ "name": "sed" }');
  });
  teardown(() => rm(root, { recursive: true }));

  const put = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
    return path.join(root, file);
  };
  const read = async (source: string) => importCases(source, await options());
  const options = async () => ({ target: await openTarget(root), follow: run });
  const stdinOf = async ({ input }: Case) => Buffer.from(await readContent(input.stdin)).toString();

  /** What the real program answers to an input, and what it leaves. */
  async function run(input: CaseInput): Promise<Gold> {
    const cwd = await mkdtemp(path.join(root, 'cwd-'));
    await writeTree(cwd, input.files);
    const { stdout, stderr, status } = spawnSync('sed', [...input.args], {
      cwd,
      input: Buffer.from(await readContent(input.stdin)),
      env: { PATH: process.env['PATH'], ...input.env },
    });
    const after = await readTree(cwd, { modes: 'exact' });
    const outputs = after.filter((entry) => entry.kind === 'file');
    return {
      stdout: bytesContent(stdout),
      stderr: bytesContent(stderr),
      returncode: status ?? -1,
      outputs,
    };
  }
  const answer = async ({ input }: Case) =>
    Buffer.from(await readContent((await run(input)).stdout)).toString();

  test('cram: each call of the target is a case that answers as the suite says', async () => {
    await put('script.sed', 's/one/three/\n');
    const { cases, refused } = await read(await put('basic.t', cram));
    const answers = await Promise.all(cases.map(answer));
    assert.deepEqual(answers, [
      'two\n',
      'a-b\n',
      '0ne\ntw0\n',
      '0ne\n0ne\ntw0\ntw0\n',
      'a_b',
      'three\ntwo\n',
      'bbc\n',
      'last\n',
      'one\n',
      '1\nx\n2\ny\n',
    ]);
    const reasons: [string, RegExp][] = [
      ['basic, line 16', /it runs "if", which is not the target/u],
      ['basic, line 29', /a quotation mark is not closed/u],
    ];
    assert.deepEqual(
      refused.map(({ name }) => name),
      reasons.map(([name]) => name),
    );
    refused.forEach(({ reason }, i) => assert.match(reason, reasons[i]![1]));
    assert.deepEqual(cases[4]?.input.env, { LC_ALL: 'C' });
    assert.ok(cases.every(({ gold, name }) => gold === undefined && name.startsWith('basic/')));
  });

  const chain = String.raw`
  $ printf 'one\ntwo\n' > list && sed -i s/one/1/ list
  $ sed -n 1p list
  1
  $ sed s/two/2/ list > new; sed '' new | sed -n '$p'
  2
  $ sed q nowhere && sed 1d list
  sed: can't read nowhere: No such file or directory
  [2]
  $ sed q nowhere 2> /dev/null || sed 1d list
  two
  $ sed -n p list | tee copy | sed 1q
  1
  $ mv copy moved && rm new
  $ sed -n wmade moved; sed p made
  1
  1
  two
  two
  $ A=1
  $ export A
  $ mkdir -p sub; cp made sub
  $ sed -n 2p sub/made
  two
`;

  test('a call gets the files as the calls before it left them', async () => {
    const { cases, refused } = await read(await put('chain.t', chain));
    assert.deepEqual(refused, []);
    assert.deepEqual(await Promise.all(cases.map(answer)), [
      ...['', '1\n', '1\n2\n', '1\n2\n', '2\n'],
      ...['', '', 'two\n', '1\ntwo\n', '1\n'],
      ...['', '1\n1\ntwo\ntwo\n', 'two\n'],
    ]);
    const last = cases.at(-1)?.input;
    assert.deepEqual(
      last?.files.map(({ path }) => path),
      ['list', 'made', 'moved', 'sub', 'sub/made'],
    );
    assert.deepEqual(last.env, { A: '1' });
  });

  test('a script beside the suite is followed, and aliases stand for what they mean', async () => {
    await put('setup.sh', '# shellcheck\nalias sed="$TESTDIR/../sed -n"\nexport B=1\n');
    const { cases, refused } = await read(
      await put(
        'setup.t',
        '  $ . $TESTDIR/setup.sh\n  $ echo x | B=2 sed p\n  x\n  $ unalias sed; sed p\n',
      ),
    );
    assert.deepEqual(refused, []);
    assert.deepEqual(
      cases.map(({ input }) => [input.args, input.env, input.files]),
      [
        [['-n', 'p'], { B: '2' }, []],
        [['p'], { B: '1' }, []],
      ],
    );
  });

  test('what comes after a step that can not be followed is taken where the answer is the suite’s', async () => {
    const { cases, refused } = await read(
      await put(
        'lost.t',
        '  $ echo a > f\n  $ sh -c "echo b > f"\n  $ sed p f\n  b\n  b\n  $ echo x | sed p\n  x\n  x\n' +
          '  $ echo y | sed d\n  $ echo z | sed p\n  z* (glob)\n  $ cd d\n',
      ),
    );
    assert.deepEqual(await Promise.all(cases.map(answer)), ['x\nx\n']);
    assert.deepEqual(
      refused.map(({ name, reason }) => `${name}: ${reason}`),
      [
        'lost, line 2: it runs "sh", which is not the target',
        ...[3, 9, 10].map(
          (line) =>
            `lost, line ${line}: it comes after line 2, where it runs "sh", which is not the target`,
        ),
        'lost, line 12: it goes to d, which is no folder of its own',
      ],
    );
  });

  test('a folder is gone into, and what lies above it can not come along', async () => {
    const { cases, refused } = await read(
      await put(
        'folder.t',
        '  $ mkdir -p d/e; cd d/e; echo in > f\n  $ sed p f\n  in\n  in\n  $ echo up > ../g\n  $ sed p f\n  $ echo "$HOME"\n',
      ),
    );
    assert.deepEqual(
      cases.map(({ input }) => input.files.map(({ path }) => path)),
      [['f']],
    );
    assert.match(refused[0]?.reason ?? '', /runs in d\/e, and a case can't carry what lies above/u);
    assert.match(refused[1]?.reason ?? '', /a variable would be expanded/u);
  });

  test('trycmd: fences of a document, and a case in TOML with its folder', async () => {
    await put(
      'docs.md',
      '# Use\n```console\n$ sed -n 1p a.txt\nx\n\n$ sed \\\n> -e p\n? 1\n```\n```sh\n$ sed no\n```\n',
    );
    await put('docs.in/a.txt', 'x\n');
    const markdown = await read(path.join(root, 'docs.md'));
    assert.deepEqual(markdown.refused, []);
    assert.deepEqual(
      markdown.cases.map(({ input }) => [input.args, input.files.map((file) => file.path)]),
      [
        [['-n', '1p', 'a.txt'], ['a.txt']],
        [['-e', 'p'], ['a.txt']],
      ],
    );
    await put(
      'plain.trycmd',
      "```\n$ x='1 2' sed --expression 'a | b' $HOME *.txt;\n```\n````console,ignore\n$ sed no\n````\n",
    );
    const plain = await read(path.join(root, 'plain.trycmd'));
    // No shell reads these: what one would expand is a word like any other.
    assert.deepEqual(
      plain.cases.map(({ input }) => [input.env, input.args]),
      [[{ x: '1 2' }, ['--expression', 'a | b', '$HOME', '*.txt;']]],
    );
    await put('cmd/deep.in/d/f', 'x\n');
    await put('cmd/deep.toml', 'args = ["p", "f"]\nfs.base = "deep.in/d"\n');
    await put('cmd/four.in/top', '');
    await put('cmd/four.in/d/f', 'x\n');
    await put('cmd/four.toml', 'args = ["p", "../top"]\nfs.cwd = "four.in/d"\n');
    await put('cmd/other.toml', 'bin.name = "awk"\n');
    await put(
      'cmd/one.toml',
      'bin.name = "sed"\nargs = ["-n", "$p"]\nstatus.code = 0\n[env.add]\nLC_ALL = "C"\n',
    );
    await put('cmd/one.stdin', 'in');
    await put('cmd/two.toml', 'args = "s/a/\'b c\'/"\nstdin = """\nhere\n"""\n');
    await put('cmd/bad.toml', 'args = [');
    await put('cmd/free.toml', 'args = "p"\nenv.remove = ["LC_ALL", "RUST_LOG"]\n');
    const { cases, refused } = await read(path.join(root, 'cmd'));
    assert.deepEqual(
      cases.map(({ name, input }) => [name, input.args, input.env]),
      [
        ['cmd/deep', ['p', 'f'], {}],
        ['cmd/one', ['-n', '$p'], { LC_ALL: 'C' }],
        ['cmd/two', ['s/a/b c/'], {}],
      ],
    );
    assert.deepEqual(await Promise.all(cases.map(stdinOf)), ['', 'in', 'here\n']);
    assert.match(refused[0]?.reason ?? '', /no case of trycmd/u);
    assert.deepEqual(
      refused.slice(1).map(({ name, reason }) => `${name}: ${reason}`),
      [
        "cmd/four: it runs in d, and a case can't carry what lies above that",
        'cmd/free: it removes the variable LC_ALL, which every case has',
        'cmd/other: it runs "awk", which is not the target',
      ],
    );
  });

  test('shelltestrunner: its three formats', async () => {
    const formats = {
      one: '# c\nsed -n 1p\n<<<\na\nb\n>>>\na\n>>>2\n>>>= 0\n\nsed p\n>>>= 1\n',
      two: '<<<\na\nb\n$$$ sed -n 1p\na\n\n$$$ sed p\n>>>= 0\n',
      three: '<\na\nb\n$  sed -n 1p\na\n\n$ sed p\n>2 /x/\n>= 1\n',
    };
    for (const [name, text] of Object.entries(formats)) {
      const { cases, refused } = await read(await put(`${name}.test`, text));
      assert.deepEqual(refused, []);
      assert.deepEqual(
        cases.map(({ input }) => input.args),
        [['-n', '1p'], ['p']],
        name,
      );
      assert.deepEqual(
        await Promise.all(cases.map(stdinOf)),
        ['a\nb\n', name === 'one' ? '' : 'a\nb\n'],
        name,
      );
    }
  });

  test('Kattis: answers are golds, secret ones are hidden', async () => {
    await put('data/sample/1.in', 'i');
    await put('data/sample/1.ans', 'a\r\n');
    await put('data/secret/g/2.in', '');
    await put('data/secret/g/2.ans', 'b');
    await put('data/secret/lonely.in', '');
    const { cases } = await read(path.join(root, 'data'));
    assert.deepEqual(
      cases.map(({ name, labels }) => [name, ...labels]),
      [['sample/1'], ['secret/g/2', 'hidden']],
    );
    assert.equal(Buffer.from(await readContent(cases[0]!.gold!.stdout)).toString(), 'a\r\n');
  });

  test('a suite to be recorded gets the labels, variables and files of the command', async () => {
    const file = await put('s.t', '  $ LC_ALL=C sed p a\n');
    const suite = await readSuiteDrafts(file, await options(), {
      labels: ['edge'],
      env: { LC_ALL: 'x', TZ: 'UTC' },
      files: [{ kind: 'dir', path: 'd', mode: 0o755 }],
    });
    assert.deepEqual(
      suite?.drafts.map(({ labels, input }) => [labels, input.env, input.files.length]),
      [[['edge'], { LC_ALL: 'C', TZ: 'UTC' }, 1]],
    );
    assert.equal(
      await readSuiteDrafts(await put('list.jsonl', ''), await options(), {
        labels: [],
        env: {},
        files: [],
      }),
      undefined,
    );
    await assert.rejects(read(await put('x.bin', '')), /nothing in .* that can be imported/u);
    await assert.rejects(read(path.join(root, 'nowhere')), /Reading .* failed/u);
  });

  test('echo and printf print what bash prints', function () {
    const calls = [
      ['echo'],
      ['echo', 'a', 'b'],
      ['echo', '-n', 'a'],
      ['echo', '-ne', 'a\\tb\\x41\\0101\\\\'],
      ['echo', '-e', '-n', 'x'],
      ['echo', 'a\\nb'],
      ['printf', 'a\\n\\101\\x42%%'],
      ['printf', '%s-%s\\n', 'a', 'b', 'c'],
      ['printf', '\\377\\000\\e[0m'],
      ['printf', 'é%s', '\\n'],
    ];
    for (const [command = '', ...args] of calls) {
      const script = `${command} "$@"`;
      const { status, stdout } = spawnSync('bash', ['-c', script, 'bash', ...args]);
      if (status !== 0) {
        console.log('    skipped: no bash found to compare with');
        return this.skip();
      }
      const ours = Buffer.from(printed(command, args) ?? []).toString('hex');
      assert.equal(ours, stdout.toString('hex'), [command, ...args].join(' '));
    }
    assert.throws(() => printed('printf', ['%d', '1']), /prints with %d/u);
    assert.equal(printed('date', []), undefined);
  });
});

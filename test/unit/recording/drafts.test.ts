import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CaseInput, Content } from '../../../src/core/cases/case';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { makeDraft } from '../../../src/core/recording/draft';
import { readDrafts } from '../../../src/core/recording/drafts';
import { nameFor, uniqueName } from '../../../src/core/recording/names';
import type { Target } from '../../../src/core/targets/target';

function target(reference: Partial<Target['reference']> = {}): Target {
  return {
    name: 'numfmt',
    title: 'numfmt',
    path: '/t/numfmt',
    reference: { path: '/usr/bin/numfmt', prefixArgs: [], needs: [], ...reference },
    languages: {},
    limits: { timeout: 2, memory: 1, processes: 1, output: 1, fileSize: 1 },
    profile: 'exact',
    store: new FolderStore('/t/numfmt/cases'),
  };
}

const bytesOf = (content: Content) =>
  content.kind === 'bytes' ? Buffer.from(content.bytes).toString('latin1') : 'blob';
const filesOf = ({ files }: CaseInput) =>
  files.map((entry) =>
    entry.kind === 'file' ? [entry.path, bytesOf(entry.content), entry.mode.toString(8)] : entry,
  );

suite('a list of inputs', () => {
  let dir: string;
  setup(async () => (dir = await mkdtemp(path.join(os.tmpdir(), 'drafts-'))));
  teardown(() => rm(dir, { recursive: true }));

  const read = async (list: string, options: { taken?: string[]; target?: Target } = {}) => {
    const file = path.join(dir, 'list');
    await writeFile(file, list);
    return readDrafts(file, options.target ?? target(), {
      labels: [],
      env: {},
      files: [],
      taken: new Set(options.taken),
    });
  };

  test('command lines become cases with names of their own', async () => {
    const drafts = await read(
      '# numbers\nnumfmt --to=si 1000\n\nLC_ALL=C numfmt --to=si 1000\nnumfmt <<< 12\n',
      { taken: ['to=si-1000'] },
    );
    assert.deepEqual(
      drafts.map(({ name, input }) => [name, input.args, input.env, bytesOf(input.stdin)]),
      [
        ['to=si-1000-2', ['--to=si', '1000'], {}, ''],
        ['to=si-1000-3', ['--to=si', '1000'], { LC_ALL: 'C' }, ''],
        ['stdin', [], {}, '12\n'],
      ],
    );
  });

  test('files beside the list come with a command that names them', async () => {
    await writeFile(path.join(dir, 'in.txt'), 'a\xffb', 'latin1');
    await writeFile(path.join(dir, 'run.sh'), 'x');
    await chmod(path.join(dir, 'run.sh'), 0o755);
    const outside = `../${path.basename(dir)}/run.sh`;
    const [draft] = await read(`numfmt run.sh ./in.txt /etc/passwd ${outside} < in.txt\n`);
    assert.deepEqual(filesOf(draft!.input), [
      ['in.txt', 'a\xffb', '644'],
      ['run.sh', 'x', '755'],
    ]);
    assert.equal(bytesOf(draft!.input.stdin), 'a\xffb');
  });

  test('JSON lines carry every part of an input', async () => {
    const row = {
      name: 'g/n',
      args: ['-x', '\udcff'],
      env: { TZ: 'UTC' },
      stdin: { base64: '/wA=' },
      files: { b: { text: 'é', mode: '600' }, a: 'x', l: { link: 'a' }, d: { dir: true } },
      labels: ['hidden'],
      duals: ['g/m'],
    };
    const [draft] = await read(JSON.stringify(row) + '\n');
    assert.equal(draft?.name, 'g/n');
    assert.deepEqual(draft.labels, ['hidden']);
    assert.deepEqual(draft.duals, ['g/m']);
    assert.deepEqual(draft.input.args, ['-x', '\udcff']);
    assert.equal(bytesOf(draft.input.stdin), '\xff\0');
    assert.deepEqual(filesOf(draft.input), [
      ['a', 'x', '644'],
      ['b', '\xc3\xa9', '600'],
      { kind: 'dir', path: 'd', mode: 0o755 },
      { kind: 'link', path: 'l', target: 'a' },
    ]);
  });

  test('a row of MirrorCode reads as an input', async () => {
    const [draft] = await read(
      JSON.stringify({
        test_case: {
          name: 'n',
          args: ['1'],
          env: {},
          stdin: 'in',
          files: { f: { format: 'bytes_base64', content: '/w==' } },
          labels: [],
          visible_duals: ['m'],
        },
        stdout: '1\n',
      }),
    );
    assert.deepEqual(draft?.duals, ['m']);
    assert.deepEqual(filesOf(draft.input), [['f', '\xff', '644']]);
  });

  const wrong: readonly (readonly [what: string, list: string, why: RegExp])[] = [
    ['a pipe', 'numfmt 1\nnumfmt 1 | cat\n', /Line 2 of .*pipe/u],
    ['another program', 'cat x\n', /Line 1 .*calls "cat"/u],
    ['broken JSON', '{"args":\n', /Line 1 .*no JSON/u],
    ['an unknown key', '{"argz":[]}\n', /Line 1 .*argz/u],
    ['args of another type', '{"args":[1]}\n', /Line 1 .*args/u],
    ['a name twice', '{"name":"a"}\n{"name":"a"}\n', /Line 2 .*twice/u],
    ['a file that is not there', '{"stdin":{"file":"none"}}\n', /Line 1 .*none/u],
    ['a variable whose name holds a =', '{"env":{"A=B":"c"}}\n', /Line 1 .*variable/u],
    ['a NUL in an argument', '{"args":["a\\u0000b"]}\n', /Line 1 .*NUL/u],
    ['half a character', '{"args":["\\ud800"]}\n', /Line 1 .*half a character/u],
    ['half a character in a text', '{"stdin":"\\ud800"}\n', /Line 1 .*half a character/u],
    ['a file outside', '{"files":{"../x":"q"}}\n', /Line 1 .*outside/u],
    ['a file below a file', '{"files":{"a":"q","a/b":"c"}}\n', /Line 1 .*folder/u],
    ['a link to nothing', '{"files":{"l":{"link":""}}}\n', /Line 1 .*link/u],
  ];
  for (const [what, list, why] of wrong) {
    test(`${what} is refused with its line`, () => assert.rejects(read(list), why));
  }

  test('bytes of UTF-8 that come escaped are the characters that they are', async () => {
    const [draft] = await read('{"args":["\\udcc3\\udca9"],"env":{"A":"\\udcc3\\udca9"}}\n');
    assert.deepEqual(draft?.input.args, ['é']);
    assert.deepEqual(draft.input.env, { A: 'é' });
  });

  test('a target that is called with arguments of its own wants them', async () => {
    const qsv = target({ argv0: 'qsv', prefixArgs: ['select'] });
    const [draft] = await read('qsv select a,b\n', { target: qsv });
    assert.deepEqual(draft?.input.args, ['a,b']);
    await assert.rejects(read('qsv sort a\n', { target: qsv }), /begins|calls/u);
  });

  test('a case typed by its parts', async () => {
    await writeFile(path.join(dir, 'x'), '1');
    const draft = await makeDraft(
      {
        args: ['--to=si'],
        stdin: Buffer.from('5'),
        files: ['sub/y=x', 'x'],
        env: ['A=b=c'],
        labels: ['edge'],
        duals: [],
      },
      dir,
      new Set(),
    );
    assert.equal(draft.name, 'to=si');
    assert.deepEqual(draft.input.env, { A: 'b=c' });
    assert.deepEqual(filesOf(draft.input), [
      ['sub/y', '1', '644'],
      ['x', '1', '644'],
    ]);
  });
});

suite('a case of parts that no program can be given', () => {
  const wrong: readonly (readonly [parts: { files?: string[]; env?: string[] }, why: RegExp])[] = [
    [
      { files: ['../up=/dev/null'] },
      /g\/n cannot be recorded: its file \.\.\/up would lie outside/u,
    ],
    [{ files: ['x=/dev/null', 'x=/dev/null'] }, /its file x is there twice/u],
    [{ env: ['A=b\0'] }, /NUL/u],
  ];
  for (const [parts, why] of wrong) {
    test(JSON.stringify(parts), () => {
      const others = { name: 'g/n', args: [], stdin: new Uint8Array(), labels: [], duals: [] };
      return assert.rejects(
        makeDraft({ ...others, files: [], env: [], ...parts }, '/', new Set()),
        why,
      );
    });
  }
});

suite('names made of arguments', () => {
  const input = (...args: string[]): CaseInput => ({
    args,
    env: {},
    stdin: { kind: 'bytes', bytes: new Uint8Array(0) },
    files: [],
  });
  const names: readonly (readonly [args: string[], name: string])[] = [
    [['--to=si', '1000'], 'to=si-1000'],
    [['s/a b/c/g'], 's-a-b-c-g'],
    [['café'], 'cafe'],
    [['日本'], 'case'],
    [['../../etc/passwd'], 'etc-passwd'],
    [['-'], 'case'],
    [[], 'no-arguments'],
    [['x'.repeat(300)], 'x'.repeat(60)],
  ];
  for (const [args, name] of names) {
    test(`${JSON.stringify(args).slice(0, 40)} → ${name}`, () =>
      assert.equal(nameFor(input(...args)), name));
  }

  test('a taken name gets the first free number', () => {
    const taken = new Set(['a', 'a-2']);
    assert.equal(uniqueName('a', taken), 'a-3');
    assert.equal(uniqueName('a', taken), 'a-4');
  });
});

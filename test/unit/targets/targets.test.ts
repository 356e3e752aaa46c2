import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hashReference } from '../../../src/core/recording/reference';
import { countCases } from '../../../src/core/targets/caseCounts';
import { discoverTargets } from '../../../src/core/targets/discoverTargets';
import { initTarget } from '../../../src/core/targets/initTarget';
import { manifestJsonSchema, toBytes } from '../../../src/core/targets/manifest';
import { openTarget } from '../../../src/core/targets/openTarget';

suite('targets', () => {
  let root: string;
  const put = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  setup(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-targets-'));
  });
  teardown(() => rm(root, { recursive: true }));

  test('the contributed schema is the one that the reader checks by', async () => {
    const written = await readFile('schemas/mirrorcode.schema.json', 'utf8');
    assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(manifestJsonSchema())));
  });

  test('a manifest with comments, and what it leaves out', async () => {
    await put('docs/manual.txt', 'x');
    await put(
      'mirrorcode.json',
      `{ // the smallest
        "name": "numfmt", "tier": "S",
        "reference": { "path": "./ref", "args": ["--foo"], "argv0": "numfmt" },
        "languages": { "python": {}, "c": { "build": "make" } },
        "limits": { "timeout": 0.5, "memory": "512 MiB" },
      }`,
    );
    const target = await openTarget(root);
    assert.equal(target.reference?.path, path.join(root, 'ref'));
    assert.deepEqual(target.reference.prefixArgs, ['--foo']);
    assert.deepEqual(Object.keys(target.languages), ['python', 'c']);
    assert.equal(target.languages.c?.build, 'make');
    assert.deepEqual(target.languages.python?.run, ['python3', '-m', '{program}']);
    assert.deepEqual([target.limits.timeout, target.limits.memory], [0.5, 512 * 2 ** 20]);
    assert.equal(target.profile, 'exact');
    assert.equal(target.docs, path.join(root, 'docs'));
    assert.equal(toBytes('1.5 KiB'), 1536);
  });

  test('what is wrong in a manifest is said with its place', async () => {
    await put('mirrorcode.json', '{\n  "name": "x",\n  "tier" "S"\n}');
    await assert.rejects(openTarget(root), /mirrorcode\.json:3:10 is not JSON: ColonExpected/u);
    await put('mirrorcode.json', '{ "name": "x", "limits": { "timeout": "2" } }');
    await assert.rejects(
      openTarget(root),
      /mirrorcode\.json:1:39 is not right at limits\.timeout/u,
    );
    await put('mirrorcode.json', '{ "name": "x",\n  "limits": { /* ä */ "colour": 1 } }');
    await assert.rejects(openTarget(root), /json:2:23 is not right at limits: .*colour/u);
    await put('mirrorcode.json', '{ "name": 1,\n "languages": { "c": { "run": [] } } }');
    await assert.rejects(
      openTarget(root),
      /json:1:11 .*\n.*json:2:31 is not right at languages\.c/u,
    );
    await put('mirrorcode.json', '// nothing');
    await assert.rejects(openTarget(root), /json:1:11 is not JSON: ValueExpected/u);
    await assert.rejects(discoverTargets(path.join(root, 'none')), /Reading .*none failed/u);
    await assert.rejects(openTarget(path.join(root, 'none')), /no target/u);
  });

  test('a checkout of MirrorCode shows its targets as they are', async () => {
    const row = (name: string, labels: string[]) =>
      JSON.stringify({
        test_case: { name, args: [], labels },
        stdout: '',
        stderr: '',
        returncode: 0,
      });
    await put('mc/cal/docs/manual.txt', 'manual');
    await put('mc/brotli/docs/manual.txt', 'manual');
    await put(
      'data/gold_outputs/cal.jsonl',
      `${row('a', [])}\n${row('b', ['hidden'])}\n${row('c', ['ablated'])}\n`,
    );
    await put('data/gold_outputs/brotlid.jsonl', `${row('a', [])}\n`);
    await put('mine/mirrorcode.json', '{ "name": "mine" }');
    await put('broken/mirrorcode.json', '{');
    await put('node_modules/x/mirrorcode.json', '{ "name": "hidden away" }');
    const { targets, problems } = await discoverTargets(root);
    assert.deepEqual(
      targets.map(({ name, tier, store, profile }) => [name, tier, store.kind, profile]),
      [
        ['brotlid', 'M', 'gold', 'mirrorcode'],
        ['cal', 'S', 'gold', 'mirrorcode'],
        ['mine', undefined, 'case', 'exact'],
      ],
    );
    assert.equal(targets[0]?.docs, path.join(root, 'mc/brotli/docs'));
    assert.deepEqual(
      problems.map((p) => path.relative(root, p.path)),
      ['broken/mirrorcode.json'],
    );
    const { cases } = await targets[1]!.store.list();
    assert.deepEqual(countCases(cases), { visible: 1, hidden: 1, ablated: 1, total: 3 });
  });

  test('a manifest may begin with a byte order mark', async () => {
    await put('mirrorcode.json', '\ufeff{ "name": "marked" }');
    assert.equal((await openTarget(root)).name, 'marked');
    await put('mirrorcode.json', '\ufeff{ "name": 5 }');
    await assert.rejects(openTarget(root), /mirrorcode\.json:1:12 /u);
  });

  test('a reference that is a pipe is refused, not waited for', async () => {
    const pipe = path.join(root, 'pipe');
    assert.equal(spawnSync('mkfifo', ['-m', '755', pipe]).status, 0);
    await assert.rejects(
      initTarget(path.join(root, 'new'), { reference: pipe, from: root }),
      /not a file/u,
    );
    await put('mirrorcode.json', '{ "name": "piped", "reference": "./pipe" }');
    await assert.rejects(hashReference(await openTarget(root)), /not a file/u);
  });

  test('a folder may be called like a gold file', async () => {
    const folder = path.join(root, 'rows.jsonl');
    await mkdir(folder);
    await writeFile(path.join(folder, 'mirrorcode.json'), '{ "name": "rows" }');
    assert.equal((await openTarget(folder)).name, 'rows');
  });

  test('a new target pins its reference and does not replace another', async () => {
    const reference = path.join(root, 'bin/my prog');
    await put('bin/my prog', '#!/bin/sh\n');
    const make = (folder: string, given = reference, name?: string) =>
      initTarget(path.join(root, folder), {
        reference: given,
        from: root,
        ...(name === undefined ? {} : { name }),
      });
    await assert.rejects(make('new'), /Reading the reference .* failed: EACCES/u);
    await chmod(reference, 0o755);
    const target = await make('new');
    assert.equal(target.name, 'my-prog');
    assert.equal(target.reference?.sha256?.length, 64);
    await assert.rejects(make('new'), /already a target/u);
    await assert.rejects(make('two', '/no/such'), /Reading/u);
    await assert.rejects(make('two', reference, 'a/b'), /not right at name/u);
    await assert.rejects(readFile(path.join(root, 'two/mirrorcode.json')), { code: 'ENOENT' });
    assert.equal((await make('two', './bin/my prog')).reference?.path, reference);
    assert.equal(path.isAbsolute((await make('three', 'sh')).reference?.path ?? ''), true);
    const inside = JSON.parse(
      await readFile(path.join(root, 'bin', (await make('bin')).name && 'mirrorcode.json'), 'utf8'),
    ) as { reference: { path: string } };
    assert.equal(inside.reference.path, './my prog');
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hashReference } from '../../../src/core/recording/reference';
import { countCases } from '../../../src/core/targets/caseCounts';
import { discoverTargets } from '../../../src/core/targets/discoverTargets';
import { initTarget } from '../../../src/core/targets/initTarget';
import { errorText } from '../../../src/core/errors';
import { parseManifest } from '../../../src/core/targets/parseManifest';
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

  test('each mistake is said in a plain sentence', () => {
    const said = (text: string) => {
      try {
        parseManifest(text, 'm');
        return 'nothing';
      } catch (error) {
        return errorText(error).replaceAll(/^m:\d+:\d+ /gmu, '');
      }
    };
    const of = (more: string) => said(`{"name":"a",${more}}`);
    const expected: readonly [string, string][] = [
      ['"refernce":"x"', 'has a key "refernce" that is not known; did you mean "reference"?'],
      [
        '"reference":{"pth":1}',
        'has a key "pth" in reference that is not known; did you mean "path"?',
      ],
      [
        '"languages":{"pyhton":{}}',
        'has a key "pyhton" in languages that is not known; did you mean "python"?',
      ],
      ['"x1":1,"x2":2', 'has keys that are not known: "x1", "x2".'],
      [
        '"reference":3',
        'is not right at reference: it is a number and has to be text in quotes or an object in { }.',
      ],
      [
        '"reference":{"args":"x"}',
        'is not right at reference: args: it is text and has to be a list in [ ].',
      ],
      [
        '"reference":{"sha256":"x"}',
        'is not right at reference.sha256: it has to be 64 digits from 0 to 9 and a to f.',
      ],
      ['"tier":"X"', 'is not right at tier: it has to be "S", "M" or "L".'],
      [
        '"profile":"exct"',
        'is not right at profile: it has to be "exact" or "mirrorcode"; did you mean "exact"?',
      ],
      ['"limits":null', 'is not right at limits: it is null and has to be an object in { }.'],
      ['"limits":{"timeout":0}', 'is not right at limits.timeout: it has to be more than 0.'],
      ['"limits":{"timeout":1e9}', 'is not right at limits.timeout: it has to be at most 3600.'],
      [
        '"limits":{"memory":1.5}',
        'is not right at limits.memory: it is a fraction and has to be a whole number or text in quotes.',
      ],
      ['"limits":{"memory":"1 MB"}', 'is not right at limits.memory: write it as "512 MiB".'],
      ['"languages":{"c":{"run":[]}}', 'is not right at languages.c.run: it is empty.'],
      [
        '"agents":{"A b":{}}',
        'is not right at agents.A b: a name of this kind can’t be used: use letters, digits, dots, dashes.',
      ],
      ['"agents":{"x":{"command":"y"}}', 'has no "api" in agents.x, which has to be there.'],
    ];
    assert.deepEqual(
      expected.map(([more]) => of(more)),
      expected.map(([, sentence]) => sentence),
    );
    assert.equal(said('{}'), 'has no "name", which has to be there.');
    assert.equal(said('[]'), 'is not right: it is a list in [ ] and has to be an object in { }.');
    assert.equal(said('{"name":"a"'), 'is not JSON: a closing } is missing here.');
  });

  test('what is wrong in a manifest is said with its place', async () => {
    await put('mirrorcode.json', '{\n  "name": "x",\n  "tier" "S"\n}');
    await assert.rejects(
      openTarget(root),
      /mirrorcode\.json:3:10 is not JSON: a colon is missing/u,
    );
    await put('mirrorcode.json', '{ "name": "x", "limits": { "timeout": "2" } }');
    await assert.rejects(
      openTarget(root),
      /mirrorcode\.json:1:39 is not right at limits\.timeout/u,
    );
    await put('mirrorcode.json', '{ "name": "x",\n  "limits": { /* ä */ "colour": 1 } }');
    await assert.rejects(
      openTarget(root),
      /json:2:23 has a key "colour" in limits that is not known/u,
    );
    await put('mirrorcode.json', '{ "name": 1,\n "languages": { "c": { "run": [] } } }');
    await assert.rejects(
      openTarget(root),
      /json:1:11 .*\n.*json:2:31 is not right at languages\.c/u,
    );
    await put('mirrorcode.json', '// nothing');
    await assert.rejects(openTarget(root), /json:1:11 is not JSON: a value is missing/u);
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

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import { formatCase } from '../../../src/core/cases/caseLayout';
import type { StoredScore } from '../../../src/core/scoring/scoreFiles';
import { caseHandlers, checkCase } from '../../../src/extension/engine/handlers/caseHandlers';
import { Catalogue, catalogueHandlers } from '../../../src/extension/engine/handlers/catalogue';
import { differenceLine } from '../../../src/extension/engine/handlers/failureText';
import { captureHandlers } from '../../../src/extension/engine/handlers/captureQueue';
import { Engines } from '../../../src/extension/engine/handlers/engines';
import { queueHandlers } from '../../../src/extension/engine/handlers/queueHandlers';
import { pruneScores } from '../../../src/extension/engine/handlers/pruneScores';

const context = { signal: new AbortController().signal, emit: () => undefined };

const row = (name: string, more: object = {}) =>
  JSON.stringify({
    test_case: { name, args: ['-x'], env: {}, stdin: '', files: {}, labels: [], ...more },
    stdout: 'out\n',
    stderr: '',
    returncode: 0,
  });

let root: string;

async function put(file: string, text: string): Promise<string> {
  const whole = path.join(root, file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(whole, text);
  return whole;
}

/** A folder of its own for each test of the suite that calls this. */
function useFolder(): void {
  setup(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'mirrorcode-handlers-'));
  });
  teardown(() => rm(root, { recursive: true, force: true }));
}

suite('the catalogue of targets', () => {
  useFolder();

  test('describes targets, broken ones and those of a checkout', async () => {
    await put('a/mirrorcode.json', '{"name":"sh","reference":"/bin/sh","tier":"S"}');
    await mkdir(path.join(root, 'a/candidates/python'), { recursive: true });
    await put(
      'b/mirrorcode.json',
      '{"name":"gone","reference":"/nowhere/gone","languages":{"c":{}}}',
    );
    await put('c/mirrorcode.json', '{"name": 12}');
    await put('data/gold_outputs/cal.jsonl', `${row('one')}\n`);
    const { targets, broken } = await new Catalogue().discover([root]);
    assert.deepEqual(
      targets.map(({ name, store, tier, hasReference, languages, candidates }) => ({
        name,
        kind: store.kind,
        tier,
        hasReference,
        languages: languages.length,
        candidates: Object.keys(candidates),
      })),
      [
        { name: 'cal', kind: 'gold', tier: 'S', hasReference: false, languages: 6, candidates: [] },
        {
          name: 'gone',
          kind: 'case',
          tier: undefined,
          hasReference: false,
          languages: 1,
          candidates: [],
        },
        {
          name: 'sh',
          kind: 'case',
          tier: 'S',
          hasReference: true,
          languages: 6,
          candidates: ['python'],
        },
      ],
    );
    assert.equal(new Set(targets.map(({ key }) => key)).size, 3);
    assert.deepEqual(
      broken.map(({ name }) => name),
      ['c'],
    );
    assert.match(broken[0]?.problem ?? '', /mirrorcode\.json:1:10 is not right at name/);
    assert.equal(targets[0]?.manifestPath, undefined, 'a gold file is no manifest to open');
  });
});

suite('cases as the editor reads and writes them', () => {
  useFolder();

  test('a row of a gold file is read as a case and saved in place', async () => {
    const rows = [row('one'), row('two', { labels: ['hidden'] }), row('three')];
    const gold = await put('data/gold_outputs/cal.jsonl', rows.join('\n') + '\n');
    const catalogue = new Catalogue();
    const [target] = (await catalogue.discover([root])).targets;
    assert.ok(target);
    const { readCase, writeCase } = caseHandlers(catalogue);
    const { list } = catalogueHandlers(catalogue);
    const { text } = await readCase({ target, name: 'two' }, context);
    assert.match(text, /^case\/1\nname: "two"\nlabels: \["hidden"\]\nargs: \["-x"\]\n/);
    await writeCase({ target, name: 'two', text: text.replace('["-x"]', '["-y"]') }, context);
    const [first, second, third] = (await readFile(gold, 'utf8')).split('\n');
    assert.deepEqual([first, third], [rows[0], rows[2]], 'other rows are untouched');
    assert.match(second ?? '', /"-y"/);
    const taken = text.replace('name: "two"', 'name: "one"');
    await assert.rejects(
      writeCase({ target, name: 'two', text: taken }, context),
      /already a case one/,
    );
    const renamed = text.replace('name: "two"', 'name: "zwei"');
    await writeCase({ target, name: 'two', text: renamed }, context);
    const { cases } = await list({ target }, context);
    assert.deepEqual(
      cases.map(({ name }) => name),
      ['one', 'zwei', 'three'],
    );
    await assert.rejects(
      writeCase({ target, name: 'zwei', text: 'case/1\nname: 3\n' }, context),
      /zwei:2:7/,
    );
  });

  test('a text is checked, and its canonical spelling told where it is a case', () => {
    const good = 'case/1\nname: "a"\nargs: ["x"]\nreturncode: 0\n-- stdout\n|hi\n';
    assert.deepEqual(checkCase(good, '/t/a.case'), { problems: [], canonical: good, duals: [] });
    const odd = good.replace('["x"]', '[ "x" ]').replace('|hi', '\\hi');
    assert.equal(checkCase(odd, '/t/a.case').canonical, good);
    const bad = checkCase(good.replace('|hi', 'hi'), '/t/a.case');
    assert.equal(bad.canonical, undefined);
    assert.deepEqual(
      bad.problems.map(({ line }) => line),
      [5],
    );
  });

  test('a case whose blob is not at its canonical place is not reformatted', () => {
    const hash = 'a'.repeat(64);
    const text = (blob: string) =>
      `case/1\nname: "a"\nargs: []\nreturncode: 0\n-- stdout blob=${blob} size=9 sha256=${hash}\n`;
    assert.equal(checkCase(text('a.d/stdout'), '/t/a.case').canonical, text('a.d/stdout'));
    assert.equal(checkCase(text('elsewhere/stdout'), '/t/a.case').canonical, undefined);
  });
});

suite('the queue as the editor shows it', () => {
  useFolder();

  test('a capture that someone has made unreadable is shown with its problem, and mended or rejected', async () => {
    await put('mirrorcode.json', '{"name":"sh","reference":"/bin/sh"}');
    const catalogue = new Catalogue();
    await catalogue.discover([root]);
    const handlers = queueHandlers(catalogue, new Engines(root));
    const list = () => captureHandlers().captures({ roots: [root] }, context);
    const good = 'case/1\nname: "a"\nargs: ["x"]\nreturncode: 0\n-- stdout\n|hi\n';
    const file = '.mirrorcode/pending/sh/cases/visible/a.case';
    const whole = await put(file, good.replace('|hi', 'hi'));
    const captures = await list();
    assert.deepEqual(
      captures.map(({ name, path: at, line }) => [name, at, line]),
      [['a', whole, 6]],
    );
    assert.match(captures[0]?.problem ?? '', /^line 6: /);
    const { accepted, refused } = await handlers.acceptCaptures({ captures }, context);
    assert.deepEqual(accepted, []);
    assert.match(refused[0]?.reason ?? '', /a\.case:6: .* Correct its text, or reject it\.$/);
    await handlers.rejectCaptures({ captures }, context);
    assert.deepEqual(await list(), []);
    await handlers.undoDecision({ roots: [root] }, context);
    assert.equal((await list())[0]?.line, 6);
    await put(file, good);
    const [mended] = await list();
    assert.equal(mended?.problem, undefined);
    assert.deepEqual(mended?.args, ['x']);
  });
});

suite('the place of a difference in a case', () => {
  const one: Case = {
    name: 'a',
    labels: [],
    duals: [],
    input: {
      args: [],
      env: {},
      stdin: { kind: 'bytes', bytes: Buffer.from('-- stdout\n') },
      files: [],
    },
    gold: {
      stdout: { kind: 'bytes', bytes: Buffer.from('1\n2\n3\n') },
      stderr: { kind: 'bytes', bytes: new Uint8Array() },
      returncode: 1,
      outputs: [],
    },
  };
  const text = formatCase(one);
  const lineAt = (stream: string, line: number) =>
    text.split('\n')[differenceLine(text, { stream, line, offset: 0, column: 1, class: 'else' })];

  test('is the line of the stream, its last one, or the line that stands for it', () => {
    assert.equal(lineAt('stdout', 2), '|2');
    assert.equal(lineAt('stdout', 9), '|3');
    assert.equal(lineAt('returncode', 1), 'returncode: 1');
    assert.equal(lineAt('stderr', 1), 'case/1', 'an empty stderr has no line');
  });
});

suite('pruning scores', () => {
  useFolder();

  test('keeps the newest of the task, those of others, and what runs', async () => {
    const stored = async (name: string, more: object = {}): Promise<StoredScore> => {
      await put(`${name}/score.json`, '{}');
      const header = { target: 't', targetPath: '/t', language: 'c', state: 'done', ...more };
      return { dir: path.join(root, name), header: header as StoredScore['header'] };
    };
    const scores = [
      await stored('5'),
      await stored('4', { language: 'python' }),
      await stored('3'),
      await stored('2', { state: 'running' }),
      await stored('1'),
    ];
    const target = { name: 't', path: '/t' };
    assert.deepEqual(await pruneScores(scores, target, 'c', 0), []);
    assert.deepEqual(await pruneScores(scores, target, 'c', 2), [path.join(root, '1')]);
    assert.deepEqual((await readdir(root)).sort(), ['2', '3', '4', '5']);
  });
});

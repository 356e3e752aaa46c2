import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { registerDiffCommand } from '../../../src/cli/diff';
import { registerExportCommand } from '../../../src/cli/export';
import { registerTargetsCommand } from '../../../src/cli/targets';
import { registerTranscriptCommand } from '../../../src/cli/transcript';
import { differenceClasses } from '../../../src/core/bytes/difference';
import { runCommand } from '../../support/cli/runCommand';
import { repositoryRoot } from '../../support/host/paths';

/** What scripts rely on: keys may be added, none may be renamed, lost or of another type. */
const count = z.int().nonnegative();
const span = z.tuple([count, count]);
const shapes = {
  targets: z.object({
    targets: z.array(
      z.object({
        name: z.string(),
        path: z.string(),
        store: z.enum(['case', 'gold']),
        tier: z.string().nullable(),
        domain: z.string().nullable(),
        languages: z.array(z.string()),
        cases: z.object({ visible: count, hidden: count, ablated: count, total: count }),
      }),
    ),
  }),
  diff: z.object({
    equal: z.boolean(),
    sizes: span,
    firstDifference: z
      .object({ offset: count, line: z.int().positive(), column: z.int().positive() })
      .nullable(),
    class: z.enum(differenceClasses),
    hunks: z.array(z.object({ a: span, b: span })),
  }),
  info: z.object({
    format: z.string(),
    formatVersion: z.union([z.string(), z.number()]).nullable(),
    status: z.string().nullable(),
    samples: z.array(
      z.object({
        id: z.union([z.string(), z.number()]),
        epoch: count,
        events: count,
        messages: count,
      }),
    ),
    events: count,
    eventsByKind: z.record(z.string(), count),
    messages: count,
    toolCalls: z.record(z.string(), count),
    usage: z.record(
      z.string(),
      z.object({
        inputUncached: count,
        cacheRead: count,
        cacheWrite: count,
        output: count,
        reasoning: count,
        costUsd: z.number().nonnegative().nullable(),
      }),
    ),
    durationMs: z.number().nonnegative().nullable(),
    errors: z.array(z.unknown()),
    limits: z.array(z.unknown()),
    scores: z.record(z.string(), z.unknown()),
    unread: z.array(z.string()),
  }),
};

suite('JSON documents of the command line', () => {
  let folder = '';
  setup(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'shapes-'));
  });
  teardown(() => rmSync(folder, { recursive: true }));

  async function json<T extends z.ZodType>(shape: T, args: readonly string[], code = 0) {
    const registers = [
      registerTargetsCommand,
      registerDiffCommand,
      registerExportCommand,
      registerTranscriptCommand,
    ];
    const ran = await runCommand(registers, [...args, '--json'], { cwd: folder });
    assert.equal(ran.code, code, ran.notes);
    return shape.parse(JSON.parse(ran.out));
  }

  test('targets: the samples, and a folder without any', async () => {
    const { targets } = await json(shapes.targets, ['targets', repositoryRoot + '/samples']);
    assert.deepEqual(targets.map(({ name }) => name).sort(), ['numfmt', 'sed', 'uuidparse']);
    for (const { cases } of targets) {
      assert.ok(cases.visible > 0 && cases.hidden > 0);
      assert.equal(cases.visible + cases.hidden + cases.ablated, cases.total);
    }
    assert.deepEqual(await json(shapes.targets, ['targets', '.']), { targets: [] });
  });

  const huge = Buffer.alloc(9 << 20, 'a line of text\n');
  const changed = Buffer.from(huge);
  changed[8 << 20] = 0;
  const first = (offset: number, line: number, column: number) => ({ offset, line, column });
  const pairs: [string, string | Buffer, string | Buffer, object | null, string, number[][]][] = [
    ['equal files', 'a\n', 'a\n', null, 'equal', []],
    ['two empty files', '', '', null, 'equal', []],
    ['equal files of many windows', huge, huge, null, 'equal', []],
    [
      'one byte of many windows',
      huge,
      changed,
      first(8 << 20, 559241, 9),
      'else',
      [[8388600, 8388615, 8388600, 8388615]],
    ],
    ['a prefix', 'a\nb', 'a\nbc\n', first(3, 2, 2), 'truncated', [[2, 3, 2, 5]]],
    ['a prefix of whole lines', 'a\nb\n', 'a\n', first(2, 2, 1), 'truncated', [[2, 4, 2, 2]]],
    ['an empty side', '', 'a\nb\n', first(0, 1, 1), 'empty', [[0, 0, 0, 4]]],
    ['a missing final newline', 'a\nb\n', 'a\nb', first(3, 2, 2), 'final-newline', [[2, 4, 2, 3]]],
    [
      'binary files',
      Buffer.from([0, 255, 10, 1]),
      Buffer.from([0, 255, 10, 2]),
      first(3, 2, 1),
      'else',
      [[3, 4, 3, 4]],
    ],
  ];
  for (const [what, a, b, firstDifference, kind, hunks] of pairs) {
    test(`diff: ${what}`, async () => {
      writeFileSync(path.join(folder, 'a'), a);
      writeFileSync(path.join(folder, 'b'), b);
      const equal = firstDifference === null;
      assert.deepEqual(await json(shapes.diff, ['diff', 'a', 'b'], equal ? 0 : 1), {
        equal,
        sizes: [a.length, b.length],
        firstDifference,
        class: kind,
        hunks: hunks.map((h) => ({ a: h.slice(0, 2), b: h.slice(2) })),
      });
    });
  }

  test('transcript info: every record of every format', async function () {
    const root = path.join(process.env['MIRRORCODE_FIXTURES'] ?? '', 'transcripts');
    if (!existsSync(root)) {
      console.log('    Skipped: MIRRORCODE_FIXTURES names no folder of transcripts.');
      this.skip();
    }
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const formats = new Set<string>();
    for (const { parentPath, name } of files) {
      const info = await json(shapes.info, ['transcript', 'info', path.join(parentPath, name)]);
      formats.add(info.format);
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      assert.equal(sum(info.samples.map(({ events }) => events)), info.events, name);
      assert.equal(sum(info.samples.map(({ messages }) => messages)), info.messages, name);
      assert.equal(sum(Object.values(info.eventsByKind)), info.events, name);
    }
    assert.ok(formats.size >= 6, [...formats].join());
  });

  test('export --format dirs: raw bytes of every part', async () => {
    const target = path.join(folder, 'target');
    const cases = path.join(target, 'cases/visible/g');
    mkdirSync(cases, { recursive: true });
    writeFileSync(path.join(target, 'mirrorcode.json'), '{"name":"prog"}');
    writeFileSync(
      `${cases}/one.case`,
      [
        'case/1',
        'name: "g/one"',
        'args: ["-x","two words"]',
        'env: {"A":"1"}',
        'returncode: 3',
        '-- stdin',
        '<\\xff\\x00',
        '-- file "in/a.txt"',
        '|in',
        '-- stdout',
        '<no newline',
        '-- stderr',
        '|oops',
        '-- out "new/b.txt"',
        '|out',
        '',
      ].join('\n'),
    );
    const shape = z.object({ cases: z.array(z.string()), refused: z.array(z.unknown()) });
    const done = await json(shape, ['export', target, '--to', 'out', '--format', 'dirs']);
    assert.deepEqual(done, { cases: ['g/one'], refused: [] });
    const part = (name: string) => readFileSync(path.join(folder, 'out/g/one', name), 'latin1');
    assert.deepEqual(readdirSync(path.join(folder, 'out/g/one')).sort(), [
      ...['case.json', 'cmd', 'env.json', 'expected_files', 'expected_output', 'expected_stderr'],
      ...['files', 'returncode', 'stdin'],
    ]);
    assert.equal(part('cmd'), 'prog\0-x\0two words');
    assert.equal(part('stdin'), '\xff\0');
    assert.equal(part('expected_output'), 'no newline');
    assert.equal(part('expected_stderr'), 'oops\n');
    assert.equal(part('returncode').trim(), '3');
    assert.deepEqual(JSON.parse(part('env.json')), { A: '1' });
    assert.equal(part('files/in/a.txt'), 'in\n');
    assert.equal(part('expected_files/new/b.txt'), 'out\n');
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { registerScoreCommand } from '../../../src/cli/score';
import { differenceClasses } from '../../../src/core/bytes/difference';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import { verdicts } from '../../../src/core/scoring/score';
import { buildDist } from '../../support/engines/builtDist';
import { findExecutable } from '../../support/host/findExecutable';
import { runCommand } from '../../support/cli/runCommand';

const count = z.int().nonnegative();
const rate = z.number().min(0).max(1);

/** What scripts rely on: keys may be added, none may be renamed, lost or of another type. */
const shape = z.object({
  target: z.string(),
  language: z.string(),
  engine: z.string(),
  profile: z.enum(['exact', 'mirrorcode']),
  build: z.looseObject({ ok: z.boolean() }),
  score: z.record(z.string(), rate),
  counts: z.strictObject({
    pass: count,
    fail: count,
    timeout: count,
    crash: count,
    infra: count,
    skipped: count,
  }),
  cases: z.array(
    z.object({
      name: z.string(),
      labels: z.array(z.string()),
      verdict: z.enum(verdicts),
      durationMs: z.number().nonnegative(),
      returncode: z.int().optional(),
      reason: z.string().optional(),
      differences: z.array(
        z.object({
          stream: z.string(),
          offset: count,
          line: z.int().positive(),
          column: z.int().positive(),
          class: z.enum(differenceClasses),
        }),
      ),
    }),
  ),
});

const cSource = String.raw`
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int count, char **args) {
  const char *what = count > 1 ? args[1] : "";
  if (!strcmp(what, "code")) return 3;
  if (!strcmp(what, "stderr")) fputs("warning\n", stderr);
  if (!strcmp(what, "segv")) { fflush(stdout); raise(SIGSEGV); }
  if (!strcmp(what, "hang")) for (;;) pause();
  if (!strcmp(what, "fork")) for (;;) fork();
  if (!strcmp(what, "flood")) for (;;) puts("0123456789012345678901234567890123456789");
  if (!strcmp(what, "file")) {
    FILE *file = fopen(args[2], "w");
    fputs(args[3], file);
    fclose(file);
    chmod(args[2], count > 4 ? 0755 : 0644);
  }
  if (!strcmp(what, "say")) fputs(args[2], stdout);
  return 0;
}
`;

const pythonSource = String.raw`
import os, signal, sys
what = sys.argv[1]
if what == "code": sys.exit(3)
if what == "stderr": print("warning", file=sys.stderr)
if what == "segv": os.kill(os.getpid(), signal.SIGSEGV)
if what == "hang": signal.pause()
while what == "fork":
    try: os.fork()
    except OSError: pass
while what == "flood": print("0123456789012345678901234567890123456789")
if what == "file":
    with open(sys.argv[2], "w") as file: file.write(sys.argv[3])
    os.chmod(sys.argv[2], 0o755 if len(sys.argv) > 4 else 0o644)
if what == "say": sys.stdout.write(sys.argv[2])
`;

type Expected = readonly [verdict: string, ...differences: string[]];

/** Every way to be wrong: arguments, the lines of the gold, and what is to be said of it. */
const ways: Readonly<Record<string, readonly [string[], string[], Expected]>> = {
  right: [['say', 'ab\n'], ['-- stdout', '|ab'], ['pass']],
  byte: [
    ['say', 'ax\n'],
    ['-- stdout', '|ab'],
    ['fail', 'stdout 1 1:2 else'],
  ],
  newline: [
    ['say', 'ab\n\n'],
    ['-- stdout', '|ab'],
    ['fail', 'stdout 3 2:1 trailing-white-space'],
  ],
  'no-newline': [
    ['say', 'ab'],
    ['-- stdout', '|ab'],
    ['fail', 'stdout 2 1:3 final-newline'],
  ],
  nothing: [['none'], ['-- stdout', '|ab'], ['fail', 'stdout 0 1:1 empty']],
  stderr: [['stderr'], [], ['fail', 'stderr 0 1:1 empty']],
  code: [['code'], [], ['fail', 'returncode 0 1:1 else']],
  'file-right': [['file', 'f', 'x'], ['-- out "f"', '<x'], ['pass']],
  'file-other': [
    ['file', 'f', 'ab'],
    ['-- out "f"', '<ax'],
    ['fail', 'out/f 1 1:2 else'],
  ],
  'file-missing': [['none'], ['-- out "f"', '<x'], ['fail', 'out/f 0 1:1 empty']],
  'file-extra': [['file', 'f', 'x'], [], ['fail', 'out/f 0 1:1 empty']],
  'file-mode': [
    ['file', 'f', 'x', '+'],
    ['-- out "f"', '<x'],
    ['fail', 'out/f 0 1:1 else'],
  ],
  signal: [['segv'], [], ['crash', 'returncode 0 1:1 else']],
  hang: [['hang'], [], ['timeout']],
  fork: [['fork'], [], ['timeout']],
  flood: [['flood'], [], ['crash']],
};

suite('the JSON of mirrorcode score', function () {
  this.timeout(180_000);
  let dir = '';
  let distDir = '';

  suiteSetup(async function () {
    dir = await mkdtemp(path.join(os.tmpdir(), 'score-shapes-'));
    try {
      distDir = buildDist();
      await (await selectEngine('bubblewrap', { distDir })).dispose();
    } catch (error) {
      console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
      this.skip();
    }
    const manifest = { name: 'prog', limits: { timeout: 3 } };
    await write('target/mirrorcode.json', JSON.stringify(manifest));
    for (const [name, [args, gold]] of Object.entries(ways)) {
      const head = ['case/1', `name: "w/${name}"`, `args: ${JSON.stringify(args)}`];
      const text = [...head, 'returncode: 0', ...gold, ''];
      await write(`target/cases/visible/w/${name}.case`, text.join('\n'));
    }
    await write('c/prog.c', cSource);
    await write('python/prog/__main__.py', pythonSource);
    await write('broken/prog.c', 'int main( {');
  });
  suiteTeardown(() => rm(dir, { recursive: true, force: true }));

  async function write(name: string, text: string): Promise<void> {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async function score(candidate: string, language: string) {
    const args = ['--candidate', candidate, '--language', language, '--json'];
    const { code, out, notes } = await runCommand(
      [registerScoreCommand],
      ['score', 'target', ...args],
      { cwd: dir, distDir },
    );
    assert.ok(code === 0 || code === 1, notes);
    return { code, ...shape.parse(JSON.parse(out)) };
  }

  for (const [language, tool] of [
    ['c', 'gcc'],
    ['python', 'python3'],
  ] as const) {
    test(`each way in which a ${language} candidate is wrong has its verdict`, async function () {
      if (findExecutable([tool]) === undefined) {
        console.log(`    Skipped: there is no ${tool}.`);
        this.skip();
      }
      const { code, cases, counts, score: rates, ...more } = await score(language, language);
      const said = cases.map(({ name, verdict, differences }): [string, Expected] => [
        name.slice(2),
        [
          verdict,
          ...differences.map((d) => `${d.stream} ${d.offset} ${d.line}:${d.column} ${d.class}`),
        ],
      ]);
      assert.deepEqual(
        Object.fromEntries(said),
        Object.fromEntries(Object.entries(ways).map(([name, [, , expected]]) => [name, expected])),
      );
      assert.equal(code, 1);
      assert.deepEqual(
        { ...counts },
        { pass: 2, fail: 10, timeout: 2, crash: 2, infra: 0, skipped: 0 },
      );
      assert.equal(rates['all'], 2 / cases.length);
      assert.equal(rates['visible'], rates['all']);
      assert.deepEqual(
        { target: more.target, language: more.language, engine: more.engine },
        { target: 'prog', language, engine: 'bubblewrap' },
      );
      assert.equal(cases.find(({ name }) => name === 'w/code')?.returncode, 3);
      assert.equal(cases.find(({ name }) => name === 'w/signal')?.returncode, -11);
    });
  }

  test('a candidate that can not be built is judged in no case', async () => {
    const { code, build, counts, score: rates } = await score('broken', 'c');
    assert.equal(code, 1);
    assert.equal(build.ok, false);
    assert.deepEqual(rates, {});
    assert.equal(counts.skipped, Object.keys(ways).length);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { registerDoctorCommand } from '../../../src/cli/doctor';
import { registerRecordCommand } from '../../../src/cli/record';
import { registerScoreCommand } from '../../../src/cli/score';
import { registerVerifyCommand } from '../../../src/cli/verify';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import { runCommand } from '../../support/cli/runCommand';
import { buildDist } from '../../support/engines/builtDist';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
  readonly json: Printed;
}

/** What the commands print with --json, as far as it is looked at here. */
interface Printed {
  readonly recorded: number;
  readonly cases: readonly {
    readonly name: string;
    readonly stored: boolean;
    readonly flakes: readonly { readonly variations: readonly string[] }[];
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly build: { readonly ok: boolean };
  readonly target: string;
  readonly language: string;
  readonly engine: string;
  readonly profile: string;
  readonly score: Readonly<Record<string, number>>;
  readonly toolchains: readonly { readonly language: string }[];
}

/** Prints its arguments joined by commas, the time zone, or its standard input. */
const program = String.raw`
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **args) {
  if (count > 1 && !strcmp(args[1], "zone")) { puts(getenv("TZ")); return 0; }
  if (count > 1 && !strcmp(args[1], "fail")) { fputs("no\n", stderr); return 4; }
  if (count == 1) { int c; while ((c = getchar()) != EOF) putchar(c); return 0; }
  for (int i = 1; i < count; i++) printf("%s%s", i > 1 ? "," : "", args[i]);
  puts(END);
  return 0;
}
`;

suite('the commands that run programs', function () {
  this.timeout(120_000);
  let dir: string;
  let distDir: string;

  suiteSetup(async function () {
    dir = await mkdtemp(path.join(os.tmpdir(), 'commands-'));
    try {
      distDir = buildDist();
      await (await selectEngine('bubblewrap', { distDir })).dispose();
      await mkdir(path.join(dir, 'join', 'good'), { recursive: true });
      await mkdir(path.join(dir, 'join', 'bad'), { recursive: true });
      const good = program.replace('END', '""');
      await writeFile(path.join(dir, 'join', 'good', 'join.c'), good);
      await writeFile(path.join(dir, 'join', 'bad', 'join.c'), program.replace('END', '"!"'));
      const { execFileSync } = await import('node:child_process');
      execFileSync('gcc', [
        ...['-w', '-o', path.join(dir, 'join', 'join')],
        path.join(dir, 'join', 'good', 'join.c'),
      ]);
      await writeFile(
        path.join(dir, 'join', 'mirrorcode.json'),
        JSON.stringify({ name: 'join', reference: './join' }),
      );
    } catch (error) {
      console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
      this.skip();
    }
  });
  suiteTeardown(() => rm(dir, { recursive: true, force: true }));
  setup(() => rm(path.join(dir, 'join', 'cases'), { recursive: true, force: true }));

  const run = async (args: readonly string[], stdin = ''): Promise<Outcome> => {
    const registers = [
      registerDoctorCommand,
      registerRecordCommand,
      registerVerifyCommand,
      registerScoreCommand,
    ];
    const { code, out, notes } = await runCommand(registers, args, { cwd: dir, distDir, stdin });
    return {
      code,
      out,
      notes,
      json: JSON.parse(args.includes('--json') && out !== '' ? out : '{}') as Printed,
    };
  };
  const caseText = (split: string, name: string) =>
    readFile(path.join(dir, 'join', 'cases', split, `${name}.case`), 'utf8');

  test('record, verify and score, from one typed case to the first differing byte', async () => {
    const recorded = await run(['record', 'join', '--name', 'g/two', '--', 'a', '-b', '--c']);
    assert.equal(recorded.code, 0);
    assert.match(await caseText('visible', 'g/two'), /-- stdout\n\|a,-b,--c\n/u);
    const dual = ['record', 'join', '--name', 'g/dual', '--dual-of', 'g/two', '--json', '--', 'z'];
    assert.deepEqual((await run(dual)).json.recorded, 1);
    assert.match(await caseText('hidden', 'g/dual'), /duals: \["g\/two"\]/u);
    assert.equal((await run(['record', 'join', '--name', 'g/in', '--stdin', '-'], 'hi')).code, 0);
    assert.match(await caseText('visible', 'g/in'), /-- stdin\n<hi\n-- stdout\n<hi\n/u);

    const verified = await run(['verify', 'join', '--json']);
    assert.equal(verified.code, 0);
    assert.deepEqual(verified.json.counts, { cases: 3, drift: 0, flaky: 0, problems: 0 });

    const good = await run([
      'score',
      'join',
      '--language',
      'c',
      '--candidate',
      'join/good',
      '--json',
    ]);
    assert.equal(good.code, 0);
    const { target, language, engine, profile, score, counts } = good.json;
    assert.deepEqual(
      { target, language, engine, profile, score, counts },
      {
        target: 'join',
        language: 'c',
        engine: 'bubblewrap',
        profile: 'exact',
        score: {
          all: 1,
          visible: 1,
          hidden: 1,
          withheld: 1,
          exit_zero: 1,
          not_edge_and_exit_zero: 1,
        },
        counts: { pass: 3, fail: 0, timeout: 0, crash: 0, infra: 0, skipped: 0 },
      },
    );
    assert.equal(good.json.build.ok, true);

    const bad = await run(['score', 'join', '--language', 'c', '--candidate', 'join/bad']);
    assert.equal(bad.code, 1);
    assert.match(bad.out, /stdout: byte 8, line 1, column 9/u);
    assert.match(bad.out, /expected {2}a,-b,--c\\n/u);
    assert.match(bad.out, /actual {4}a,-b,--c!\\n/u);
  });

  test('a list of command lines is recorded; a flaky one is pinned, or refused', async () => {
    await writeFile(path.join(dir, 'list'), 'join a b\nTZ=UTC join zone\njoin zone # by itself\n');
    const list = ['record', 'join', '--from', 'list', '--json'];
    const recorded = await run([...list, '--no-pin']);
    assert.equal(recorded.code, 1);
    assert.deepEqual(
      recorded.json.cases.map((one) => [one.name, one.stored]),
      [
        ['a-b', true],
        ['zone', true],
        ['zone-2', false],
      ],
    );
    assert.deepEqual(recorded.json.cases[2]?.flakes[0]?.variations, ['tz']);
    const pinned = await run(['record', 'join', '--name', 'p', '--', 'zone']);
    assert.equal(pinned.code, 0);
    assert.match(await caseText('visible', 'p'), /env: \{"TZ":"UTC"\}/u);
  });

  test('a gold that drifted is found', async () => {
    await run(['record', 'join', '--name', 'd', '--', 'x']);
    const file = path.join(dir, 'join', 'cases', 'visible', 'd.case');
    await writeFile(file, (await readFile(file, 'utf8')).replace('|x\n', '|y\n'));
    const verified = await run(['verify', 'join', '--repeat', '1']);
    assert.equal(verified.code, 1);
    assert.match(verified.out, /drift: stdout differs from byte 0/u);
  });

  const wrong: readonly (readonly [what: string, args: readonly string[], said: RegExp])[] = [
    ['no candidate', ['score', 'join'], /needs a candidate/u],
    ['an unknown language', ['score', 'join', '--candidate', '.', '--language', 'perl'], /perl/u],
    ['an unknown variation', ['verify', 'join', '--vary', 'moon'], /moon/u],
    ['a target that is not there', ['score', 'nowhere'], /nowhere/u],
    ['an unknown engine', ['verify', 'join', '--engine', 'chroot'], /chroot/u],
    ['a variable without a value', ['record', 'join', '--env', 'X', '--', 'a'], /NAME=VALUE/u],
    ['a dual of no case', ['record', 'join', '--dual-of', 'g/none', '--', 'a'], /g\/none/u],
    ['a score that is not there', ['score', 'join', '--resume', 'none'], /none/u],
  ];
  for (const [what, args, said] of wrong) {
    test(`${what} is bad usage, said in a sentence with what to do`, async () => {
      const { code, out, notes } = await run(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(notes, said);
      assert.ok(notes.trim().split('\n').length >= 2, notes);
    });
  }

  test('the doctor names engines and toolchains', async () => {
    const { code, json } = await run(['doctor', '--json']);
    assert.equal(code, 0);
    assert.equal(json.engine, 'bubblewrap');
    assert.deepEqual(
      json.toolchains.map(({ language }) => language),
      ['python', 'c', 'go', 'rust', 'ocaml', 'ada'],
    );
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../src/core/cases/case';
import { emptyContent } from '../../src/core/cases/case';
import { bytesContent } from '../../src/core/cases/content';
import { CancelledError } from '../../src/core/errors';
import { Recorder } from '../../src/core/recording/recorder';
import { recordIntoStore } from '../../src/core/recording/recordIntoStore';
import { verifyTarget } from '../../src/core/recording/verify';
import type { Engine } from '../../src/core/sandbox/sandbox';
import { selectEngine } from '../../src/core/sandbox/selectEngine';
import type { CaseResult } from '../../src/core/scoring/score';
import { scoreCandidate } from '../../src/core/scoring/scoreCandidate';
import type { ScoreRequest } from '../../src/core/scoring/scoreCandidate';
import { actualPath, listScores, readVerdicts } from '../../src/core/scoring/scoreFiles';
import { parseSelection } from '../../src/core/scoring/selection';
import { openTarget } from '../../src/core/targets/openTarget';
import type { Target } from '../../src/core/targets/target';
import { WorkFolder } from '../../src/core/workFolder';
import { buildDist } from '../support/engines/builtDist';

/** Does what its first argument says; reference and candidate alike. */
const source = String.raw`
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void search(const char *folder, int depth) {
  DIR *dir = opendir(folder);
  struct dirent *entry;
  if (!dir || depth > 12) return;
  while ((entry = readdir(dir))) {
    char path[4096];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(path, sizeof path, "%s/%s", strcmp(folder, "/") ? folder : "", entry->d_name);
    if (!strncmp(path, "/proc", 5) || !strncmp(path, "/sys", 4)) continue;
    size_t length = strlen(path);
    if (length > 5 && !strcmp(path + length - 5, ".case")) puts(path);
    if (!strcmp(entry->d_name, "visible") || !strcmp(entry->d_name, "score.json")) puts(path);
    struct stat info;
    if (!lstat(path, &info) && S_ISDIR(info.st_mode)) search(path, depth + 1);
  }
  closedir(dir);
}

int main(int count, char **args) {
  const char *what = count > 1 ? args[1] : "";
  if (!strcmp(what, "echo")) { fputs(count > 2 ? args[2] : "", stdout); return 0; }
  if (!strcmp(what, "bytes")) { for (int i = 0; i < 256; i++) putchar(i); return 3; }
  if (!strcmp(what, "segv")) { puts("before"); fflush(stdout); raise(SIGSEGV); }
  if (!strcmp(what, "sleep")) { if (fork() == 0) { setsid(); sleep(600); } sleep(600); }
  if (!strcmp(what, "nap")) { usleep(200000); puts("rested"); return 0; }
  if (!strcmp(what, "large")) {
    char *block = malloc(1 << 20);
    for (int n = 0; n < 50; n++) {
      for (int i = 0; i < 1 << 20; i++) block[i] = (char)(i * 7 + n);
      fwrite(block, 1, 1 << 20, stdout);
    }
    return 0;
  }
  if (!strcmp(what, "files")) {
    FILE *file = fopen("made.bin", "w");
    for (int i = 0; i < 256; i++) fputc(i, file);
    fclose(file);
    chmod("made.bin", 0750);
    file = fopen("kept.txt", "a");
    fputs("more", file);
    fclose(file);
    unlink("gone.txt");
    mkdir("sub", 0700);
    symlink("made.bin", "sub/link");
    return 0;
  }
  if (!strcmp(what, "stdin")) {
    char buffer[64];
    int in = open("/dev/stdin", O_RDONLY), got = in < 0 ? 0 : (int)read(in, buffer, sizeof buffer);
    fwrite(buffer, 1, got < 0 ? 0 : (size_t)got, stdout);
    return 0;
  }
  if (!strcmp(what, "clock")) { printf("%ld\n", (long)time(NULL)); return 0; }
  if (!strcmp(what, "zone")) { time_t zero = 0; fputs(asctime(localtime(&zero)), stdout); return 0; }
  if (!strcmp(what, "random")) {
    unsigned long value = 0;
    FILE *file = fopen("/dev/urandom", "r");
    if (fread(&value, sizeof value, 1, file) == 1) printf("%lu\n", value);
    return 0;
  }
  if (!strcmp(what, "order")) {
    DIR *dir = opendir(".");
    struct dirent *entry;
    while ((entry = readdir(dir))) if (entry->d_name[0] != '.') puts(entry->d_name);
    return 0;
  }
  if (!strcmp(what, "search")) { search("/", 0); return 0; }
  return 9;
}
`;

function draft(name: string, ...args: string[]) {
  const input = { args, env: {}, stdin: emptyContent, files: [] };
  return { name, labels: [] as string[], duals: [] as string[], input };
}

function golden(name: string, args: readonly string[], stdout: string, returncode = 0): Case {
  const gold = { stdout: bytesContent(stdout), stderr: emptyContent, returncode, outputs: [] };
  return { ...draft(name, ...args), gold };
}

function textFile(name: string, text: string) {
  return { kind: 'file', path: name, mode: 0o644, content: bytesContent(text) } as const;
}

suite('recording and scoring a real program', function () {
  this.timeout(120_000);
  let dir: string;
  let engine: Engine;
  let target: Target;

  suiteSetup(async function () {
    dir = await mkdtemp(path.join(os.tmpdir(), 'real-'));
    try {
      engine = await selectEngine('bubblewrap', { distDir: buildDist() });
      await mkdir(path.join(dir, 'target', 'candidate'), { recursive: true });
      const file = path.join(dir, 'target', 'candidate', 'prog.c');
      await writeFile(file, source);
      execFileSync('gcc', ['-w', '-O1', '-o', path.join(dir, 'target', 'prog'), file]);
    } catch (error) {
      console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
      this.skip();
    }
    await writeFile(
      path.join(dir, 'target', 'mirrorcode.json'),
      // Longer than usual, for a machine that does other things too.
      JSON.stringify({ name: 'prog', reference: './prog', limits: { timeout: 4 } }),
    );
    target = await openTarget(path.join(dir, 'target'));
  });
  suiteTeardown(async () => {
    await (engine as Engine | undefined)?.dispose();
    await rm(dir, { recursive: true, force: true });
  });
  setup(async () => {
    await rm(target.store.path, { recursive: true, force: true });
    await rm(path.join(dir, '.mirrorcode'), { recursive: true, force: true });
  });

  const recordAll = (drafts: Parameters<typeof recordIntoStore>[2], options: object = {}) =>
    recordIntoStore(target, engine, drafts, {
      lanes: 2,
      replace: false,
      allowFlaky: false,
      pin: false,
      ...options,
    });
  const score = (options: Partial<ScoreRequest> = {}) =>
    scoreCandidate({
      target,
      language: 'c',
      candidate: path.join(dir, 'target', 'candidate'),
      engine,
      selection: parseSelection('all'),
      jobs: 2,
      workFolder: new WorkFolder(dir),
      ...options,
    });
  const verdictsOf = (cases: readonly CaseResult[]) =>
    Object.fromEntries(cases.map(({ name, verdict }) => [name, verdict]));

  test('every byte comes back: binary, large, empty, with files, through /dev/stdin', async () => {
    const files = [textFile('gone.txt', 'x'), textFile('kept.txt', 'k')];
    const withFiles = draft('a/files', 'files');
    const withStdin = draft('a/stdin', 'stdin');
    const recorded = await recordAll([
      draft('a/bytes', 'bytes'),
      draft('a/large', 'large'),
      draft('a/empty', 'echo'),
      draft('a/none', 'echo', 'no line feed'),
      draft('a/raw', 'echo', '\udcff\udc80'),
      draft('a/segv', 'segv'),
      { ...withFiles, input: { ...withFiles.input, files } },
      { ...withStdin, input: { ...withStdin.input, stdin: bytesContent('in') } },
    ]);
    assert.deepEqual(
      recorded.map(({ stored }) => stored),
      Array(8).fill(true),
    );
    const goldOf = async (name: string) => (await target.store.read(name)).gold!;
    const run = (...args: string[]) =>
      execFileSync(path.join(dir, 'target', 'prog'), args, { maxBuffer: 1 << 27 });
    const bytes = async (name: string) => {
      const { stdout } = await goldOf(name);
      return stdout.kind === 'bytes' ? Buffer.from(stdout.bytes) : readFile(stdout.path);
    };
    assert.deepEqual(await bytes('a/bytes'), Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
    assert.equal((await goldOf('a/bytes')).returncode, 3);
    assert.ok((await bytes('a/large')).equals(run('large')));
    assert.equal((await bytes('a/empty')).length, 0);
    assert.equal((await bytes('a/none')).toString(), 'no line feed');
    assert.deepEqual(await bytes('a/raw'), Buffer.from([0xff, 0x80]));
    assert.equal((await goldOf('a/segv')).returncode, -11);
    assert.equal((await bytes('a/segv')).toString(), 'before\n');
    assert.equal((await bytes('a/stdin')).toString(), 'in');
    const { outputs } = await goldOf('a/files');
    assert.deepEqual(
      outputs.map((entry) => [entry.kind, entry.path, 'mode' in entry ? entry.mode : undefined]),
      [
        ['absent', 'gone.txt', undefined],
        ['file', 'kept.txt', 0o644],
        ['file', 'made.bin', 0o750],
        ['dir', 'sub', 0o700],
        ['link', 'sub/link', undefined],
      ],
    );
  });

  test('what was recorded is what the same program scores', async () => {
    const files = [textFile('gone.txt', 'x'), textFile('kept.txt', 'k')];
    const withFiles = draft('a/files', 'files');
    await recordAll([
      draft('a/bytes', 'bytes'),
      draft('a/segv', 'segv'),
      draft('a/large', 'large'),
      { ...withFiles, input: { ...withFiles.input, files } },
    ]);
    const { score: result } = await score();
    assert.deepEqual(verdictsOf(result.cases), {
      'a/bytes': 'pass',
      'a/files': 'pass',
      'a/large': 'pass',
      'a/segv': 'pass',
    });
  });

  test('flaky cases are refused with their cause, and firm ones kept', async () => {
    const ordered = draft('f/order', 'order');
    const files = ['a', 'b', 'c'].map((name) => textFile(name, ''));
    const recorded = await recordAll([
      draft('f/clock', 'clock'),
      draft('f/zone', 'zone'),
      draft('f/random', 'random'),
      { ...ordered, input: { ...ordered.input, files } },
      draft('f/firm', 'echo', 'x'),
    ]);
    assert.deepEqual(
      recorded.map(({ name, stored, flakes }) => [
        name,
        stored,
        ...flakes.map((flake) => flake.variations.join()),
      ]),
      [
        ['f/clock', false, 'clock'],
        ['f/zone', false, 'tz'],
        ['f/random', false, ''],
        ['f/order', false, 'dir-order'],
        ['f/firm', true],
      ],
    );
    assert.deepEqual(
      (await target.store.list()).cases.map(({ name }) => name),
      ['f/firm'],
    );
  });

  test('pinning makes a case firm; allowing keeps it with a label', async () => {
    const [pinned] = await recordAll([draft('p/zone', 'zone')], { pin: true });
    assert.deepEqual([pinned?.stored, pinned?.pinned], [true, ['TZ']]);
    assert.deepEqual((await target.store.read('p/zone')).input.env, { TZ: 'UTC' });
    const [allowed] = await recordAll([draft('p/random', 'random')], { allowFlaky: true });
    assert.equal(allowed?.stored, true);
    assert.deepEqual((await target.store.read('p/random')).labels, ['flaky']);
  });

  test('an existing case is not written over unless that is asked for', async () => {
    await recordAll([draft('o/a', 'echo', '1')]);
    await assert.rejects(recordAll([draft('o/b', 'echo'), draft('o/a', 'echo', '2')]), /already/u);
    assert.deepEqual(
      (await target.store.list()).cases.map(({ name }) => name),
      ['o/a'],
    );
    await recordAll([draft('o/a', 'echo', '2')], { replace: true });
    assert.deepEqual((await target.store.read('o/a')).input.args, ['echo', '2']);
  });

  test('a time-out is no gold', async () => {
    const [recorded] = await recordAll([draft('t/sleep', 'sleep')]);
    assert.equal(recorded?.stored, false);
    assert.match(recorded.reason ?? '', /longer than 4 s/u);
  });

  test('verifying finds drift, flakes and another reference', async () => {
    await recordAll([draft('v/good', 'echo', 'x'), draft('v/old', 'echo', 'y')]);
    const old = await target.store.read('v/old');
    await target.store.write(
      {
        ...old,
        gold: { ...old.gold!, stdout: bytesContent('z') },
        provenance: { ...old.provenance!, reference: 'sha256:00' },
      },
      { replace: true },
    );
    await target.store.write(golden('v/random', ['random'], 'x'));
    const told: string[] = [];
    const verification = await verifyTarget(target, engine, {
      lanes: 2,
      onCase: ({ name }) => told.push(name),
    });
    assert.deepEqual(told.sort(), ['v/good', 'v/old', 'v/random']);
    const byName = new Map(verification.cases.map((one) => [one.name, one]));
    assert.deepEqual(byName.get('v/good')?.drift, []);
    assert.deepEqual(
      byName.get('v/old')?.drift.map(({ stream }) => stream),
      ['stdout'],
    );
    assert.deepEqual(byName.get('v/random')?.drift, []);
    assert.deepEqual(
      byName.get('v/random')?.flakes.map(({ stream }) => stream),
      ['stdout'],
    );
    assert.deepEqual(verification.otherReference, ['v/old']);
  });

  test('each way to end has its verdict, and what failed is kept', async () => {
    await target.store.writeAll([
      golden('s/pass', ['echo', 'x'], 'x'),
      golden('s/fail', ['echo', 'one\ntwo'], 'one\ntoo'),
      golden('s/timeout', ['sleep'], ''),
      golden('s/crash', ['segv'], 'before\n'),
    ]);
    const { score: result, dir: folder } = await score();
    assert.deepEqual(verdictsOf(result.cases), {
      's/crash': 'crash',
      's/fail': 'fail',
      's/pass': 'pass',
      's/timeout': 'timeout',
    });
    const fail = result.cases.find(({ name }) => name === 's/fail');
    assert.deepEqual(fail?.differences, [
      { stream: 'stdout', offset: 5, line: 2, column: 2, class: 'else' },
    ]);
    assert.equal(await readFile(actualPath(folder, fail.actual?.stdout ?? ''), 'utf8'), 'one\ntwo');
    assert.equal(result.score['all'], 0.25);
  });

  test('a candidate finds neither golds nor the work folder', async () => {
    await target.store.writeAll([
      golden('h/search', ['search'], ''),
      golden('h/other', ['echo'], ''),
    ]);
    const { score: result } = await score();
    assert.deepEqual(verdictsOf(result.cases), { 'h/other': 'pass', 'h/search': 'pass' });
  });

  test('the same sources are built once; a changed one is built again', async () => {
    await target.store.write(golden('b/a', ['echo', 'x'], 'x'));
    assert.equal((await score()).score.build.cached, undefined);
    assert.equal((await score()).score.build.cached, true);
    const candidate = path.join(dir, 'changed');
    await mkdir(candidate, { recursive: true });
    await writeFile(path.join(candidate, 'prog.c'), `${source}\n/* changed */\n`);
    assert.equal((await score({ candidate })).score.build.cached, undefined);
  });

  test('a build that fails skips every case and shows the compiler’s words', async () => {
    await target.store.write(golden('b/a', ['echo', 'x'], 'x'));
    const candidate = path.join(dir, 'broken');
    await mkdir(candidate, { recursive: true });
    await writeFile(path.join(candidate, 'prog.c'), 'int main( { return 0; }\n');
    const { score: result } = await score({ candidate });
    assert.equal(result.build.ok, false);
    assert.match(result.build.tail ?? '', /error/u);
    assert.match(await readFile(result.build.log, 'utf8'), /prog\.c/u);
    assert.deepEqual(verdictsOf(result.cases), { 'b/a': 'skipped' });
    assert.deepEqual(result.score, {});
  });

  test('a cancelled score leaves no process, and is gone on with where it stopped', async () => {
    const cases = Array.from({ length: 12 }, (_, n) => golden(`c/${n}`, ['nap'], 'rested\n'));
    await target.store.writeAll([...cases, golden('c/forever', ['sleep'], '')]);
    const cancellation = new AbortController();
    const seen: string[] = [];
    const running = score({
      signal: cancellation.signal,
      onResult: ({ name }) => {
        if (seen.push(name) === 4) {
          cancellation.abort();
        }
      },
    });
    await assert.rejects(running, CancelledError);
    assert.deepEqual(await processesOf('prog'), []);
    const [interrupted] = await listScores(new WorkFolder(dir));
    assert.equal(interrupted?.header.state, 'cancelled');
    const judged = await readVerdicts(interrupted.dir);
    assert.ok(judged.length >= 4 && judged.length < 13);
    const reported: string[] = [];
    const { score: result } = await score({
      resume: interrupted.dir,
      onResult: ({ name }) => reported.push(name),
    });
    assert.equal(result.cases.length, 13);
    assert.equal(reported.length, 13);
    assert.deepEqual(
      reported.slice(0, judged.length),
      judged.map(({ name }) => name),
    );
  });

  test('two scores at once in one folder are both whole', async () => {
    const cases = Array.from({ length: 20 }, (_, n) => golden(`w/${n}`, ['echo', `${n}`], `${n}`));
    await target.store.writeAll(cases);
    const both = await Promise.all([score(), score()]);
    assert.deepEqual(
      both.map(({ score: { counts } }) => counts.pass),
      [20, 20],
    );
    assert.equal((await listScores(new WorkFolder(dir))).length, 2);
  });

  test('a recorder that is disposed of leaves no process', async () => {
    const recorder = await Recorder.open(target, engine, { lanes: 2, runs: 1 });
    const recording = recorder.record(draft('r/sleep', 'sleep')).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await recorder.dispose();
    await recording;
    assert.deepEqual(await processesOf('prog'), []);
  });
});

/** Ids of living processes of this machine that were called by this name. */
async function processesOf(program: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const [command = ''] = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split(
        '\0',
      );
      return command === program ? [id] : [];
    }),
  );
  return found.flat();
}

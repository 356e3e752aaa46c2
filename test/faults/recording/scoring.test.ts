import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CancelledError } from '../../../src/core/errors';
import { actualPath, listScores, readVerdicts } from '../../../src/core/scoring/scoreFiles';
import { isSound, verifyTarget } from '../../../src/core/recording/verify';
import { parseSelection } from '../../../src/core/scoring/selection';
import { WorkFolder } from '../../../src/core/workFolder';
import {
  draft,
  golden,
  processesOf,
  realSource,
  textFile,
  verdictsOf,
  useRealProgram,
} from './real/realProgram';

suite('scoring a real program', function () {
  this.timeout(120_000);
  const real = useRealProgram();

  test('what was recorded is what the same program scores', async () => {
    const files = [textFile('gone.txt', 'x'), textFile('kept.txt', 'k')];
    const withFiles = draft('a/files', 'files');
    await real.recordAll([
      draft('a/bytes', 'bytes'),
      draft('a/segv', 'segv'),
      draft('a/large', 'large'),
      { ...withFiles, input: { ...withFiles.input, files } },
    ]);
    const { score: result } = await real.score();
    assert.deepEqual(verdictsOf(result.cases), {
      'a/bytes': 'pass',
      'a/files': 'pass',
      'a/large': 'pass',
      'a/segv': 'pass',
    });
  });

  test('a case that can not be read is said, and one selection of nothing leaves no trace', async () => {
    await real.target.store.write(golden('s/pass', ['echo', 'x'], 'x'));
    const torn = path.join(real.target.store.path, 'visible', 's', 'torn.case');
    await writeFile(torn, 'case/1\nname: "s/to');
    const { score, unreadable } = await real.score();
    assert.equal(score.counts.pass, 1);
    assert.deepEqual(
      unreadable.map(({ name }) => name),
      ['s/torn'],
    );
    const { cases } = await verifyTarget(real.target, real.engine, { lanes: 1, runs: 1 });
    assert.deepEqual(
      cases.map((one) => [one.name, isSound(one)]),
      [
        ['s/torn', false],
        ['s/pass', true],
      ],
    );
    const before = await listScores(new WorkFolder(real.dir));
    await assert.rejects(real.score({ selection: parseSelection('no/*') }), /no case is selected/u);
    assert.equal((await listScores(new WorkFolder(real.dir))).length, before.length);
  });

  test('each way to end has its verdict, and what failed is kept', async () => {
    await real.target.store.writeAll([
      golden('s/pass', ['echo', 'x'], 'x'),
      golden('s/fail', ['echo', 'one\ntwo'], 'one\ntoo'),
      golden('s/timeout', ['sleep'], ''),
      golden('s/crash', ['segv'], 'before\n'),
    ]);
    const { score: result, dir: folder } = await real.score();
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
    await real.target.store.writeAll([
      golden('h/search', ['search'], ''),
      golden('h/other', ['echo'], ''),
    ]);
    const { score: result } = await real.score();
    assert.deepEqual(verdictsOf(result.cases), { 'h/other': 'pass', 'h/search': 'pass' });
  });

  test('the same sources are built once; a changed one is built again', async () => {
    await real.target.store.write(golden('b/a', ['echo', 'x'], 'x'));
    assert.equal((await real.score()).score.build.cached, undefined);
    assert.equal((await real.score()).score.build.cached, true);
    const candidate = path.join(real.dir, 'changed');
    await mkdir(candidate, { recursive: true });
    await writeFile(
      path.join(candidate, 'prog.c'),
      `${await readFile(realSource, 'utf8')}\n/* changed */\n`,
    );
    assert.equal((await real.score({ candidate })).score.build.cached, undefined);
  });

  test('a build that fails skips every case and shows the compiler’s words', async () => {
    await real.target.store.write(golden('b/a', ['echo', 'x'], 'x'));
    const candidate = path.join(real.dir, 'broken');
    await mkdir(candidate, { recursive: true });
    await writeFile(path.join(candidate, 'prog.c'), 'int main( { return 0; }\n');
    const { score: result } = await real.score({ candidate });
    assert.equal(result.build.ok, false);
    assert.match(result.build.tail ?? '', /error/u);
    assert.match(await readFile(result.build.log, 'utf8'), /prog\.c/u);
    assert.deepEqual(verdictsOf(result.cases), { 'b/a': 'skipped' });
    assert.deepEqual(result.score, {});
  });

  test('a cancelled score leaves no process, and is gone on with where it stopped', async () => {
    const cases = Array.from({ length: 12 }, (_, n) => golden(`c/${n}`, ['nap'], 'rested\n'));
    await real.target.store.writeAll([...cases, golden('c/forever', ['sleep'], '')]);
    const cancellation = new AbortController();
    const seen: string[] = [];
    const running = real.score({
      signal: cancellation.signal,
      onResult: ({ name }) => {
        if (seen.push(name) === 4) {
          cancellation.abort();
        }
      },
    });
    await assert.rejects(running, CancelledError);
    assert.deepEqual(await processesOf('prog'), []);
    const [interrupted] = await listScores(new WorkFolder(real.dir));
    assert.equal(interrupted?.header.state, 'cancelled');
    const judged = await readVerdicts(interrupted.dir);
    assert.ok(judged.length >= 4 && judged.length < 13);
    const reported: string[] = [];
    const { score: result } = await real.score({
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
    await real.target.store.writeAll(cases);
    const both = await Promise.all([real.score(), real.score()]);
    assert.deepEqual(
      both.map(({ score: { counts } }) => counts.pass),
      [20, 20],
    );
    assert.equal((await listScores(new WorkFolder(real.dir))).length, 2);
  });
});

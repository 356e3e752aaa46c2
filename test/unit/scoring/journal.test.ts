import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InfraError, UserError } from '../../../src/core/errors';
import { ScoreJournal } from '../../../src/core/scoring/journal';
import type { NewScore } from '../../../src/core/scoring/journal';
import { LineLog } from '../../../src/core/lineLog';
import type { CaseResult, Verdict } from '../../../src/core/scoring/score';
import {
  actualPath,
  isRunning,
  listScores,
  pruneScores,
  readHeader,
  readScore,
  readVerdicts,
  writeHeader,
} from '../../../src/core/scoring/scoreFiles';
import { WorkFolder } from '../../../src/core/workFolder';

const header: NewScore = {
  target: 'numfmt',
  targetPath: '/t/numfmt',
  language: 'c',
  candidate: '/c',
  candidateHash: 'abc',
  engine: 'bubblewrap',
  profile: 'exact',
  cases: 'all',
  total: 3,
  started: '2026-11-21T10:00:00.000Z',
};

const result = (name: string, verdict: Verdict = 'pass'): CaseResult => ({
  name,
  labels: [],
  verdict,
  durationMs: 1,
  differences: [],
  exitZero: true,
});

suite('the journal of a score', () => {
  let dir: string;
  let workFolder: WorkFolder;
  setup(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'journal-'));
    workFolder = new WorkFolder(dir);
  });
  teardown(() => rm(dir, { recursive: true }));

  const begin = async () =>
    ScoreJournal.begin({ scoresDir: await workFolder.make(workFolder.scores) }, header);

  test('verdicts are on disk shortly after they fall, before anything is closed', async () => {
    const journal = await begin();
    journal.add(result('a'));
    const deadline = Date.now() + 5000;
    while ((await readVerdicts(journal.dir)).length === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(
      (await readVerdicts(journal.dir)).map(({ name }) => name),
      ['a'],
    );
    await journal.close({ state: 'done' });
  });

  test('a finished score reads as it was', async () => {
    const journal = await begin();
    journal.add(result('a'));
    journal.add(result('b', 'fail'));
    await journal.close({ state: 'done' });
    const score = await readScore(journal.dir);
    assert.equal(score.score['all'], 0.5);
    assert.equal(score.counts.fail, 1);
    assert.equal(score.header.state, 'done');
    const [listed] = await listScores(workFolder);
    assert.equal(listed?.dir, journal.dir);
  });

  test('two scores that begin at once have folders of their own', async () => {
    const journals = await Promise.all([begin(), begin(), begin()]);
    assert.equal(new Set(journals.map((journal) => journal.dir)).size, 3);
    await Promise.all(journals.map((journal) => journal.close({ state: 'done' })));
    assert.equal((await listScores(workFolder)).length, 3);
  });

  test('a line that a crash tore is cut off, and what follows stands on its own', async () => {
    const journal = await begin();
    journal.add(result('a'));
    journal.add(result('b'));
    await journal.close({ state: 'cancelled' });
    const file = path.join(journal.dir, 'verdicts.jsonl');
    const whole = await readFile(file);
    await truncate(file, whole.length - 10);
    assert.deepEqual(
      (await readVerdicts(journal.dir)).map(({ name }) => name),
      ['a'],
    );
    const resumed = await ScoreJournal.resume(journal.dir, header);
    assert.deepEqual(
      resumed.earlier.map(({ name }) => name),
      ['a'],
    );
    resumed.add(result('b', 'fail'));
    await resumed.close({ state: 'done' });
    assert.deepEqual(
      (await readVerdicts(journal.dir)).map(({ name, verdict }) => [name, verdict]),
      [
        ['a', 'pass'],
        ['b', 'fail'],
      ],
    );
  });

  test('what the harness failed on is judged anew, and the last verdict counts', async () => {
    const journal = await begin();
    journal.add(result('a', 'infra'));
    journal.add(result('b'));
    await journal.close({ state: 'failed', error: 'x' });
    const resumed = await ScoreJournal.resume(journal.dir, header);
    assert.deepEqual(
      resumed.earlier.map(({ name }) => name),
      ['b'],
    );
    resumed.add(result('a'));
    await resumed.close({ state: 'done' });
    const score = await readScore(journal.dir);
    assert.deepEqual([score.counts.pass, score.counts.infra], [2, 0]);
  });

  const others: readonly (readonly [string, Partial<NewScore>])[] = [
    ['another candidate', { candidateHash: 'other' }],
    ['another target', { targetPath: '/t/sed' }],
    ['other cases', { cases: 'hidden' }],
    ['another profile', { profile: 'mirrorcode' }],
  ];
  for (const [what, change] of others) {
    test(`a score of ${what} is not gone on with`, async () => {
      const journal = await begin();
      await journal.close({ state: 'cancelled' });
      await assert.rejects(ScoreJournal.resume(journal.dir, { ...header, ...change }), UserError);
    });
  }

  test('a score that another living process makes is not gone on with; of a dead one it is', async () => {
    const journal = await begin();
    await journal.close({});
    const written = await readHeader(journal.dir);
    const host = os.hostname();
    await writeHeader(journal.dir, { ...written, process: { pid: process.ppid, host } });
    await assert.rejects(ScoreJournal.resume(journal.dir, header), /still at it/u);
    const dead = { ...written, process: { pid: 2 ** 22 + 1, host } };
    await writeHeader(journal.dir, dead);
    assert.equal(isRunning(dead), false);
    await (await ScoreJournal.resume(journal.dir, header)).close({ state: 'done' });
  });

  test('a folder that holds a score is not written over', async () => {
    const place = { dir: path.join(dir, 'mine') };
    await (await ScoreJournal.begin(place, header)).close({ state: 'done' });
    await assert.rejects(ScoreJournal.begin(place, header), /holds one already/u);
  });

  test('an actual output is kept once, under its hash', async () => {
    const journal = await begin();
    const bytes = Buffer.from('out');
    const hashes = await Promise.all([journal.keep(bytes), journal.keep(bytes)]);
    assert.equal(hashes[0], hashes[1]);
    assert.deepEqual(await readFile(actualPath(journal.dir, hashes[0])), bytes);
    await journal.close({ state: 'done' });
    assert.equal((await readdir(path.join(journal.dir, 'actual'))).length, 1);
  });

  test('folders beside that are no scores do no harm', async () => {
    const journal = await begin();
    await journal.close({ state: 'done' });
    await writeFile(path.join(workFolder.scores, 'stray'), 'x');
    assert.equal((await listScores(workFolder)).length, 1);
    await assert.rejects(readHeader(dir), UserError);
  });

  test('git sees nothing of the work folder', async () => {
    await workFolder.make(workFolder.scores);
    await workFolder.make(workFolder.pending);
    assert.equal(await readFile(path.join(workFolder.path, '.gitignore'), 'utf8'), '*\n');
  });
});

suite('a log of lines', () => {
  test('a full disk is an infra error, said at the next line and at the flush', async function () {
    const log = await LineLog.open('/dev/full').catch(() => undefined);
    if (log === undefined) {
      // A system without /dev/full, or one that does not let it be opened.
      this.skip();
    }
    log.add({ a: 1 });
    await assert.rejects(log.flush(), InfraError);
    assert.throws(() => log.add({ a: 2 }), InfraError);
    await log.close();
  });

  test('a torn line longer than what is read at once is cut too', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'lines-'));
    try {
      const file = path.join(dir, 'log');
      await appendFile(file, '{"a":1}\n' + 'x'.repeat(200_000));
      const log = await LineLog.open(file);
      log.add({ b: 2 });
      await log.close();
      assert.equal(await readFile(file, 'utf8'), '{"a":1}\n{"b":2}\n');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

suite('pruning old scores', () => {
  test('the newest of each task stay, and so does what can be resumed', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'prune-'));
    try {
      const workFolder = new WorkFolder(dir);
      const scoresDir = await workFolder.make(workFolder.scores);
      const make = async (
        started: string,
        state: 'done' | 'cancelled',
        language: 'c' | 'go' = 'c',
      ) => {
        const journal = await ScoreJournal.begin({ scoresDir }, { ...header, started, language });
        await journal.close({ state });
        return path.basename(journal.dir);
      };
      const oldest = await make('2026-11-21T10:00:00.000Z', 'done');
      const kept = [
        await make('2026-11-21T10:00:01.000Z', 'cancelled'),
        await make('2026-11-21T10:00:02.000Z', 'done'),
        await make('2026-11-21T10:00:03.000Z', 'done'),
        await make('2026-11-21T09:00:00.000Z', 'done', 'go'),
      ];
      const removed = await pruneScores(workFolder, 2);
      assert.deepEqual(
        removed.map((place) => path.basename(place)),
        [oldest],
      );
      assert.deepEqual((await readdir(scoresDir)).sort(), kept.sort());
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

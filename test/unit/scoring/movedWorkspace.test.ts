import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ScoreJournal } from '../../../src/core/scoring/journal';
import { listRunScores, listScores, scoreFileNames } from '../../../src/core/scoring/scoreFiles';
import { WorkFolder } from '../../../src/core/workFolder';

suite('scores in a workspace that is moved', () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'moved-'));
  });
  teardown(() => rm(folder, { recursive: true }));

  /** A score that is whole; returns its folder. */
  async function score(dir: string, targetPath: string, candidate: string): Promise<string> {
    const journal = await ScoreJournal.begin(
      { dir },
      {
        ...{ target: 'cal', targetPath, language: 'python', candidate, candidateHash: 'x' },
        ...{ engine: 'bubblewrap', profile: 'exact', cases: 'all', total: 0 },
        started: '2026-11-21T10:00:00.000Z',
      },
    );
    await journal.close({ state: 'done' });
    return dir;
  }

  test('are still those of its targets, and so are those of runs', async () => {
    const before = path.join(folder, 'before');
    const { scores, runs } = new WorkFolder(before);
    const outside = path.join(folder, 'elsewhere');
    const target = path.join(before, 'targets', 'cal');
    await score(path.join(scores, '1'), target, path.join(before, 'mine'));
    await score(path.join(runs, 'a', 'score'), before, outside);
    const after = path.join(folder, 'after');
    await rename(before, after);
    const [moved] = await listScores(new WorkFolder(after));
    assert.deepEqual(
      [moved?.header.targetPath, moved?.header.candidate],
      [path.join(after, 'targets', 'cal'), path.join(after, 'mine')],
    );
    const [ofRun] = await listRunScores(new WorkFolder(after));
    assert.deepEqual([ofRun?.header.targetPath, ofRun?.header.candidate], [after, outside]);
  });

  test('that an older version has kept are read as they are', async () => {
    const { scores } = new WorkFolder(folder);
    const dir = await score(path.join(scores, '1'), path.join(folder, 'cal'), folder);
    const file = path.join(dir, scoreFileNames.header);
    const kept = JSON.parse(await readFile(file, 'utf8')) as { targetPath: string };
    assert.equal(kept.targetPath, 'cal');
    await mkdir(dir, { recursive: true });
    await writeFile(file, JSON.stringify({ ...kept, targetPath: '/old/place/cal' }));
    const [old] = await listScores(new WorkFolder(folder));
    assert.equal(old?.header.targetPath, '/old/place/cal');
  });
});

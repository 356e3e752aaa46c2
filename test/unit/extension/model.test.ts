import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseResult, Verdict } from '../../../src/core/scoring/score';
import type { StoredScore } from '../../../src/core/scoring/scoreFiles';
import type { EngineThread } from '../../../src/extension/engine/engineThread';
import { countCases } from '../../../src/extension/model/caseGroups';
import { Candidates } from '../../../src/extension/model/candidates';
import { Coalescer } from '../../../src/extension/model/coalescer';
import type { TargetInfo } from '../../../src/extension/model/targetInfo';
import { WorkspaceModel } from '../../../src/extension/model/workspaceModel';

const cal: TargetInfo = {
  key: 'cal',
  name: 'cal',
  title: 'cal',
  path: '/w/cal',
  root: '/w',
  store: { kind: 'case', path: '/w/cal/cases' },
  hasReference: true,
  languages: ['python', 'c', 'go'],
  agents: [],
  profile: 'exact',
  timeout: 2,
  candidates: { c: '/w/cal/candidates/c' },
};

function result(name: string, verdict: Verdict): CaseResult {
  return { name, labels: [], verdict, durationMs: 1, differences: [] };
}

function score(dir: string, cases: string, started: string): StoredScore {
  const header = {
    target: 'cal',
    targetPath: '/w/cal',
    language: 'c',
    state: 'done',
    cases,
    started,
  };
  return { dir, header: header as StoredScore['header'] };
}

/** An engine that answers from tables, and logs what it was asked. */
class FakeEngine {
  readonly asked: string[] = [];
  answers: Record<string, (params: Record<string, unknown>) => unknown> = {
    discover: () => ({ targets: [cal], broken: [], roots: ['/w'], remembered: {} }),
    count: () => countCases({ cases: [], unreadable: [] }),
    list: () => ({ cases: [], unreadable: [] }),
    scores: () => [],
    captures: () => [],
  };

  readonly call = ((method: string, params: Record<string, unknown>) => {
    this.asked.push(method);
    return Promise.resolve().then(() => this.answers[method]?.(params));
  }) as EngineThread['call'];
}

function fail(error: unknown): void {
  throw error;
}

suite('what the editor knows of a workspace', () => {
  test('cases are listed once, until files change', async () => {
    const engine = new FakeEngine();
    const model = new WorkspaceModel(engine, () => ['/w'], fail);
    await model.refresh();
    assert.ok(!engine.asked.includes('list'), 'counts alone cross to the host');
    await Promise.all([model.listing(cal), model.listing(cal)]);
    assert.equal(engine.asked.filter((method) => method === 'list').length, 1);
    await model.refresh();
    await model.listing(cal);
    assert.equal(engine.asked.filter((method) => method === 'list').length, 2);
    model.dispose();
  });

  test('counts of the last time are shown until the cases are counted, and never again', async () => {
    const engine = new FakeEngine();
    const seven = { ...countCases({ cases: [], unreadable: [] }), total: 7 };
    engine.answers['discover'] = () => ({
      targets: [cal],
      broken: [],
      roots: ['/w'],
      remembered: { cal: seven },
    });
    const model = new WorkspaceModel(engine, () => ['/w'], fail);
    const shown: unknown[] = [];
    model.onDidChange((change) => {
      if (change === 'targets' || change === 'counts') {
        shown.push([change, model.countsOf(cal)?.total]);
      }
    });
    await model.refresh();
    await model.refresh();
    const counted = ['counts', 0];
    assert.deepEqual(shown, [['targets', 7], counted, ['targets', 0], counted]);
    model.dispose();
  });

  test('a target that cannot be listed leaves the others as they are', async () => {
    const engine = new FakeEngine();
    const rev = { ...cal, key: 'rev', name: 'rev' };
    engine.answers['discover'] = () => ({
      targets: [rev, cal],
      broken: [],
      roots: ['/w'],
      remembered: {},
    });
    engine.answers['count'] = ({ target }) => {
      if (target === rev) {
        throw new Error('unreadable');
      }
      return countCases({ cases: [], unreadable: [] });
    };
    const errors: unknown[] = [];
    const model = new WorkspaceModel(
      engine,
      () => ['/w'],
      (error) => errors.push(error),
    );
    await model.refresh();
    assert.equal(model.countsOf(cal)?.total, 0);
    assert.equal(model.countsOf(rev), undefined);
    assert.equal(errors.length, 1);
    model.dispose();
  });

  test('re-running a part of the cases changes the verdicts of that part alone', async () => {
    const engine = new FakeEngine();
    const verdicts: Record<string, CaseResult[]> = {
      '/old': [result('a', 'fail'), result('b', 'fail'), result('c', 'fail')],
      '/whole': [result('a', 'pass'), result('b', 'fail'), result('c', 'fail')],
      '/part': [result('b', 'pass')],
    };
    engine.answers['scores'] = () => [
      score('/part', '1 chosen cases', '3'),
      score('/whole', 'all', '2'),
      score('/old', 'all', '1'),
    ];
    engine.answers['verdicts'] = ({ dir }) => verdicts[dir as string];
    const model = new WorkspaceModel(engine, () => ['/w'], fail);
    await model.refresh();
    const [tally] = model.view(cal).tallies;
    assert.deepEqual([tally?.counts?.pass, tally?.counts?.fail], [2, 1]);
    const last = await model.lastVerdicts(cal);
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => last.get(name)?.verdict),
      ['pass', 'pass', 'fail'],
    );
    model.dispose();
  });

  test('the verdicts of a score that still runs are never kept', async () => {
    const engine = new FakeEngine();
    const running = score('/now', 'all', '1');
    const live = { ...running, header: { ...running.header, state: 'running' as const } };
    engine.answers['scores'] = () => [live];
    engine.answers['verdicts'] = () => [];
    const model = new WorkspaceModel(engine, () => ['/w'], fail);
    await model.refresh();
    await model.lastVerdicts(cal);
    await model.lastVerdicts(cal);
    assert.equal(engine.asked.filter((method) => method === 'verdicts').length, 2);
    model.dispose();
  });
});

suite('which folder is the candidate', () => {
  test('the one that was chosen, else the one that lies in the target', async () => {
    const memory = new Map<string, unknown>();
    const candidates = new Candidates({
      get: (key) => memory.get(key),
      update: (key, value) => Promise.resolve(void memory.set(key, value)),
    });
    assert.equal(candidates.find(cal, 'c'), '/w/cal/candidates/c');
    assert.equal(candidates.find(cal, 'go'), undefined);
    assert.deepEqual(candidates.languages(cal), ['c']);
    await candidates.remember(cal, 'c', '/else/c');
    await candidates.remember(cal, 'go', '/else/go');
    assert.equal(candidates.find(cal, 'c'), '/else/c');
    assert.deepEqual(candidates.languages(cal), ['c', 'go']);
    assert.deepEqual(candidates.languages({ ...cal, name: 'rev', candidates: {} }), cal.languages);
  });
});

suite('reading again when files change', () => {
  test('many changes are one reading; one during it is one more', async () => {
    let runs = 0;
    let release: () => void = () => undefined;
    const coalescer = new Coalescer(
      () => {
        runs++;
        return new Promise((resolve) => (release = resolve));
      },
      5,
      fail,
    );
    coalescer.ask();
    coalescer.ask();
    await sleep(30);
    assert.equal(runs, 1);
    const joined = [coalescer.run(), coalescer.run()];
    release();
    await sleep(10);
    assert.equal(runs, 2);
    release();
    await Promise.all(joined);
    assert.equal(runs, 2);
  });

  test('a reading that fails is told, and the next one is made all the same', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const coalescer = new Coalescer(
      () => {
        runs++;
        return runs === 1 ? Promise.reject(new Error('x')) : Promise.resolve();
      },
      0,
      (error) => errors.push(error),
    );
    await coalescer.run();
    await coalescer.run();
    assert.deepEqual([runs, errors.length], [2, 1]);
    coalescer.dispose();
    coalescer.ask();
    await sleep(10);
    assert.equal(runs, 2);
  });
});

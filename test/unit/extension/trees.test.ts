import assert from 'node:assert/strict';
import type { RunState } from '../../../src/core/agents/run/runState';
import type { CaseListing } from '../../../src/core/cases/caseStore';
import type { CaseResult } from '../../../src/core/scoring/score';
import type { StoredScore } from '../../../src/core/scoring/scoreFiles';
import type { TargetInfo } from '../../../src/extension/model/targetInfo';
import { countCases } from '../../../src/extension/model/caseGroups';
import { captureNodes } from '../../../src/extension/trees/captureNodes';
import { shortScoreText } from '../../../src/extension/model/scoreText';
import type { JudgedCase } from '../../../src/extension/trees/judgedNodes';
import { runNodes } from '../../../src/extension/trees/runNodes';
import { taskNodes } from '../../../src/extension/trees/taskNodes';
import type { TargetView } from '../../../src/extension/trees/taskViews';
import { treeText } from '../../../src/extension/trees/treeNode';

function info(name: string, more: Partial<TargetInfo> = {}): TargetInfo {
  return {
    key: name,
    name,
    title: name,
    path: `/w/${name}`,
    root: '/w',
    store: { kind: 'case', path: `/w/${name}/cases` },
    hasReference: true,
    languages: ['python'],
    agents: [],
    profile: 'exact',
    timeout: 2,
    candidates: {},
    ...more,
  };
}

function summary(name: string, labels: string[] = [], duals: string[] = []) {
  const location = { path: `/w/${name}.case` };
  return { name, labels, duals, args: ['-x'], location, hasGold: true };
}

function view(
  target: TargetInfo,
  listing: CaseListing,
  more: Partial<TargetView> = {},
): TargetView {
  return {
    info: target,
    counts: countCases(listing),
    tallies: [],
    listing: () => Promise.resolve(listing),
    lastVerdicts: () => Promise.resolve(new Map()),
    ...more,
  };
}

const counts = { pass: 0, fail: 0, timeout: 0, crash: 0, infra: 0, skipped: 0 };

function score(more: Partial<StoredScore['header']> = {}): StoredScore {
  return {
    dir: `/w/.mirrorcode/scores/${more.started ?? 'x'}`,
    header: {
      version: 1,
      target: 'numfmt',
      targetPath: '/w/numfmt',
      language: 'python',
      candidate: '/w/numfmt/candidates/python',
      candidateHash: 'ab',
      engine: 'bubblewrap',
      profile: 'exact',
      cases: 'all',
      total: 3,
      state: 'done',
      started: '2026-11-21T10:05:00.000Z',
      score: { all: 2 / 3 },
      counts: { ...counts, pass: 2, fail: 1 },
      ...more,
    } as StoredScore['header'],
  };
}

const failure: CaseResult = {
  name: 'si/up',
  labels: [],
  verdict: 'fail',
  durationMs: 4,
  differences: [{ stream: 'stdout', offset: 11, line: 3, column: 3, class: 'final-newline' }],
  actual: { stdout: 'a', stderr: 'b', outputs: 'c' },
};

suite('the Tasks tree', () => {
  const listing: CaseListing = {
    cases: [
      summary('si/up'),
      summary('si/down'),
      summary('plain'),
      summary('si/other', ['hidden'], ['si/up']),
      summary('lonely', ['hidden']),
    ],
    unreadable: [
      {
        name: 'torn',
        location: { path: '/w/torn.case', line: 3 },
        problem: 'Line 3 has no sigil.',
      },
    ],
  };

  test('shows targets by tier, their groups, their cases and the last verdicts', async () => {
    const verdicts = new Map<string, CaseResult>([
      ['si/up', failure],
      ['si/down', { ...failure, name: 'si/down', verdict: 'pass', differences: [] }],
      ['lonely', { ...failure, name: 'lonely', verdict: 'timeout', differences: [] }],
    ]);
    const numfmt = view(info('numfmt', { tier: 'S' }), listing, {
      tallies: [{ score: score(), counts: { ...counts, pass: 2, fail: 1 } }],
      lastVerdicts: () => Promise.resolve(verdicts),
    });
    const cal = view(info('cal', { tier: 'L' }), { cases: [], unreadable: [] });
    const none = view(info('rev'), { cases: [summary('a')], unreadable: [] });
    const text = await treeText(
      taskNodes({ targets: [cal, none, numfmt], broken: [], groupBy: 'tier' }),
    );
    assert.equal(
      text,
      `Tier S (small)  1 target
  [testing-failed-icon] numfmt  2 of 3 · 5 cases
    [testing-failed-icon] Python  2 of 3
    [eye] visible  3
      [folder] si  1 of 2
        [testing-failed-icon] up  stdout differs at byte 11, line 3, column 3 (only the final newline)
        [testing-passed-icon] down
      [circle-outline] plain
    [eye-closed] hidden  2 · 40 % · goal 33 %
      [folder] si  1
        [circle-outline] other
      [watch] lonely  ran into its time limit
    [debug-disconnect] unpaired  1
      [watch] lonely  ran into its time limit
    [error] torn  Line 3 has no sigil.
Tier L (large)  1 target
  [package] cal  0 cases
    [eye] visible  0
    [eye-closed] hidden  0
No tier  1 target
  [package] rev  1 case
    [eye] visible  1
      [circle-outline] a
    [eye-closed] hidden  0 · 0 % · goal 33 %`,
    );
  });

  test('says that a build failed, and not that none of no cases passes', async () => {
    const build = { ok: false, command: 'cc', durationMs: 1, log: '/l' };
    const unbuilt = { ...counts, skipped: 3 };
    const target = view(info('numfmt'), listing, {
      tallies: [{ score: score({ build, counts: unbuilt }), counts: unbuilt }],
    });
    assert.match(
      await treeText(taskNodes({ targets: [target], broken: [], groupBy: 'tier' }), 2),
      /^\[error\] numfmt {2}build failed · 5 cases\n {2}\[error\] Python {2}build failed\n/u,
    );
    assert.equal(shortScoreText(score({ build, counts: unbuilt })), 'build failed');
    assert.equal(shortScoreText(score()), '2 of 3 pass');
  });

  test('claims that a candidate passes only where all cases were judged', async () => {
    const judged = (pass: number) =>
      treeText(
        taskNodes({
          targets: [
            view(info('numfmt'), listing, {
              tallies: [{ score: score(), counts: { ...counts, pass } }],
            }),
          ],
          broken: [],
          groupBy: 'tier',
        }),
        2,
      );
    assert.match(await judged(5), /^\[testing-passed-icon\] numfmt {2}5 of 5\n/u);
    assert.match(
      await judged(3),
      /^\[testing-unset-icon\] numfmt {2}3 of 3 · 5 cases\n {2}\[testing-unset-icon\] Python/u,
    );
  });

  test('tells those who hear it what the icons say', async () => {
    const verdicts = new Map([
      ['si/down', { ...failure, name: 'si/down', verdict: 'pass' as const, differences: [] }],
    ]);
    const target = view(info('numfmt', { title: 'numfmt: numbers for people' }), listing, {
      lastVerdicts: () => Promise.resolve(verdicts),
    });
    const [row] = taskNodes({ targets: [target], broken: [], groupBy: 'tier' });
    assert.match(row?.tooltip ?? '', /^\*\*numfmt\*\*: numbers for people\n/u);
    const [visible] = (await row?.children?.()) ?? [];
    assert.equal(visible?.spoken, '3 cases');
    const [folder, plain] = (await visible.children?.()) ?? [];
    const [up, down] = (await folder?.children?.()) ?? [];
    assert.deepEqual(
      [up, down, plain].map((one) => one?.spoken),
      ['not judged yet', 'passes', 'not judged yet'],
    );
  });

  test('groups by domain on demand, and needs no group where no target has one', async () => {
    const targets = [
      view(info('numfmt', { tier: 'S', domain: 'Unix util' }), listing),
      view(info('jq', { tier: 'S', domain: 'JSON' }), listing),
    ];
    assert.equal(
      await treeText(taskNodes({ targets, broken: [], groupBy: 'domain' }), 2),
      `JSON  1 target
  [package] jq  5 cases
Unix util  1 target
  [package] numfmt  5 cases`,
    );
    const plain = [view(info('rev'), listing)];
    assert.equal(
      await treeText(taskNodes({ targets: plain, broken: [], groupBy: 'tier' }), 1),
      '[package] rev  5 cases',
    );
  });

  test('shows a target that cannot be read, with the reason', async () => {
    const path = '/w/x/mirrorcode.json';
    const broken = [{ path, name: 'x', problem: `${path}:2:10 is not right at name.` }];
    assert.equal(
      await treeText(taskNodes({ targets: [], broken, groupBy: 'tier' })),
      '[error] x  line 2: is not right at name.',
    );
    const [row] = taskNodes({ targets: [], broken, groupBy: 'tier' });
    assert.deepEqual(row?.command?.args, [
      {
        kind: 'broken',
        path,
        at: { line: 1, column: 9, message: 'mirrorcode.json is not right at name.' },
      },
    ]);
  });

  test('every row has an id of its own, also where a case stands in two groups', async () => {
    const ids: string[] = [];
    const walk = async (nodes: Awaited<ReturnType<typeof taskNodes>>): Promise<void> => {
      for (const node of nodes) {
        ids.push(node.id);
        await walk([...((await node.children?.()) ?? [])]);
      }
    };
    await walk(
      taskNodes({ targets: [view(info('numfmt'), listing)], broken: [], groupBy: 'tier' }),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});

const now = new Date('2026-11-21T12:00:00');
const failing = ({ dir }: StoredScore) => {
  const subject = { kind: 'case' as const, target: info('numfmt'), name: failure.name };
  return Promise.resolve([{ ...subject, judged: { dir, result: failure } }]);
};

suite('the Runs tree', () => {
  test('leads from a score to what is wrong: the build’s log, or the bytes of that very score', async () => {
    const old = score({ started: '2026-11-19T09:00:00' });
    const built = { ok: false, command: 'cc', durationMs: 1, log: '/l' };
    const broken = score({ started: '2026-11-20T09:00:00', build: built });
    const [task] = runNodes({ scores: [broken, old], runs: [], now, failing });
    const [brokenRow, oldRow] = (await task?.children?.()) ?? [];
    assert.equal(brokenRow?.command?.id, 'mirrorcode.openBuildLog');
    assert.deepEqual(brokenRow.command.args, [{ kind: 'score', score: broken }]);
    const [row] = (await oldRow?.children?.()) ?? [];
    assert.equal(row?.command?.id, 'mirrorcode.compareCase');
    assert.equal((row.command.args[0] as JudgedCase).judged.dir, old.dir);
  });

  test('lists the scores of each task, and never calls an unscored one 0 %', async () => {
    const scores = [
      score({ started: '2026-11-21T10:05:00' }),
      score({ started: '2026-11-20T09:00:00', state: 'failed', error: 'no engine works' }),
      score({
        started: '2026-11-19T09:00:00',
        score: { all: 0.9999 },
        counts: { ...counts, pass: 9999, fail: 1, infra: 2 },
      }),
      score({
        started: '2026-11-18T09:00:00',
        build: { ok: false, command: 'cc', durationMs: 1, log: '/l' },
      }),
      score({
        started: '2026-11-18T08:00:00',
        state: 'cancelled',
        counts: { ...counts, pass: 1, skipped: 2 },
      }),
      score({
        started: '2026-11-17T09:00:00',
        language: 'c',
        score: { all: 1 },
        counts: { ...counts, pass: 3 },
      }),
    ];
    assert.equal(
      await treeText(runNodes({ scores, runs: [], now, failing })),
      `[testing-passed-icon] numfmt in C  1 score
  [testing-passed-icon] 2026-11-17 09:00  100 % · 3 of 3
[testing-failed-icon] numfmt in Python  5 scores
  [testing-failed-icon] 10:05  66.6 % · 2 of 3
    [testing-failed-icon] si/up  stdout differs at byte 11, line 3, column 3 (only the final newline)
  [error] 2026-11-20 09:00  not scored: no engine works
    [testing-failed-icon] si/up  stdout differs at byte 11, line 3, column 3 (only the final newline)
  [testing-failed-icon] 2026-11-19 09:00  99.9 % · 9999 of 10000 · 2 infra
    [testing-failed-icon] si/up  stdout differs at byte 11, line 3, column 3 (only the final newline)
  [error] 2026-11-18 09:00  build failed
  [debug-pause] 2026-11-18 08:00  cancelled after 1 of 3 cases`,
    );
  });
});

suite('runs of agents in the Runs tree', () => {
  const state = (changes: Partial<RunState>): RunState => ({
    version: 1,
    settings: {
      target: 'numfmt',
      targetPath: '/w/numfmt',
      language: 'python',
      model: 'local/m',
      engine: 'bubblewrap',
      submitGate: 0.3,
      compactAt: 1,
      jobs: 1,
      repetition: 1,
    },
    budget: { tokens: 2e9, wallSeconds: 7 * 86_400 },
    status: 'running',
    started: '2026-11-21T10:05:00',
    updated: '2026-11-21T10:06:00',
    steps: 12,
    spent: { tokens: 1_234_567, wallSeconds: 3600, workingSeconds: 3000 },
    attempts: 1,
    process: { pid: 1, host: 'here' },
    ids: { sample: 's', run: 'r', eval: 'e', task: 't' },
    ...changes,
  });
  const text = (changes: Partial<RunState>, isLive = false) =>
    treeText(
      runNodes({ scores: [], runs: [{ dir: '/r', state: state(changes), isLive }], now, failing }),
    ).then((lines) => lines.split('\n')[1]?.trim());

  test('say how far they are, what they have spent and what is left', async () => {
    const visible = { passed: 41, total: 73 };
    assert.equal(
      await text({ visible, spent: { ...state({}).spent, costUsd: 3.1 } }, true),
      '[sync] local/m  step 12 · 56.1 % of visible · 1.23 M tokens · $3.10 · 6 d 23 h left · 10:05',
    );
  });

  test('are interrupted where no process is at work on them, and never called failed', async () => {
    assert.equal(
      await text({}),
      '[debug-disconnect] local/m  interrupted after step 12 · 1.23 M tokens · 10:05',
    );
    assert.match(
      (await text({ status: 'paused', reason: 'the model gave no answer' })) ?? '',
      /^\[debug-pause\].*paused after step 12: the model gave no answer/u,
    );
  });

  test('show the whole score once they are done', async () => {
    const end = { kind: 'submitted' } as const;
    assert.match(
      (await text({ status: 'done', end, score: { all: 0.9999 }, solved: false })) ?? '',
      /^\[testing-failed-icon\] local\/m {2}99\.9 % · .* · 10:05$/mu,
    );
    assert.match(
      (await text({ status: 'done', end, score: { all: 1 }, solved: true })) ?? '',
      /^\[testing-passed-icon\] .* {2}solved · 100 % · /u,
    );
  });
});

suite('the Capture tree', () => {
  test('says which cases are new, changed, flaky or unreadable', async () => {
    const capture = {
      root: '/w',
      path: '/p',
      target: 'cal',
      args: ['-y'],
      labels: [],
      pinnedBy: [],
    };
    assert.equal(
      await treeText(
        captureNodes([
          { ...capture, id: '1', name: 'year', replaces: false },
          { ...capture, id: '2', name: 'leap', replaces: true },
          { ...capture, id: '3', name: 'now', replaces: false, flaky: 'Differs with the clock.' },
          { ...capture, id: '4', name: 'torn', replaces: false, problem: 'line 2: it is empty.' },
        ]),
      ),
      `[package] cal  4 waiting
  [diff-added] year  new
  [diff-modified] leap  changed
  [pulse] now  flaky
  [error] torn  line 2: it is empty.`,
    );
  });
});

import assert from 'node:assert/strict';
import { at, kinds } from '../support/events';
import { Temporary } from '../support/temporary';

suite('ATIF trajectories', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  const agent = { name: 'a', version: '1', model_name: 'm' };
  const head = (more: object) => ({ schema_version: 'ATIF-v1.6', session_id: 's', agent, ...more });
  const metrics = {
    prompt_tokens: 5200,
    completion_tokens: 80,
    cached_tokens: 5000,
    cost_usd: 0.01,
  };

  test('continuations are one run; copied context is not paid twice; sub-agents are samples', async () => {
    const first = head({
      steps: [
        { step_id: 1, source: 'user', message: 'Go', timestamp: at(0) },
        {
          step_id: 2,
          source: 'agent',
          message: 'Look',
          reasoning_content: 'Hmm',
          timestamp: at(1),
          tool_calls: [{ tool_call_id: 'c', function_name: 'evaluate_testcases', arguments: {} }],
          observation: {
            results: [
              {
                source_call_id: 'c',
                content: 'passed: 3, failed: 1',
                subagent_trajectory_ref: [
                  { trajectory_path: 'sub.json', session_id: 'sub' },
                  { trajectory_path: 'lost.json' },
                ],
              },
            ],
          },
          metrics,
        },
        {
          step_id: 3,
          source: 'system',
          message: 'Summarised',
          extra: { context_management: { type: 'compaction' } },
        },
      ],
      continued_trajectory_ref: 'trajectory.cont-1.json',
      subagent_trajectories: [
        head({ session_id: 'inner', steps: [{ step_id: 1, source: 'agent', message: 'inner' }] }),
      ],
    });
    const second = head({
      steps: [
        { step_id: 1, source: 'user', message: 'Go', is_copied_context: true, metrics },
        { step_id: 2, source: 'agent', message: [{ type: 'text', text: 'More' }], metrics },
      ],
    });
    files.write('x.trajectory.cont-1.json', JSON.stringify(second));
    files.write('x.sub.json', JSON.stringify(head({ session_id: 'sub', steps: [] })));
    files.write(
      'sub.json',
      JSON.stringify(
        head({ session_id: 'sub', steps: [{ step_id: 1, source: 'agent', message: 'from sub' }] }),
      ),
    );
    const transcript = await files.open(files.write('x.trajectory.json', JSON.stringify(first)));
    const info = await transcript.info();
    assert.equal(info.format, 'atif');
    assert.equal(info.formatVersion, 'ATIF-v1.6');
    assert.deepEqual(
      info.samples.map(({ id, events }) => [id, events]),
      [
        ['s', 5],
        ['inner', 1],
        ['sub', 1],
      ],
    );
    assert.deepEqual(info.unread, ["The sub-agent's trajectory lost.json is not beside it."]);
    assert.deepEqual(info.usage, {
      m: {
        inputUncached: 400,
        cacheRead: 10000,
        cacheWrite: 0,
        output: 160,
        reasoning: 0,
        costUsd: 0.02,
      },
    });
    assert.deepEqual(await kinds(transcript), [
      'message',
      'testRun',
      'compaction',
      'message',
      'model',
    ]);
    assert.deepEqual(
      (await transcript.markers(0)).map(({ type, label }) => [type, label]),
      [
        ['testRun', '3/4'],
        ['compaction', 'compaction'],
      ],
    );
    assert.equal((await transcript.event(0, 4)).title, 'More', 'offsets lead into the second file');
  });

  test('totals at the end count where steps say nothing; a chain into itself ends', async () => {
    const file = files.write(
      'trajectory.json',
      JSON.stringify(
        head({
          steps: [{ step_id: 1, source: 'agent', message: 'x' }],
          final_metrics: {
            total_prompt_tokens: 100,
            total_completion_tokens: 5,
            total_cached_tokens: 90,
          },
          continued_trajectory_ref: 'trajectory.json',
        }),
      ),
    );
    const info = await (await files.open(file)).info();
    assert.equal(info.events, 1);
    assert.deepEqual(info.usage['m'], {
      inputUncached: 10,
      cacheRead: 90,
      cacheWrite: 0,
      output: 5,
      reasoning: 0,
      costUsd: null,
    });
  });
});

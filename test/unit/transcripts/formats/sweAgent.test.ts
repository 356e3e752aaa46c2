import assert from 'node:assert/strict';
import { Temporary } from '../support/temporary';

suite('SWE-agent trajectories', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('SWE-agent: the prompt that each step repeats is neither parsed nor shown again', async () => {
    const prompts = [
      { role: 'system', content: 'You are.' },
      { role: 'user', content: 'The task' },
    ];
    const steps = ['ls -F', 'submit'].map((action) => ({
      action,
      observation: `did ${action}`,
      response: `I ${action}`,
      thought: `I ${action}`,
      state: { open_file: 'n/a', working_dir: '/repo' },
      execution_time: 0.25,
      query: [...prompts, { role: 'assistant', content: 'hayrick' }],
    }));
    const trajectory = {
      environment: 'e',
      history: [...prompts, { role: 'assistant', content: 'I ls -F' }],
      trajectory: steps,
      replay_config: JSON.stringify({ agent: { model: { name: 'gpt-4o' } } }),
      info: {
        exit_status: 'submitted',
        model_stats: { instance_cost: 0.4, tokens_sent: 1000, tokens_received: 50 },
      },
    };
    const transcript = await files.open(files.write('x.traj', JSON.stringify(trajectory)));
    const info = await transcript.info();
    assert.equal(info.format, 'swe-agent');
    assert.equal(info.status, 'submitted');
    assert.deepEqual([info.events, info.messages], [2, 3]);
    assert.deepEqual(info.toolCalls, { ls: 1, submit: 1 });
    const usage = { inputUncached: 1000, cacheRead: 0, cacheWrite: 0, output: 50, reasoning: 0 };
    assert.deepEqual(info.usage, { 'gpt-4o': { ...usage, costUsd: 0.4 } });
    const { parts, durationMs } = await transcript.event(0, 0);
    assert.equal(durationMs, 250);
    assert.deepEqual(
      parts.map((part) => ('text' in part ? part.text : part.type)),
      ['You are.', 'The task', 'I ls -F', 'toolCall', 'did ls -F'],
    );
    const found = await transcript.search(0, { text: 'hayrick' }, () => undefined);
    assert.equal(found.hits, 0);
  });
});

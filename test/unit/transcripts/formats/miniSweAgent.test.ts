import assert from 'node:assert/strict';
import { titles } from '../support/events';
import { Temporary } from '../support/temporary';

suite('mini-swe-agent trajectories', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('mini-swe-agent: calls of the provider and shell blocks of the text', async () => {
    const trajectory = {
      info: {
        exit_status: 'Submitted',
        model_stats: { instance_cost: 0.3, api_calls: 2 },
        config: { model: { model_name: 'm' } },
      },
      messages: [
        { role: 'system', content: 'You are.' },
        {
          role: 'assistant',
          content: 'Look:\n```bash\nls -la\n```',
          extra: {
            response: {
              model: 'm',
              usage: {
                prompt_tokens: 100,
                completion_tokens: 7,
                prompt_tokens_details: { cached_tokens: 60 },
              },
            },
            cost: 0.1,
          },
        },
        { role: 'user', content: 'a.c' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'c',
              type: 'function',
              function: { name: 'bash', arguments: '{"command":"cat a.c"}' },
            },
          ],
        },
      ],
      trajectory_format: 'mini-swe-agent-1',
    };
    const transcript = await files.open(files.write('x.traj.json', JSON.stringify(trajectory)));
    const info = await transcript.info();
    assert.equal(info.format, 'mini-swe-agent');
    assert.equal(info.formatVersion, 'mini-swe-agent-1');
    assert.equal(info.status, 'Submitted');
    assert.deepEqual([info.events, info.messages], [4, 4]);
    assert.deepEqual(info.toolCalls, { bash: 2 });
    assert.deepEqual(info.usage, {
      m: { inputUncached: 40, cacheRead: 60, cacheWrite: 0, output: 7, reasoning: 0, costUsd: 0.1 },
    });
    assert.deepEqual((await titles(transcript)).slice(1), ['bash: ls -la', 'a.c', 'bash: cat a.c']);
  });
});

import assert from 'node:assert/strict';
import { agentChoices } from '../../../src/extension/runs/agentChoices';

suite('the agents that Run Agent… offers', () => {
  test('are known ones, the manifest’s, which may stand for them, and those of the settings', async () => {
    const settings = [{ name: 'mine', command: 'me {prompt}', api: 'openai' as const }];
    const choices = await agentChoices({ settings, declared: ['codex', 'house'] }, '/nowhere');
    assert.deepEqual(
      choices.map(({ title, from, missing }) => [title, from, missing !== undefined]),
      [
        ['Claude Code', 'not found; get it with: npm install -g @anthropic-ai/claude-code', true],
        ['codex', 'mirrorcode.json', false],
        ['house', 'mirrorcode.json', false],
        ['mine', 'mirrorcode.agents', false],
      ],
    );
    assert.deepEqual(choices[2]?.args, ['--agent', 'house']);
  });
});

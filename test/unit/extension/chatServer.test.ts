import assert from 'node:assert/strict';
import { openModel } from '../../../src/core/agents/models/openModel';
import { ModelError } from '../../../src/core/agents/models/model';
import { ChatError, ChatServer } from '../../../src/extension/runs/chatServer';
import type { Answerer, ChatRequest } from '../../../src/extension/runs/chatServer';

const tool = {
  name: 'bash',
  description: 'runs',
  parameters: { type: 'object', properties: { command: { type: 'string' } } },
} as const;

suite('models of the editor for runs', () => {
  let server: ChatServer | undefined;

  teardown(() => server?.dispose());

  async function generate(answer: Answerer, key?: string) {
    server = await ChatServer.start(answer);
    const apiKey = key ?? server.key;
    const model = await openModel(
      { model: 'vscode/copilot/x', baseUrl: server.baseUrl, apiKey },
      {},
    );
    const user = { role: 'user', id: '1', content: 'Hello' } as const;
    return model.generate({ messages: [user], tools: [tool] });
  }

  test('are asked with messages and tools, and answer with text, calls and usage', async () => {
    const seen: ChatRequest[] = [];
    const { message, usage } = await generate(async function* (request) {
      seen.push(request);
      await Promise.resolve();
      yield { kind: 'text', text: 'Well, ' };
      yield { kind: 'text', text: 'then.' };
      yield { kind: 'call', id: 'c1', name: 'bash', input: { command: 'ls "a b"' } };
      yield { kind: 'call', id: 'c2', name: 'bash', input: {} };
      yield { kind: 'usage', input: 120, output: 34 };
    });
    assert.equal(seen[0]?.model, 'copilot/x');
    assert.equal(seen[0].tools?.[0]?.function.name, 'bash');
    assert.match(JSON.stringify(message.content), /Well, then\./u);
    assert.deepEqual(
      message.tool_calls?.map((call) => [call.id, call.function, call.arguments]),
      [
        ['c1', 'bash', { command: 'ls "a b"' }],
        ['c2', 'bash', {}],
      ],
    );
    assert.equal(usage.input_tokens, 120);
    assert.equal(usage.output_tokens, 34);
  });

  test('answer nobody without the key', async () => {
    await assert.rejects(
      generate(async function* () {
        await Promise.resolve();
        yield { kind: 'text', text: 'secret' };
      }, 'wrong'),
      ModelError,
    );
  });

  test('tell what is wrong, as the provider of a model would', async () => {
    await assert.rejects(
      generate(async function* () {
        await Promise.resolve();
        throw new ChatError('VS Code has no language model now.', 503);
      }),
      /no language model now/u,
    );
  });
});

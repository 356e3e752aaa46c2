import * as vscode from 'vscode';
import type { ModelChoice } from '../flows/runFlow';
import { ChatError, ChatServer } from './chatServer';
import type { ChatMessage, ChatPart, ChatRequest } from './chatServer';
import type { ModelKey } from './modelKeys';

/** The provider that models of VS Code have in a model's name. */
export const editorProvider = 'vscode';

/** The language models that VS Code and its extensions offer, for runs, which are other processes. */
export class EditorModels implements vscode.Disposable {
  private server: Promise<ChatServer> | undefined;
  private disposed = false;

  async choices(): Promise<readonly ModelChoice[]> {
    const models = await vscode.lm.selectChatModels();
    return models.map(({ vendor, id, name }) => ({
      model: `${editorProvider}/${vendor}/${id}`,
      from: `${name}, of VS Code; while this window is open`,
    }));
  }

  /** Where a run's process finds them, as long as this window is open. */
  async serve(): Promise<{ readonly baseUrl: string; readonly key: ModelKey }> {
    this.server ??= ChatServer.start(answer);
    const { baseUrl, key } = await this.server;
    if (this.disposed) {
      this.dispose();
    }
    return { baseUrl, key: { variable: 'VSCODE_API_KEY', value: key } };
  }

  dispose(): void {
    this.disposed = true;
    void this.server?.then((server) => server.dispose());
  }
}

/** Whether a model is one of VS Code's. */
export function isEditorModel(model: string): boolean {
  return model.startsWith(`${editorProvider}/`);
}

async function* answer(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatPart> {
  const model = await findModel(request.model);
  const messages = request.messages.map(toMessage);
  const cancellation = new vscode.CancellationTokenSource();
  signal.addEventListener('abort', () => cancellation.cancel(), { once: true });
  try {
    let output = '';
    const response = await model.sendRequest(messages, optionsOf(request), cancellation.token);
    for await (const part of response.stream) {
      if (part instanceof vscode.LanguageModelTextPart) {
        output += part.value;
        yield { kind: 'text', text: part.value };
      } else if (part instanceof vscode.LanguageModelToolCallPart) {
        output += JSON.stringify(part.input);
        yield { kind: 'call', id: part.callId, name: part.name, input: part.input };
      }
    }
    const counts = await Promise.all(messages.map((message) => model.countTokens(message)));
    const input = counts.reduce((sum, count) => sum + count, 0);
    yield { kind: 'usage', input, output: await model.countTokens(output) };
  } catch (error) {
    throw asChatError(error);
  } finally {
    cancellation.dispose();
  }
}

/** @param name `vendor/id`, as the protocol's client sends what follows the provider. */
async function findModel(name: string): Promise<vscode.LanguageModelChat> {
  const slash = name.indexOf('/');
  const [model] = await vscode.lm.selectChatModels({
    vendor: name.slice(0, slash),
    id: name.slice(slash + 1),
  });
  if (model === undefined) {
    throw new ChatError(`VS Code has no language model ${name} now.`, 503);
  }
  return model;
}

function optionsOf({ tools = [] }: ChatRequest): vscode.LanguageModelChatRequestOptions {
  return {
    justification: 'A run of an agent that you have started works with this model.',
    tools: tools.map(({ function: { name, description = '', parameters = {} } }) => ({
      name,
      description,
      inputSchema: parameters,
    })),
  };
}

function toMessage(message: ChatMessage): vscode.LanguageModelChatMessage {
  const text = textOf(message);
  if (message.role === 'tool') {
    const parts = [new vscode.LanguageModelTextPart(text)];
    return vscode.LanguageModelChatMessage.User([
      new vscode.LanguageModelToolResultPart(message.tool_call_id ?? '', parts),
    ]);
  }
  if (message.role !== 'assistant') {
    return vscode.LanguageModelChatMessage.User(text);
  }
  const calls = (message.tool_calls ?? []).map(
    ({ id, function: { name, arguments: input } }) =>
      new vscode.LanguageModelToolCallPart(id, name, JSON.parse(input) as object),
  );
  return vscode.LanguageModelChatMessage.Assistant([
    ...(text === '' ? [] : [new vscode.LanguageModelTextPart(text)]),
    ...calls,
  ]);
}

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string'
    ? content
    : (content ?? []).map(({ text = '' }) => text).join('');
}

/** What a person must mend is not tried again; what passes by itself is. */
function asChatError(error: unknown): Error {
  if (error instanceof vscode.LanguageModelError) {
    const refused = ['NoPermissions', 'Blocked', 'NotFound'].includes(error.code);
    return new ChatError(error.message, refused ? 403 : 503);
  }
  return error instanceof Error ? error : new Error(String(error));
}

import path from 'node:path';
import { locateAgent } from '../../../src/core/agents/program/locateAgent';
import type { NamedAgent } from '../../../src/core/targets/agentDefinition';
import { modelEndpoint } from '../../../src/core/agents/models/openModel';
import type { RunProgram } from '../../../src/core/agents/run/runOptions';

/** Stands for a model's key; a sandbox must never hold it. */
export const secretKey = 'sk-secret-4711-of-this-side';

export type ScriptedApi = 'anthropic' | 'chat' | 'responses';

/** The scripted agent as a program of a run. */
export function scriptedAgent(api: ScriptedApi, how: 'stream' | 'whole'): NamedAgent {
  const line = `{program} ${api} ${how} ~/.scripted/{sessionId}.jsonl < {promptFile}`;
  return {
    name: 'scripted',
    program: path.resolve('test/support/runs/scriptedAgent.mjs'),
    api: api === 'anthropic' ? 'anthropic' : 'openai',
    command: line,
    resume: line,
    env: { MODEL_URL: '{baseUrl}', MODEL_KEY: '{key}', MODEL_NAME: 'another-model' },
    session: { folder: '~/.scripted', file: '{sessionId}.jsonl' },
  };
}

export async function scriptedProgram(
  baseUrl: string,
  agent: NamedAgent = scriptedAgent('anthropic', 'stream'),
): Promise<RunProgram> {
  return {
    agent,
    located: await locateAgent(agent, process.env['PATH']),
    endpoint: modelEndpoint({ model: 'test/scripted', baseUrl, apiKey: secretKey }, {}),
  };
}

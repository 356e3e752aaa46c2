import type { Command } from 'commander';
import type { AgentChanges } from '../core/agents/program/chooseAgent';
import { chooseAgent } from '../core/agents/program/chooseAgent';
import { UserError } from '../core/errors';
import { apiFamilies } from '../core/targets/agentDefinition';
import type { NamedAgent } from '../core/targets/agentDefinition';
import type { Target } from '../core/targets/target';
import { collect, oneOf } from './options';

/** What can be said of an agent that is a program. */
export interface AgentOptions {
  readonly agent?: string;
  readonly agentProgram?: string;
  readonly agentCommand?: string;
  readonly agentResume?: string;
  readonly agentApi?: string;
  readonly agentEnv: readonly string[];
  readonly agentSession?: string;
}

export function addAgentOptions(command: Command): Command {
  return command
    .option('--agent <NAME>', 'claude-code, codex, custom, or one of the manifest’s; else own loop')
    .option('--agent-program <PATH>', 'its program, if it is not the one on PATH')
    .option(
      '--agent-command <LINE>',
      'the bash line that starts it, with {program}, {promptFile}, …',
    )
    .option('--agent-resume <LINE>', 'the line that goes on with its session')
    .option('--agent-api <API>', `how it asks its model: ${apiFamilies.join(', ')}`)
    .option('--agent-env <K=V>', 'a variable, such as MODEL_URL={baseUrl}', collect, [])
    .option('--agent-session <GLOB>', 'its session’s file, such as ~/.my/sessions/*.jsonl');
}

export const agentExamples = `
An agent of a command line works in the same sandbox as the own loop; its calls of the model go
through a proxy that has the key, and its session is kept as session.jsonl.
  mirrorcode run samples/numfmt --language c --agent claude-code --model anthropic/claude-sonnet-4-5
  mirrorcode run samples/numfmt --language c --agent codex --model openai/gpt-5-codex
  mirrorcode run samples/numfmt --language c --agent custom --model local/qwen --base-url http://localhost:8000/v1 \\
    --agent-program ~/bin/my-agent --agent-command '{program} --once < {promptFile}' \\
    --agent-env OPENAI_BASE_URL={baseUrl}/v1 --agent-session '~/.my-agent/*.jsonl'
In its lines and variables {program}, {model}, {baseUrl}, {key}, {prompt}, {promptFile}, {sessionId}
and {workspace} are filled in; {key} is a stand-in, for the key never enters the sandbox.`;

/** The agent that the options name; undefined for the workbench's own loop. */
export function agentOf(
  options: AgentOptions,
  target: Pick<Target, 'agents'>,
): NamedAgent | undefined {
  const { agent, agentProgram, agentCommand, agentResume, agentApi, agentEnv } = options;
  if (agent === undefined && agentCommand === undefined) {
    return undefined;
  }
  const changes: AgentChanges = {
    program: agentProgram,
    command: agentCommand,
    resume: agentResume,
    api: agentApi === undefined ? undefined : oneOf('API', agentApi, apiFamilies),
    env: agentEnv.length === 0 ? undefined : Object.fromEntries(agentEnv.map(variable)),
    session: options.agentSession === undefined ? undefined : sessionOf(options.agentSession),
  };
  return chooseAgent(agent ?? 'custom', target, changes);
}

function variable(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UserError(`"${text}" sets no variable.`, { action: 'Write it as NAME=value.' });
  }
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** The folder up to the last slash, and the name. */
function sessionOf(glob: string): NonNullable<NamedAgent['session']> {
  const slash = glob.lastIndexOf('/');
  if (slash < 1 || !/^[~/]/u.test(glob)) {
    throw new UserError(`"${glob}" does not say where sessions lie.`, {
      action: 'Give a whole path, or one from ~/ on, such as ~/.my-agent/*.jsonl.',
    });
  }
  return { folder: glob.slice(0, slash), file: glob.slice(slash + 1) };
}

import { UserError } from '../../errors';
import type { AgentDefinition, NamedAgent } from '../../targets/agentDefinition';
import type { Target } from '../../targets/target';
import { knownProvider } from '../models/providers';
import { modelEndpoint } from '../models/openModel';
import type { ModelEndpoint, ModelSettings } from '../models/openModel';
import type { RunProgram } from '../run/runOptions';
import { locateAgent } from './locateAgent';
import { agentPresets } from './presets';

/** What is said of an agent when a run is started; over what is known of it. */
export type AgentChanges = {
  readonly [K in keyof AgentDefinition]?: AgentDefinition[K] | undefined;
};

/**
 * The agent of this name: one that is known, one of the target's manifest, or, with a command line, a
 * new one.
 * @throws UserError when there is none, or its command line is missing.
 */
export function chooseAgent(
  name: string,
  { agents = {} }: Pick<Target, 'agents'>,
  changes: AgentChanges = {},
): NamedAgent {
  const known: AgentDefinition | undefined = agents[name] ?? agentPresets[name]?.definition;
  const given = Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<AgentDefinition>;
  const env = { ...known?.env, ...given.env };
  const { command } = { ...known, ...given };
  if (command === undefined) {
    const names = [...Object.keys(agentPresets), ...Object.keys(agents)].join(', ');
    throw new UserError(`There is no agent "${name}".`, {
      action: `Choose among ${names}, describe it in the target's manifest, or give its --agent-command.`,
    });
  }
  return { api: 'openai', ...known, ...given, env, command, name };
}

/**
 * An agent ready to be brought into a sandbox, and its model.
 * @param environment Where keys and programs are looked for.
 * @throws UserError when its program is not there, or its model does not speak its API.
 */
export async function openRunProgram(
  agent: NamedAgent,
  settings: ModelSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunProgram> {
  const endpoint = modelEndpoint(settings, environment);
  requireApi(agent, endpoint, settings);
  return { agent, endpoint, located: await locateAgent(agent, environment['PATH']) };
}

/** Whose own servers speak which API; a server of one's own may speak any. */
function requireApi(
  { name, api }: NamedAgent,
  { provider, model }: ModelEndpoint,
  { baseUrl }: ModelSettings,
): void {
  if (baseUrl === undefined && knownProvider(model) !== undefined && provider !== api) {
    const title = api === 'anthropic' ? 'Anthropic' : 'OpenAI';
    throw new UserError(
      `${name} speaks the API of ${title}, and ${model} is served with another.`,
      {
        action: `Choose a model of ${api}/…, or give the --base-url of a server that speaks it.`,
      },
    );
  }
}

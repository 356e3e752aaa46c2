import { findAgent } from '../../core/agents/program/findAgent';
import { agentPresets } from '../../core/agents/program/presets';
import type { AgentSetting } from '../tables/settings';

/** An agent of a command line that can be chosen. */
export interface AgentChoice {
  /** What people call it. */
  readonly title: string;
  /** For people: where it was found, or that it was not. */
  readonly from: string;
  /** What the command line is told of it. */
  readonly args: readonly string[];
  /** How to get it, where it was not found. */
  readonly missing?: string;
}

/** Where agents are described, beside those that are known. */
export interface AgentSources {
  readonly settings: readonly AgentSetting[];
  /** Names in the target's manifest, which the command line reads; one may stand for a known one. */
  readonly declared: readonly string[];
}

/** The agents that can be chosen; known ones are looked for on `searchPath`. */
export async function agentChoices(
  { settings, declared }: AgentSources,
  searchPath: string | undefined,
): Promise<readonly AgentChoice[]> {
  const presets = Object.entries(agentPresets).filter(([name]) => !declared.includes(name));
  const known = presets.map(async ([name, preset]): Promise<AgentChoice> => {
    const { title, install, definition } = preset;
    const file = await findAgent(definition.program, searchPath);
    const args = ['--agent', name];
    return file === undefined
      ? { title, from: `not found; get it with: ${install}`, args, missing: install }
      : { title, from: file, args };
  });
  const declaredHere = declared.map((name): AgentChoice => ({
    title: name,
    from: 'mirrorcode.json',
    args: ['--agent', name],
  }));
  const own = settings.map((setting): AgentChoice => ({
    title: setting.name,
    from: 'mirrorcode.agents',
    args: argumentsOf(setting),
  }));
  return [...(await Promise.all(known)), ...declaredHere, ...own];
}

function argumentsOf(setting: AgentSetting): string[] {
  const { name, program, command, resume, api, env = {}, session } = setting;
  const given = (flag: string, value: string | undefined) =>
    value === undefined ? [] : [`${flag}=${value}`];
  return [
    ...['--agent', name, `--agent-command=${command}`],
    ...given('--agent-program', program),
    ...given('--agent-resume', resume),
    ...given('--agent-api', api),
    ...given('--agent-session', session),
    ...Object.entries(env).map(([variable, value]) => `--agent-env=${variable}=${value}`),
  ];
}

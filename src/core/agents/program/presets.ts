import type { AgentDefinition } from '../../targets/agentDefinition';

export interface AgentPreset {
  /** What people call it. */
  readonly title: string;
  /** How to get it. */
  readonly install: string;
  readonly definition: AgentDefinition & { readonly program: string };
}

const claudeFlags =
  '-p --output-format stream-json --verbose --dangerously-skip-permissions ' +
  '--disallowedTools WebSearch,WebFetch --model {model}';

const codexFlags =
  '--json --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox -m {model} ' +
  '-c model_provider=mirrorcode -c model_providers.mirrorcode.name=mirrorcode ' +
  '-c model_providers.mirrorcode.base_url={baseUrl}/v1 ' +
  '-c model_providers.mirrorcode.env_key=OPENAI_API_KEY ' +
  '-c model_providers.mirrorcode.wire_api=responses -c web_search=disabled';

/** Agents that are known: their command lines, variables and places, by their own documentation. */
export const agentPresets: Readonly<Record<string, AgentPreset>> = {
  'claude-code': {
    title: 'Claude Code',
    install: 'npm install -g @anthropic-ai/claude-code',
    definition: {
      program: 'claude',
      api: 'anthropic',
      command: `{program} ${claudeFlags} --session-id {sessionId} < {promptFile}`,
      resume: `{program} ${claudeFlags} --resume {sessionId} < {promptFile}`,
      env: {
        ANTHROPIC_BASE_URL: '{baseUrl}',
        ANTHROPIC_API_KEY: '{key}',
        // Every call goes to the run's model, whatever the agent would take for small things.
        ANTHROPIC_DEFAULT_HAIKU_MODEL: '{model}',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
      },
      session: { folder: '~/.claude/projects', file: '{sessionId}.jsonl' },
    },
  },
  codex: {
    title: 'Codex',
    install: 'npm install -g @openai/codex',
    definition: {
      program: 'codex',
      api: 'openai',
      command: `{program} exec ${codexFlags} - < {promptFile}`,
      resume: `{program} exec resume --last ${codexFlags} - < {promptFile}`,
      env: { OPENAI_API_KEY: '{key}' },
      session: { folder: '~/.codex/sessions', file: 'rollout-*.jsonl' },
    },
  },
};

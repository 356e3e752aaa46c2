import * as z from 'zod';

/** How an agent's program talks to its model. */
export const apiFamilies = ['anthropic', 'openai'] as const;
export type ApiFamily = (typeof apiFamilies)[number];

const line = z.string().min(1);

/**
 * An agent that is a program: how it is found and started, how it finds its model, and where it keeps
 * its session. In command lines and variables `{program}`, `{model}`, `{baseUrl}`, `{key}`, `{prompt}`,
 * `{promptFile}`, `{sessionId}` and `{workspace}` stand for what they say, as words of the shell.
 */
export const agentDefinitionSchema = z.strictObject({
  program: line
    .describe(
      'The agent’s program: a name on PATH, or a path. It is shown read-only in the sandbox.',
    )
    .exactOptional(),
  needs: z
    .array(line)
    .describe('More files and folders that it needs, absolute; shown at the same place.')
    .exactOptional(),
  command: line.describe(
    'The bash command line that starts it, with {program}, {model}, {prompt} or {promptFile}, {sessionId}.',
  ),
  resume: line
    .describe('The command line that goes on with its session, with {prompt} or {promptFile}.')
    .exactOptional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/u, 'use letters, digits, underscores'), z.string())
    .describe('Its environment; {baseUrl} is where it finds its model, {key} stands for the key.')
    .default({}),
  api: z
    .enum(apiFamilies)
    .describe('How it talks to its model: the Messages API of Anthropic, or the APIs of OpenAI.'),
  session: z
    .strictObject({
      folder: line.describe('The folder below which it keeps its sessions; ~ is its home.'),
      file: line
        .describe('The name of the session’s file, with * and {sessionId}.')
        .exactOptional(),
    })
    .describe('Where its session lies, which is kept as it grows and put back when a run goes on.')
    .exactOptional(),
});

export type AgentDefinition = z.infer<typeof agentDefinitionSchema>;

/** The name by which an agent is chosen: a preset's, or one's own. */
export const agentNamePattern = /^[a-z0-9][\w.-]*$/iu;

/** A definition with the name that it goes by, as a run keeps it. */
export const namedAgentSchema = agentDefinitionSchema.extend({
  name: z.string().regex(agentNamePattern),
});

export type NamedAgent = z.infer<typeof namedAgentSchema>;

import * as z from 'zod';
import { namedAgentSchema } from '../../targets/agentDefinition';
import { languages } from '../../targets/target';

const budget = z.object({
  tokens: z.number().exactOptional(),
  costUsd: z.number().exactOptional(),
  wallSeconds: z.number().exactOptional(),
  workingSeconds: z.number().exactOptional(),
});

const prices = z.object({
  input: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  output: z.number(),
});

/** What a run was started with, and is resumed with. */
const settings = z.object({
  target: z.string(),
  /** Where the target was declared, or its folder: how it is found again. Absolute; in the file as `toStored` has it. */
  targetPath: z.string(),
  language: z.enum(languages),
  /** `provider/name`. */
  model: z.string(),
  baseUrl: z.string().exactOptional(),
  /** The agent, where it is a program; absent for the workbench's own loop. */
  agent: namedAgentSchema.exactOptional(),
  engine: z.enum(['bubblewrap', 'docker']),
  prices: prices.exactOptional(),
  /** Share of the visible cases, 0 to 1, that must pass before `submit` is taken. */
  submitGate: z.union([z.number(), z.literal('none')]),
  /** Tokens of one call's input from which on the conversation is summarised. */
  compactAt: z.number(),
  /** Cases at once when the candidate is scored. */
  jobs: z.number(),
  /** Which of several repetitions this is, from 1. */
  repetition: z.number(),
  /** Common to runs that share one budget of tokens and dollars. */
  group: z.string().exactOptional(),
});

const spent = z.object({
  tokens: z.number(),
  costUsd: z.number().exactOptional(),
  wallSeconds: z.number(),
  workingSeconds: z.number(),
});

const end = z.union([
  z.object({ kind: z.literal('submitted') }),
  z.object({
    kind: z.literal('limit'),
    type: z.string(),
    limit: z.number(),
    message: z.string(),
  }),
]);

/**
 * `run.json`, which says how far a run has come; other windows and the command line read it.
 * `running` and `scoring` without a live process behind them: interrupted, and can be resumed.
 */
export const runStateSchema = z.object({
  version: z.literal(1),
  settings,
  budget,
  status: z.enum(['running', 'paused', 'scoring', 'done']),
  /** Why it is paused. */
  reason: z.string().exactOptional(),
  /** How the agent's work ended; scoring follows. */
  end: end.exactOptional(),
  /** ISO 8601. */
  started: z.string(),
  /** When this was written last; every few seconds while it runs. */
  updated: z.string(),
  finished: z.string().exactOptional(),
  /** Steps of the loop that are done. */
  steps: z.number(),
  spent,
  /** The last evaluation of the visible cases. */
  visible: z.object({ passed: z.number(), total: z.number() }).exactOptional(),
  /** Archives of the candidate in `artifacts/<uuid>`. */
  attempts: z.number(),
  /** Final pass rates 0 to 1 by group, as `Score.score` has them. */
  score: z.record(z.string(), z.number()).exactOptional(),
  counts: z.record(z.string(), z.number()).exactOptional(),
  solved: z.boolean().exactOptional(),
  /** What weakens the run and is known from its beginning: a reference that can be read. */
  warnings: z.array(z.string()).exactOptional(),
  /** The process at work on it. */
  process: z.object({
    pid: z.number(),
    host: z.string(),
    /** Tells it from a later process of the same number, where the system can. */
    mark: z.string().exactOptional(),
  }),
  /** Names in the log. */
  ids: z.object({ sample: z.string(), run: z.string(), eval: z.string(), task: z.string() }),
});

export type RunState = z.infer<typeof runStateSchema>;

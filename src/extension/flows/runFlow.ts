import type { Budget, Prices } from '../../core/agents/budget';
import { isPublicModel } from '../../core/agents/models/providers';
import { tierBudgets } from '../../core/agents/run/tiers';
import { languageTitles } from '../../core/targets/languageDefaults';
import type { Language } from '../../core/targets/target';
import { durationText, shortCount } from '../model/runText';
import type { AgentChoice } from '../runs/agentChoices';
import type { TargetInfo } from '../model/targetInfo';
import { mapAnswer } from '../quickInput/asker';
import type { Step } from '../quickInput/steps';

/** A model that can be chosen, with where it is served and what it costs. */
export interface ModelChoice {
  /** `provider/name`. */
  readonly model: string;
  readonly baseUrl?: string;
  readonly prices?: Prices;
  /** For people: where the choice comes from. */
  readonly from: string;
}

/** What *Run Agent…* asks for; what is given beforehand is not asked. */
export interface RunAnswers {
  readonly target: TargetInfo;
  readonly language?: Language;
  /** `own` is the workbench's own loop. */
  readonly agent?: AgentChoice | 'own';
  readonly model?: ModelChoice | 'other';
  readonly budget?: Budget | 'own';
  readonly repetitions?: number;
}

/** A try before a long run: enough for a first look at what a model does. */
const trial: Budget = { tokens: 2_000_000, wallSeconds: 3600 };
const mostRepetitions = 64;

/** The questions of *Run Agent…*, in order. */
export function runSteps(
  given: RunAnswers,
  models: readonly ModelChoice[],
  agents: readonly AgentChoice[],
): readonly Step<RunAnswers>[] {
  return [
    languageStep(given),
    agentStep(given, agents),
    modelStep(given, models),
    modelNameStep(),
    baseUrlStep(),
    budgetStep(given),
    tokensStep(),
    hoursStep(),
    repetitionsStep(given),
  ];
}

function languageStep(given: RunAnswers): Step<RunAnswers> {
  return {
    when: () => given.language === undefined && given.target.languages.length > 1,
    ask: async (state, asker, place) => {
      const choices = state.target.languages.map((value) => ({
        label: languageTitles[value],
        value,
      }));
      const answer = await asker.pick(
        { placeholder: `In which language is ${state.target.name} to be written?`, choices },
        place,
      );
      return mapAnswer(answer, (language) => ({ ...state, language }));
    },
  };
}

function agentStep(given: RunAnswers, agents: readonly AgentChoice[]): Step<RunAnswers> {
  return {
    when: () => given.agent === undefined && agents.length > 0,
    ask: async (state, asker, place) => {
      const choices = [
        {
          label: 'MirrorCode’s own loop',
          description: 'bash, text_editor, evaluate_testcases, resources, submit',
          value: 'own' as const,
        },
        ...agents.map((value) => ({ label: value.title, description: value.from, value })),
      ];
      let placeholder = 'Which agent works on it?';
      for (;;) {
        const answer = await asker.pick<AgentChoice | 'own'>({ placeholder, choices }, place);
        const missing = answer.kind === 'value' ? missingAgent(answer.value) : undefined;
        if (missing === undefined) {
          return mapAnswer(answer, (agent) => ({ ...state, agent }));
        }
        placeholder = missing;
      }
    },
  };
}

/** Why an agent can't be chosen, if so. */
function missingAgent(agent: AgentChoice | 'own'): string | undefined {
  return agent === 'own' || agent.missing === undefined
    ? undefined
    : `${agent.title} is not on PATH. Get it with: ${agent.missing}`;
}

function modelStep(given: RunAnswers, models: readonly ModelChoice[]): Step<RunAnswers> {
  return {
    when: () => given.model === undefined,
    ask: async (state, asker, place) => {
      const choices = [
        ...models.map((value) => ({
          label: value.model,
          description: value.from,
          ...(value.baseUrl === undefined ? {} : { detail: value.baseUrl }),
          value,
        })),
        { label: 'Another model…', description: 'provider/name', value: 'other' as const },
      ];
      const answer = await asker.pick<ModelChoice | 'other'>(
        { placeholder: 'Which model works on it?', choices },
        place,
      );
      return mapAnswer(answer, (model) => ({ ...state, model }));
    },
  };
}

function modelNameStep(): Step<RunAnswers> {
  return {
    when: ({ model }) => model === 'other',
    ask: async (state, asker, place) => {
      const answer = await asker.text(
        {
          prompt:
            'The model, as provider/name. A provider that is not known is asked for its address.',
          placeholder: 'anthropic/claude-sonnet-4-5, openai/gpt-5, local/qwen3-coder',
          validate: (text) =>
            /^[^/\s]+\/\S+$/u.test(text) ? undefined : 'Write it as provider/name.',
        },
        place,
      );
      return mapAnswer(answer, (model) => ({ ...state, model: { model, from: 'typed' } }));
    },
  };
}

function baseUrlStep(): Step<RunAnswers> {
  return {
    when: ({ model }) =>
      typeof model === 'object' && model.baseUrl === undefined && !isPublicModel(model.model),
    ask: async (state, asker, place) => {
      const answer = await asker.text(
        {
          prompt: 'The address of its OpenAI-compatible server.',
          placeholder: 'http://localhost:8000/v1',
          validate: (text) => (URL.canParse(text) ? undefined : 'Give a whole address, with http.'),
        },
        place,
      );
      const { model } = state;
      return mapAnswer(answer, (baseUrl) => ({
        ...state,
        ...(typeof model === 'object' && { model: { ...model, baseUrl } }),
      }));
    },
  };
}

function budgetStep(given: RunAnswers): Step<RunAnswers> {
  return {
    when: () => given.budget === undefined,
    ask: async (state, asker, place) => {
      const tier = state.target.tier ?? 'S';
      const choices = [
        { label: 'A trial', description: budgetText(trial), value: trial },
        {
          label: `MirrorCode’s limits for a target of size ${tier}`,
          description: budgetText(tierBudgets[tier]),
          value: tierBudgets[tier],
        },
        { label: 'My own limits…', description: 'tokens and hours', value: 'own' as const },
      ];
      const answer = await asker.pick<Budget | 'own'>(
        { placeholder: 'What may the run spend?', choices },
        place,
      );
      return mapAnswer(answer, (budget) => ({ ...state, budget }));
    },
  };
}

function tokensStep(): Step<RunAnswers> {
  return {
    when: ({ budget }) => budget === 'own',
    ask: async (state, asker, place) => {
      const answer = await asker.text(
        { prompt: 'Tokens, at most.', value: '10000000', validate: positive },
        place,
      );
      return mapAnswer(answer, (text) => ({ ...state, budget: { tokens: numberIn(text) } }));
    },
  };
}

function hoursStep(): Step<RunAnswers> {
  return {
    when: ({ budget }) =>
      typeof budget === 'object' && budget.tokens !== undefined && budget.wallSeconds === undefined,
    ask: async (state, asker, place) => {
      const answer = await asker.text(
        { prompt: 'Hours, at most.', value: '24', validate: positive },
        place,
      );
      return mapAnswer(answer, (text) => ({
        ...state,
        budget: {
          ...(typeof state.budget === 'object' && state.budget),
          wallSeconds: numberIn(text) * 3600,
        },
      }));
    },
  };
}

function repetitionsStep(given: RunAnswers): Step<RunAnswers> {
  return {
    when: () => given.repetitions === undefined,
    ask: async (state, asker, place) => {
      const answer = await asker.text(
        {
          prompt:
            'How many runs at once? Together they may spend these tokens; each has the time for itself.',
          value: '1',
          validate: (text) =>
            /^\d+$/u.test(text) && Number(text) >= 1 && Number(text) <= mostRepetitions
              ? undefined
              : `Give a number from 1 to ${mostRepetitions}.`,
        },
        place,
      );
      return mapAnswer(answer, (text) => ({ ...state, repetitions: Number(text) }));
    },
  };
}

/** `2 M tokens, 1 h`. */
export function budgetText({ tokens, costUsd, wallSeconds }: Budget): string {
  return [
    ...(tokens === undefined ? [] : [`${shortCount(tokens)} tokens`]),
    ...(costUsd === undefined ? [] : [`$${costUsd}`]),
    ...(wallSeconds === undefined ? [] : [durationText(wallSeconds)]),
  ].join(', ');
}

/** The number that a text says, which may have its digits grouped; NaN where it says none. */
export function numberIn(text: string): number {
  return Number(text.replaceAll(/[_, ]/gu, ''));
}

/** What is wrong with a text that is to be a number above 0, if anything. */
export function positive(text: string): string | undefined {
  const value = numberIn(text);
  return text.trim() !== '' && Number.isFinite(value) && value > 0
    ? undefined
    : 'Give a number above 0.';
}

import type { Budget } from '../../core/agents/budget';
import { UserError } from '../../core/errors';
import { runSteps } from '../flows/runFlow';
import type { ModelChoice, RunAnswers } from '../flows/runFlow';
import { agentChoices } from '../runs/agentChoices';
import type { AgentChoice } from '../runs/agentChoices';
import { askSteps } from '../quickInput/steps';
import type { Services } from '../services';
import { readSetting } from '../settings';
import { chooseTarget } from './chooseTarget';
import { requireTrust } from './trust';

/** What the command can be called with: answers that are then not asked for. */
type RunArguments = Partial<Omit<RunAnswers, 'target'>>;

/** *Run Agent…*: asks, and starts runs that go on without this window. */
export async function runAgent(services: Services, argument?: unknown): Promise<void> {
  requireTrust('Running an agent');
  const { asker, runs } = services;
  const target = await chooseTarget(services, argument, {
    title: 'Run Agent',
    placeHolder: 'Which target is an agent to rebuild?',
  });
  if (target === undefined) {
    return;
  }
  if (!target.hasReference) {
    throw new UserError(`Running an agent on ${target.name} failed: it has no reference here.`, {
      action:
        'The agent asks the reference. Name it in the target’s mirrorcode.json, or install it.',
    });
  }
  const given: RunAnswers = { ...presetOf(argument), target };
  const models = [...readSetting('models').map(configured), ...(await runs.editorModels.choices())];
  const sources = { settings: readSetting('agents'), declared: target.agents };
  const agents = await agentChoices(sources, process.env['PATH']);
  const answers = await askSteps('Run Agent', given, runSteps(given, models, agents), asker);
  const { model, agent = 'own', language = target.languages[0], repetitions = 1 } = answers ?? {};
  const budget = answers?.budget;
  if (typeof model !== 'object' || typeof budget !== 'object' || language === undefined) {
    return;
  }
  const program = agent === 'own' ? {} : { agent: argumentsOf(agent) };
  const limits = limited(budget, model);
  await runs.start({ target, language, model, budget: limits, repetitions, ...program });
}

/** @throws UserError when it is not on this machine. */
function argumentsOf({ title, args, missing }: AgentChoice): readonly string[] {
  if (missing !== undefined) {
    throw new UserError(`Running ${title} failed: it was not found on PATH.`, {
      action: `Get it with: ${missing}`,
    });
  }
  return args;
}

function configured({ model, baseUrl, prices }: Omit<ModelChoice, 'from'>): ModelChoice {
  return {
    model,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(prices !== undefined && { prices: { ...prices } }),
    from: 'mirrorcode.models',
  };
}

/** A limit in dollars can only be kept where prices are known. */
function limited(budget: Budget, { prices }: ModelChoice): Budget {
  const { costUsd, ...rest } = budget;
  return prices === undefined || costUsd === undefined ? rest : budget;
}

/** Who says which model it is to be, and no agent, means the own loop. */
function presetOf(argument: unknown): RunArguments {
  if (typeof argument !== 'object' || argument === null || 'subject' in argument) {
    return {};
  }
  const given: RunArguments = argument;
  return given.model === undefined ? given : { agent: 'own', ...given };
}

import { languageTitles } from '../../targets/languageDefaults';
import type { Target } from '../../targets/target';
import { version } from '../../version';
import type { LogHeader } from '../log/inspectLog';
import type { RunState } from './runState';

/** What the log of a run says of it, the same however often it is written. */
export function logHeader({ settings, ids, budget, started }: RunState, target: Target): LogHeader {
  const { language, model, baseUrl, repetition, submitGate, agent } = settings;
  return {
    sampleId: `${target.name}_${language}`,
    epoch: repetition,
    uuid: ids.sample,
    task: 'mirrorcode',
    taskId: ids.task,
    runId: ids.run,
    evalId: ids.eval,
    model,
    ...(baseUrl === undefined ? {} : { modelBaseUrl: baseUrl }),
    created: started,
    target: [target.name, languageTitles[language]],
    taskArgs: {
      target: target.name,
      language,
      docs: target.docs !== undefined,
      reference_binary: target.reference !== undefined,
      gated_submit: submitGate === 'none' ? null : submitGate,
    },
    solver: agent?.name ?? 'react',
    limits: {
      ...(budget.tokens === undefined ? {} : { token_limit: budget.tokens }),
      ...(budget.costUsd === undefined ? {} : { cost_limit: budget.costUsd }),
      ...(budget.wallSeconds === undefined ? {} : { time_limit: budget.wallSeconds }),
      ...(budget.workingSeconds === undefined ? {} : { working_limit: budget.workingSeconds }),
    },
    packages: { 'mirrorcode-workbench': version },
  };
}

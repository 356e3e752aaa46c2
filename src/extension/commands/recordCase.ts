import * as vscode from 'vscode';
import { UserError } from '../../core/errors';
import { filesByName, recordSteps } from '../flows/recordFlow';
import type { RecordAnswers, RecordFlowContext } from '../flows/recordFlow';
import type { TargetInfo } from '../model/targetInfo';
import { askSteps } from '../quickInput/steps';
import type { Step } from '../quickInput/steps';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import type { Capture } from '../trees/captureNodes';
import { reviewCapture } from './captures';
import { targetSubject } from './subjects';
import { requireTrust } from './trust';

/** What the command can be called with: answers that are then not asked for. */
interface RecordArguments extends Omit<RecordAnswers, 'target' | 'parsed'> {
  /** The target's name. */
  readonly target?: string;
  /** Whether the captured case is shown for review; it is unless told otherwise. */
  readonly review?: boolean;
}

/** *Record Case…*: asks, records in a sandbox, and shows what was captured for review. */
export async function recordCase(
  services: Services,
  argument?: unknown,
): Promise<Capture | undefined> {
  requireTrust('Recording a case');
  const preset = (
    typeof argument === 'object' && argument !== null && !('kind' in argument) ? argument : {}
  ) as RecordArguments;
  const targets = recordable(services);
  const given = await presetAnswers(services, targets, preset, targetSubject(argument));
  const steps = recordSteps(given, flowContext(services, targets));
  return askAndRecord(services, { steps, targets, review: preset.review !== false }, given);
}

interface RecordFlow {
  readonly steps: readonly Step<RecordAnswers>[];
  readonly targets: readonly TargetInfo[];
  readonly review: boolean;
}

/** Asks with what was answered before in its place; what can't be recorded can be changed. */
async function askAndRecord(
  services: Services,
  flow: RecordFlow,
  before: RecordAnswers,
): Promise<Capture | undefined> {
  const { log, asker } = services;
  const answers = await askSteps('Record Case', before, flow.steps, asker);
  if (answers === undefined) {
    return undefined;
  }
  try {
    return await recordAnswered(services, flow, answers);
  } catch (error) {
    const run = () => askAndRecord(services, flow, answers);
    // Not awaited: the toast stays as long as the person lets it.
    void log.tell(error, { label: 'Change and Record Again', run }).catch(log.keep);
    return undefined;
  }
}

async function recordAnswered(
  services: Services,
  { targets, review }: RecordFlow,
  answers: RecordAnswers,
): Promise<Capture | undefined> {
  const { model, engine } = services;
  const target = answers.target ?? targets[0];
  const { parsed, name } = answers;
  if (target === undefined || parsed === undefined || name === undefined) {
    return undefined;
  }
  const capture = await withProgress(`Recording ${name}`, (signal, report) =>
    engine.call(
      'record',
      {
        target,
        name,
        args: parsed.args,
        env: parsed.env,
        stdin: parsed.stdin.kind === 'none' ? (answers.stdin ?? parsed.stdin) : parsed.stdin,
        files: filesByName(answers.files ?? []),
        repeat: readSetting('record.repeat', vscode.Uri.file(target.path)),
        settings: engineSettings(),
      },
      { signal, onEvent: report },
    ),
  );
  services.log.info(`Recorded ${target.name} ${name}.`);
  model.touch('captures');
  if (review) {
    await reviewCapture(services, capture);
  }
  return capture;
}

/** @throws UserError where no target of the workspace can be recorded. */
export function recordable({ model }: Services): readonly TargetInfo[] {
  const targets = model.targets.filter(({ hasReference }) => hasReference);
  if (targets.length === 0) {
    throw new UserError(
      model.targets.length === 0
        ? 'Recording a case failed: this workspace has no target.'
        : 'Recording a case failed: no target of this workspace has a reference on this machine.',
      {
        action:
          model.targets.length === 0
            ? 'Make one with MirrorCode: New Target….'
            : 'Name the reference in the target’s mirrorcode.json, or install it.',
      },
    );
  }
  return targets;
}

async function presetAnswers(
  services: Services,
  targets: readonly TargetInfo[],
  preset: RecordArguments,
  subject: TargetInfo | undefined,
): Promise<RecordAnswers> {
  const { target: targetName, line, stdin, files, name } = preset;
  const target =
    subject ??
    (targetName === undefined ? undefined : targets.find((known) => known.name === targetName));
  const only = target ?? (targets.length === 1 ? targets[0] : undefined);
  return {
    ...(line !== undefined && { line }),
    ...(stdin !== undefined && { stdin }),
    ...(files !== undefined && { files }),
    ...(name !== undefined && { name }),
    ...(target !== undefined && { target }),
    ...(line !== undefined &&
      only !== undefined && {
        parsed: await services.engine.call('parseLine', { target: only, line }),
      }),
  };
}

function flowContext(
  { engine, model }: Services,
  targets: readonly TargetInfo[],
): RecordFlowContext {
  return {
    targets,
    parse: (target, line) => engine.call('parseLine', { target, line }),
    nameProblem: async (target, name) => {
      if (!/^[^/\s\\]+(?:\/[^/\s\\]+)*$/u.test(name)) {
        return 'A name is group/name, without spaces and backslashes.';
      }
      const { cases } = await model.listing(target);
      return cases.some((known) => known.name === name)
        ? `${target.name} has a case ${name} already. Re-record it, or choose another name.`
        : undefined;
    },
  };
}

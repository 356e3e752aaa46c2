import * as vscode from 'vscode';
import type { Services } from '../services';
import { commands } from '../tables/commands';
import type { CommandName } from '../tables/commands';
import { auditTarget, suppressFinding } from '../audit/auditCommands';
import { undoCuration } from '../curation/curateCases';
import {
  deleteCases,
  groupCases,
  labelCases,
  moveCases,
  pairCase,
} from '../curation/curationCommands';
import { previewPrompt } from '../taskPrompt/previewPrompt';
import {
  extendRun,
  openRun,
  openRunLog,
  pauseRun,
  resumeRun,
  setModelKey,
  stopRun,
} from './agentRuns';
import { compareCase } from './compareCase';
import { doctor } from './doctor';
import { makeDual } from './makeDual';
import { newTarget } from './newTarget';
import { openCase, openManifest } from './openCase';
import { openPart } from './openPart';
import { openSamples } from './openSamples';
import { recordCase } from './recordCase';
import { openRecordingTerminal } from './recordingTerminal';
import { runAgent } from './runAgent';
import { rerecordCase, runCase } from './runCase';
import { chooseCandidate, scoreCandidate, verifyReference } from './scoreCandidate';
import { openBuildLog, resumeScore, revealScore } from './scores';

type Handler = (services: Services, argument: unknown, selection: unknown) => unknown;

/** Commands that the parts of the extension register themselves. */
type RegisteredElsewhere =
  | 'compareBytes'
  | 'showActions'
  | 'groupByTier'
  | 'groupByDomain'
  | 'openInReplay'
  | 'openCuration'
  | `replay${string}`
  | `${string}Capture`
  | `${string}AllCaptures`
  | 'undoDecision';

const handlers: Readonly<Record<Exclude<CommandName, RegisteredElsewhere>, Handler>> = {
  recordCase,
  openRecordingTerminal,
  newTarget,
  scoreCandidate,
  verifyReference,
  chooseCandidate,
  openSamples,
  doctor,
  openManifest,
  openCase,
  runCase,
  rerecordCase,
  makeDual,
  openPart,
  compareCase,
  resumeScore,
  labelCases,
  groupCases,
  deleteCases,
  pairCase,
  undoCuration,
  suppressFinding,
  previewPrompt,
  auditTarget: (services, argument) => auditTarget(services, argument),
  auditTargetRun: (services, argument) => auditTarget(services, argument, { reference: true }),
  moveToVisible: (services, ...picked) => moveCases(services, 'visible', ...picked),
  moveToHidden: (services, ...picked) => moveCases(services, 'hidden', ...picked),
  showLog: ({ log }) => log.show(),
  refresh: ({ model }) => model.refresh(),
  runAgent,
  pauseRun,
  resumeRun,
  stopRun,
  extendRun,
  setModelKey,
  openRunLog,
  openRun: (_services, argument) => openRun(argument),
  openBuildLog: (_services, argument) => openBuildLog(argument),
  revealScore: (_services, argument) => revealScore(argument),
};

/** Registers every command; whatever one throws is told to the person, never lost. */
export function registerCommands(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([name, handler]) =>
      registerCommand(services, name as CommandName, (argument, selection) =>
        handler(services, argument, selection),
      ),
    ),
  );
}

/** Registers one command, with the same care for what it throws. */
export function registerCommand(
  { log }: Pick<Services, 'log'>,
  name: CommandName,
  /** Trees with several rows selected give these as the second argument. */
  handler: (argument: unknown, selection: unknown) => unknown,
): vscode.Disposable {
  const run = async (argument: unknown, selection: unknown) => {
    try {
      return await handler(argument, selection);
    } catch (error) {
      // Not awaited: the toast stays as long as the person lets it.
      void log.tell(error);
      return undefined;
    }
  };
  return vscode.commands.registerCommand(commands[name], run);
}

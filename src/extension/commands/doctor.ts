import * as vscode from 'vscode';
import type { Diagnosis } from '../../core/doctor';
import type { EngineStatus } from '../../core/sandbox/sandbox';
import { diagnosisLines, engineProblem } from '../model/engineText';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { requireTrust } from './trust';

/** *Doctor*: which engines and toolchains work here, and why the others do not, in the log. */
export async function doctor({ engine, log }: Services): Promise<Diagnosis> {
  requireTrust('Trying the engines and toolchains');
  const diagnosis = await withProgress('Trying the engines and toolchains', (signal, report) =>
    engine.call('diagnose', { settings: engineSettings() }, { signal, onEvent: report }),
  );
  for (const line of diagnosisLines(diagnosis)) {
    log.info(line);
  }
  log.show();
  const problem = engineProblem(diagnosis.engines, readSetting('engine'));
  if (problem !== undefined) {
    // Not awaited: the toast stays as long as the person lets it.
    void tellProblem(problem, diagnosis.engines);
  }
  return diagnosis;
}

async function tellProblem(problem: string, statuses: readonly EngineStatus[]): Promise<void> {
  const [first] = statuses;
  const isSetting = statuses.some(({ works }) => works);
  const action = !isSetting && first?.works === false ? ` ${first.action}` : '';
  const open = 'Open Setting';
  const buttons = isSetting ? [open] : [];
  if ((await vscode.window.showWarningMessage(problem + action, ...buttons)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'mirrorcode.engine');
  }
}

import * as vscode from 'vscode';
import type { EngineStatus } from '../../core/sandbox/sandbox';
import { engineProblem } from '../model/engineText';
import { withProgress } from '../progress';
import type { Services } from '../services';
import { engineSettings, readSetting } from '../settings';
import { requireTrust } from './trust';

/** *Doctor*: which engines work here, and why the others do not, in the log. */
export async function doctor({ engine, log }: Services): Promise<readonly EngineStatus[]> {
  requireTrust('Trying the engines');
  const statuses = await withProgress('Trying the engines', (signal) =>
    engine.call('probe', { settings: engineSettings() }, { signal }),
  );
  for (const line of statuses.flatMap(statusLines)) {
    log.info(line);
  }
  log.show();
  const problem = engineProblem(statuses, readSetting('engine'));
  if (problem !== undefined) {
    // Not awaited: the toast stays as long as the person lets it.
    void tellProblem(problem, statuses);
  }
  return statuses;
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

/** An engine's state in lines that a person reads. */
export function statusLines(status: EngineStatus): string[] {
  return status.works
    ? [
        `${status.engine} works: ${status.version}.`,
        ...status.warnings.map((warning) => `  ${warning}`),
      ]
    : [
        `${status.engine} does not work: ${status.reason.replace(/\.$/u, '')}.`,
        `  ${status.action}`,
      ];
}

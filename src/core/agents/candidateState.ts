import type { Meter } from './budget';
import type { WorkspaceHistory } from './history';
import { eventEntry } from './log/eventEntry';
import type { JournalEntry } from './log/runJournal';
import { WorkspaceError } from './workspace';
import type { AgentWorkspace } from './workspace';

/**
 * Keeps the candidate as it stands; as it was where the agent has made it too large to be kept.
 * @param earlier The state before, empty where there is none.
 */
export async function keepState(
  {
    workspace,
    history,
    meter,
  }: {
    readonly workspace: AgentWorkspace;
    readonly history: WorkspaceHistory;
    readonly meter: Meter;
  },
  earlier: string,
  snapshot: { readonly whole?: true },
): Promise<{ readonly state: string; readonly problem: JournalEntry[] }> {
  try {
    return { state: await history.record(await workspace.candidate(snapshot)), problem: [] };
  } catch (error) {
    if (!(error instanceof WorkspaceError)) {
      throw error;
    }
    const state = earlier === '' ? await history.record([]) : earlier;
    const data = `The workspace's state was not kept: ${error.message}`;
    return { state, problem: [eventEntry(meter, { event: 'info', source: 'workspace', data })] };
  }
}

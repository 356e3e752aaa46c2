import type { LoadedSample } from '../loadedSample';
import { archivedFiles } from './archivedFiles';
import { WorkspaceHistory } from './history';
import { RecordedStates } from './recordedStates';
import type { StateMark } from './stateMarks';

/** What is known of a run's files, and the states that were recorded of them. */
export interface ReadWorkspace {
  readonly history: WorkspaceHistory;
  readonly states: RecordedStates;
}

/**
 * Reads the files of a run through time: from its edits, from the states that were recorded beside its
 * log, and, where there are none, from the archives beside it.
 * @param earlier What was read before the log grew: its states stay read.
 */
export async function readWorkspace(
  log: string,
  sample: LoadedSample,
  earlier: Promise<ReadWorkspace> | undefined,
  signal?: AbortSignal,
): Promise<ReadWorkspace> {
  const history = await WorkspaceHistory.read(sample, signal);
  const before = await earlier?.catch(() => undefined);
  const states = await readStates(log, history.stateMarks, before?.states, signal);
  if (states.settled.length === 0 || states.problems().length > 0) {
    history.addArchived(await archivedFiles(log, sample, signal));
  }
  history.settle(states);
  return { history, states };
}

async function readStates(
  log: string,
  marks: readonly StateMark[],
  earlier: RecordedStates | undefined,
  signal?: AbortSignal,
): Promise<RecordedStates> {
  const states = earlier?.isPrefixOf(marks) === true ? earlier : new RecordedStates(log);
  await states.read(marks, signal);
  return states;
}

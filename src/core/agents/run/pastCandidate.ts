import type { FileEntry } from '../../cases/case';
import { bytesContent } from '../../cases/content';
import { UserError } from '../../errors';
import { candidateOf } from '../../scoring/candidateSource';
import type { CandidateSource } from '../../scoring/candidateSource';
import type { Language } from '../../targets/target';
import { asNumber, asObject } from '../../transcripts/values';
import { readJournal } from '../log/runJournal';
import { isHistoryHash, StoredHistory } from '../storedHistory';
import type { HistoryEntry } from '../storedHistory';
import { readRunState, runFile } from './runFolder';

/** A run's candidate as it stood after one of its steps. */
export interface PastCandidate {
  readonly source: CandidateSource;
  readonly language: Language;
  readonly step: number;
}

/**
 * Takes a run's candidate out of its history, as it stood after a step.
 * @param step From 1; the last one that was finished if absent.
 * @throws UserError when there is no such step, or nothing of it was kept.
 */
export async function pastCandidate(dir: string, step?: number): Promise<PastCandidate> {
  const { settings } = await readRunState(dir);
  const found = await stateAfter(dir, step);
  const history = new StoredHistory(runFile(dir, 'history'));
  const entries = isHistoryHash(found.state) ? await history.entries(found.state) : [];
  const files: FileEntry[] = [];
  for (const entry of entries) {
    files.push(await fileOf(history, entry));
  }
  if (!files.some(({ kind }) => kind === 'file')) {
    throw new UserError(`After step ${found.step} the candidate of ${dir} holds no files.`, {
      action: 'Name a later step with --step N.',
    });
  }
  return { source: await candidateOf(files), language: settings.language, step: found.step };
}

async function stateAfter(dir: string, step: number | undefined) {
  let found = { step: 0, state: '' as unknown };
  let done = 0;
  for await (const entry of readJournal(runFile(dir, 'journal'))) {
    if (entry.kind === 'checkpoint') {
      const checkpoint = asObject(entry.checkpoint);
      done = asNumber(checkpoint['step']) ?? done;
      found = done <= (step ?? Infinity) ? { step: done, state: checkpoint['state'] } : found;
    }
  }
  if (step !== undefined && step > done) {
    throw new UserError(`The run in ${dir} has finished ${done} steps, and no step ${step}.`, {
      action: `Name a step from 1 to ${done}.`,
    });
  }
  return found;
}

async function fileOf(history: StoredHistory, entry: HistoryEntry): Promise<FileEntry> {
  return entry.kind === 'file'
    ? {
        kind: 'file',
        path: entry.path,
        mode: entry.mode,
        content: bytesContent(await history.bytes(entry)),
      }
    : entry;
}

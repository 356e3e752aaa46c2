import { countVerdicts } from '../../../core/scoring/groups';
import {
  isRunning,
  listRunScores,
  listScores,
  readVerdicts,
} from '../../../core/scoring/scoreFiles';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { ListedScore } from '../callTypes';
import type { Handlers } from '../rpcServer';

/** Reading what was scored. */
export function scoreListHandlers(): Handlers<Pick<EngineCalls, 'scores' | 'verdicts'>> {
  return {
    scores: async ({ roots }) => {
      const lists = await Promise.all(roots.map(scoresBelow));
      const newestFirst = lists
        .flat()
        .sort((a, b) => (a.header.started < b.header.started ? 1 : -1));
      return Promise.all(newestFirst.map(withProgress));
    },
    verdicts: ({ dir }) => readVerdicts(dir),
  };
}

async function scoresBelow(root: string): Promise<ListedScore[]> {
  const workFolder = new WorkFolder(root);
  const ofRuns = await listRunScores(workFolder);
  return [
    ...(await listScores(workFolder)),
    ...ofRuns.map((score) => ({ ...score, ofRun: true as const })),
  ];
}

/** A score that did not come to its end has no counts of its own: its verdicts so far have. */
async function withProgress(score: ListedScore): Promise<ListedScore> {
  const { dir, header } = score;
  const interrupted = header.state === 'running' && !isRunning(header);
  if (header.counts !== undefined) {
    return score;
  }
  const counts = countVerdicts(await readVerdicts(dir));
  return { ...score, header: { ...header, counts }, ...(interrupted && { interrupted }) };
}

import path from 'node:path';
import type { CaseStore } from '../cases/caseStore';

/** Check ids and reasons beside the cases, where git shows them; MirrorCode reads no such file. */
export function answersFile({
  store,
  path: folder,
}: {
  readonly store: Pick<CaseStore, 'kind' | 'path'>;
  readonly path: string;
}): string {
  return store.kind === 'gold'
    ? `${store.path.replace(/\.jsonl$/u, '')}.answers.json`
    : path.join(folder, 'answers.json');
}

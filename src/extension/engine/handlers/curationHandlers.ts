import { CurationHistory } from '../../../core/cases/curation/curationHistory';
import type { CaseStore } from '../../../core/cases/caseStore';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';

/** Moving, labelling, pairing and deleting cases, and taking it back. */
export function curationHandlers(
  catalogue: Catalogue,
): Handlers<Pick<EngineCalls, 'curate' | 'undoCuration'>> {
  return {
    curate: async ({ target, curation, title }) => {
      const { store } = await catalogue.open(target);
      const history = new CurationHistory(new WorkFolder(target.root));
      const { changes, removed, unpaired } = await history.curate(store, curation, title);
      return { changed: changes.size + removed.length, unpaired };
    },
    undoCuration: async ({ targets }) => {
      const history = await lastHistory(targets.map(({ root }) => root));
      const stores = new Map<string, CaseStore>();
      for (const target of targets) {
        const { store } = await catalogue.open(target);
        stores.set(store.path, store);
      }
      return (await history?.undo(({ path }) => stores.get(path))) ?? null;
    },
  };
}

/** The history of the folder in which the last curation was carried out. */
async function lastHistory(roots: readonly string[]): Promise<CurationHistory | undefined> {
  let last: { readonly history: CurationHistory; readonly at: number } | undefined;
  for (const root of new Set(roots)) {
    const history = new CurationHistory(new WorkFolder(root));
    const at = await history.newest();
    if (at !== undefined && at > (last?.at ?? 0)) {
      last = { history, at };
    }
  }
  return last?.history;
}

import { CurationHistory } from '../../../core/cases/curation/curationHistory';
import type { EngineCalls } from '../api';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';

/** Moving, labelling, pairing and deleting cases, and taking it back. */
export function curationHandlers(
  catalogue: Catalogue,
): Handlers<Pick<EngineCalls, 'curate' | 'undoCuration'>> {
  const history = new CurationHistory();
  return {
    curate: async ({ target, curation, title }) => {
      const { store } = await catalogue.open(target);
      const { changes, removed, unpaired } = await history.curate(store, curation, title);
      return { changed: changes.size + removed.length, unpaired };
    },
    undoCuration: async () => (await history.undo()) ?? null,
  };
}

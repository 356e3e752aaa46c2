import path from 'node:path';
import type { Case } from '../../../core/cases/case';
import { formatCase, layoutCase } from '../../../core/cases/caseLayout';
import { parseCase, readCaseText } from '../../../core/cases/caseText';
import { CurationHistory } from '../../../core/cases/curation/curationHistory';
import { UserError } from '../../../core/errors';
import { WorkFolder } from '../../../core/workFolder';
import type { EngineCalls } from '../api';
import type { CheckedCase } from '../callTypes';
import type { Handlers } from '../rpcServer';
import type { Catalogue } from './catalogue';

type CaseCalls = Pick<EngineCalls, 'readCase' | 'writeCase' | 'renameCase' | 'checkCase'>;

/** Reading, checking and writing cases. */
export function caseHandlers(catalogue: Catalogue): Handlers<CaseCalls> {
  return {
    readCase: async ({ target, name }) => {
      const { store } = await catalogue.open(target);
      return { text: formatCase(await store.read(name)) };
    },
    writeCase: async ({ target, name, text }) => {
      const { store } = await catalogue.open(target);
      const changed = parseCase(text, { folder: path.dirname(store.path), file: name });
      if (changed.name !== name) {
        const { cases } = await store.list();
        if (cases.some((known) => known.name === changed.name)) {
          throw new UserError(`Saving ${name} failed: there is already a case ${changed.name}.`, {
            action: 'Choose another name.',
          });
        }
        await store.rename(name, changed.name);
      }
      await store.write(changed, { replace: true });
      return null;
    },
    renameCase: async ({ target, name, to }) => {
      const { store } = await catalogue.open(target);
      const history = new CurationHistory(new WorkFolder(target.root));
      return { mirrors: await history.rename(store, name, to) };
    },
    checkCase: ({ text, file }) => Promise.resolve(checkCase(text, file)),
  };
}

/** What is wrong with a case's text, and how it is spelt canonically where nothing is. */
export function checkCase(text: string, file: string): CheckedCase {
  const folder = path.dirname(file);
  const { value, problems } = readCaseText(text, { folder });
  if (value === undefined || problems.length > 0) {
    return { problems };
  }
  const canonical = canonicalText(value, file);
  return { problems, ...(canonical !== undefined && { canonical }), duals: value.duals };
}

/** Undefined where the canonical text would need files to be moved, which a save does not do. */
function canonicalText(value: Case, file: string): string | undefined {
  const layout = layoutCase(value, { baseName: path.basename(file, '.case'), inline: true });
  const inPlace = [...layout.blobs].every(
    ([relative, content]) =>
      content.kind === 'blob' && content.path === path.join(path.dirname(file), relative),
  );
  return inPlace ? layout.text : undefined;
}

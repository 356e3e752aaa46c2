import type { CaseStore } from '../../../core/cases/caseStore';
import { editorHarm, isInput, readPart, withPart } from '../../../core/cases/parts';
import type { EngineCalls } from '../api';
import type { PartRef } from '../callTypes';
import type { Handlers } from '../rpcServer';
import { openQueue } from './captureQueue';
import type { Catalogue } from './catalogue';

/** One part of a case as bytes, read and saved back in place. */
export function partHandlers(
  catalogue: Catalogue,
): Handlers<Pick<EngineCalls, 'readPart' | 'writePart'>> {
  const storeOf = async ({ root, target, queued }: PartRef): Promise<CaseStore> =>
    queued
      ? (await openQueue(root, target)).store
      : (await catalogue.openByName(root, target)).store;
  return {
    readPart: async (ref) => {
      const store = await storeOf(ref);
      const bytes = await readPart(await store.read(ref.name), ref.part);
      const harm = isInput(ref.part) ? editorHarm(bytes) : 'it is part of the gold';
      return { bytes, ...(harm !== undefined && { readOnly: harm }) };
    },
    writePart: async (ref) => {
      const store = await storeOf(ref);
      const changed = withPart(await store.read(ref.name), ref.part, ref.bytes);
      await store.write(changed, { replace: true });
      return null;
    },
  };
}

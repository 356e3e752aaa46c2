import type { Case } from '../case';
import type { CaseStore } from '../caseStore';
import { GoldStore } from '../gold/goldStore';
import { copyCases } from './copyCases';
import { refuseUnreadable } from './exchange';
import type { Exchanged, Refused } from './exchange';

/**
 * Writes cases as the rows of a gold file; rows of the same name that are there are changed in
 * place and all others stay.
 * @param file Absolute path of the `.jsonl`.
 */
export async function exportGold(store: CaseStore, file: string): Promise<Exchanged> {
  const recorded: Case[] = [];
  const left: Refused[] = [];
  for await (const one of store.readAll(refuseUnreadable(left))) {
    if (one.gold === undefined) {
      left.push({ name: one.name, reason: 'it has no gold yet' });
    } else {
      recorded.push(one);
    }
  }
  const { done, refused } = await copyCases(recorded, new GoldStore(file), { replace: true });
  return { done, refused: [...refused, ...left] };
}

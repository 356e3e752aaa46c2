import type { Case } from '../case';
import type { CaseStore } from '../caseStore';
import type { CurationPlan } from './planCuration';

/**
 * Carries a curation out: labels and duals first, in one rewrite where the store is one file, then
 * names, then removals.
 * @throws UserError when a case was changed by someone else, or the store can't carry it.
 */
export async function carryOut(store: CaseStore, plan: CurationPlan): Promise<void> {
  const rewritten: Case[] = [];
  const renamed: [string, string][] = [];
  for await (const one of store.readAll()) {
    const heading = plan.changes.get(one.name);
    if (heading !== undefined) {
      const { labels, duals, name } = heading;
      rewritten.push({ ...one, labels, duals });
      if (name !== one.name) {
        renamed.push([one.name, name]);
      }
    }
  }
  if (rewritten.length > 0) {
    await store.writeAll(rewritten, { replace: true });
  }
  for (const [from, to] of renamed) {
    await store.rename(from, to);
  }
  if (plan.removed.length > 0) {
    await store.remove(plan.removed);
  }
}

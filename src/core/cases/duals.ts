import { UserError } from '../errors';
import type { Case } from './case';
import type { CaseStore } from './caseStore';

/** The hidden case with a further visible case that it mirrors. */
export function withDual(hidden: Case, visible: string): Case {
  return { ...hidden, duals: [...new Set([...hidden.duals, visible])] };
}

/**
 * Gives a case another name, and names it so in every case that mirrors it.
 * @returns the cases whose duals were changed.
 * @throws UserError when the name is taken or can't be one; nothing is changed then.
 */
export async function renameCase(store: CaseStore, from: string, to: string): Promise<string[]> {
  const { cases } = await store.list();
  if (cases.some(({ name }) => name === to)) {
    throw new UserError(`Renaming ${from} failed: there is already a case ${to}.`, {
      action: 'Choose another name.',
    });
  }
  const mirrors = cases.filter(({ duals }) => duals.includes(from)).map(({ name }) => name);
  await store.rename(from, to);
  const changed: Case[] = [];
  for (const name of mirrors) {
    const mirror = await store.read(name === from ? to : name);
    changed.push({ ...mirror, duals: mirror.duals.map((dual) => (dual === from ? to : dual)) });
  }
  await store.writeAll(changed, { replace: true });
  return changed.map(({ name }) => name);
}

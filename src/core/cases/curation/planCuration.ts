import { UserError } from '../../errors';
import { isVisible } from '../case';
import type { CaseSummary } from '../caseStore';

/** A change of the order in which a target's cases stand, by names. */
export type Curation =
  | { readonly kind: 'move'; readonly names: readonly string[]; readonly to: 'visible' | 'hidden' }
  | {
      readonly kind: 'label';
      readonly names: readonly string[];
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  /** The folder of the name, `''` for none. */
  | { readonly kind: 'group'; readonly names: readonly string[]; readonly group: string }
  | { readonly kind: 'pair'; readonly hidden: string; readonly visible: string }
  | { readonly kind: 'delete'; readonly names: readonly string[] };

/** What a case is called, labelled and paired with after the change. */
export interface CaseHeading {
  readonly name: string;
  readonly labels: readonly string[];
  readonly duals: readonly string[];
}

export interface CurationPlan {
  /** By the name of now, only where something changes. */
  readonly changes: ReadonlyMap<string, CaseHeading>;
  readonly removed: readonly string[];
  /** Hidden cases that lose their last visible dual by it. */
  readonly unpaired: readonly string[];
}

/**
 * What a curation changes, in the cases that it names and in those that mirror them: a visible case
 * that is hidden or removed is nobody's dual any more, one with a new name keeps its mirrors, and
 * of a pair that changes places the roles are changed as well.
 * @throws UserError when it names a case that is not there, or two would have one name.
 */
export function planCuration(cases: readonly CaseSummary[], curation: Curation): CurationPlan {
  const named = namedIn(curation, cases);
  const removed = new Set(curation.kind === 'delete' ? curation.names : []);
  const after = new Map<string, CaseHeading>();
  for (const one of cases) {
    after.set(one.name, named.has(one.name) ? changed(one, curation) : headingOf(one));
  }
  refuseTwice([...after.values()]);
  relink(after, removed, named);
  const changes = new Map<string, CaseHeading>();
  const unpaired: string[] = [];
  for (const one of cases) {
    const heading = after.get(one.name);
    if (heading === undefined || removed.has(one.name)) {
      continue;
    }
    if (JSON.stringify(heading) !== JSON.stringify(headingOf(one))) {
      changes.set(one.name, heading);
    }
    if (heading.labels.includes('hidden') && heading.duals.length === 0 && one.duals.length > 0) {
      unpaired.push(heading.name);
    }
  }
  return { changes, removed: [...removed], unpaired };
}

function namedIn(curation: Curation, cases: readonly CaseSummary[]): ReadonlySet<string> {
  const named = new Set(
    curation.kind === 'pair' ? [curation.hidden, curation.visible] : curation.names,
  );
  const known = new Set(cases.map(({ name }) => name));
  for (const name of named) {
    if (!known.has(name)) {
      throw new UserError(`There is no case ${name} any more.`, {
        action: 'Refresh the Tasks tree.',
      });
    }
  }
  return named;
}

function headingOf({ name, labels, duals }: CaseSummary): CaseHeading {
  return { name, labels, duals };
}

function changed(one: CaseSummary, curation: Curation): CaseHeading {
  const { name, labels, duals } = one;
  const without = (gone: readonly string[]) => labels.filter((label) => !gone.includes(label));
  switch (curation.kind) {
    case 'move':
      return curation.to === 'hidden'
        ? { name, labels: ['hidden', ...without(['hidden', 'ablated'])], duals }
        : { name, labels: without(['hidden', 'ablated']), duals };
    case 'label': {
      const kept = without(curation.remove);
      const added = curation.add.filter((label) => !kept.includes(label));
      return { name, labels: [...kept, ...added], duals };
    }
    case 'group': {
      const last = name.slice(name.lastIndexOf('/') + 1);
      return { name: curation.group === '' ? last : `${curation.group}/${last}`, labels, duals };
    }
    case 'pair':
      return name === curation.hidden && !duals.includes(curation.visible)
        ? { name, labels, duals: [...duals, curation.visible] }
        : headingOf(one);
    case 'delete':
      return headingOf(one);
  }
}

/** Sees to it that every dual is the present name of a visible case, as far as this change matters. */
function relink(
  after: Map<string, CaseHeading>,
  removed: ReadonlySet<string>,
  named: ReadonlySet<string>,
): void {
  const mirrors = new Map<string, string[]>();
  for (const [before, heading] of [...after]) {
    const isHidden = heading.labels.includes('hidden');
    const duals = heading.duals.flatMap((dual) => {
      const other = after.get(dual);
      if (other === undefined || (!named.has(dual) && !named.has(before))) {
        return [dual]; // not ours: the audit tells of it
      }
      const pairHolds = isHidden && !removed.has(dual) && isVisible(other);
      if (!pairHolds && !isHidden && other.labels.includes('hidden') && !removed.has(before)) {
        mirrors.set(dual, [...(mirrors.get(dual) ?? []), heading.name]);
      }
      return pairHolds ? [other.name] : [];
    });
    after.set(before, { ...heading, duals });
  }
  // The hidden one of a pair became visible and the visible one hidden.
  for (const [before, added] of mirrors) {
    const heading = after.get(before);
    if (heading !== undefined && !removed.has(before)) {
      after.set(before, { ...heading, duals: [...new Set([...heading.duals, ...added])] });
    }
  }
}

function refuseTwice(headings: readonly CaseHeading[]): void {
  const seen = new Set<string>();
  for (const { name } of headings) {
    if (seen.has(name)) {
      throw new UserError(`Moving the cases failed: two of them would be called ${name}.`, {
        action: 'Rename one of them first.',
      });
    }
    seen.add(name);
  }
}

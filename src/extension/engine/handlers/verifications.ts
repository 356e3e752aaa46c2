import type { Verification } from '../../../core/audit/finding';
import type { Case } from '../../../core/cases/case';
import { contentHash } from '../../../core/cases/content';
import { inputKey } from '../../../core/cases/inputKey';
import type { Target } from '../../../core/targets/target';

/** What running the references showed in this window, by target. */
export class Verifications {
  private readonly byTarget = new Map<string, VerifiedGolds>();

  of(key: string): VerifiedGolds {
    const known = this.byTarget.get(key) ?? new VerifiedGolds();
    this.byTarget.set(key, known);
    return known;
  }
}

/** What running the reference showed, for as long as the case and its gold stay as they were. */
class VerifiedGolds {
  private facts = new Map<string, { readonly key: string; readonly facts: Verification }>();

  async remember(target: Target, facts: ReadonlyMap<string, Verification>): Promise<void> {
    this.facts = new Map();
    for await (const one of target.store.readAll()) {
      const own = facts.get(one.name);
      if (own !== undefined) {
        this.facts.set(one.name, { key: goldKey(one), facts: own });
      }
    }
  }

  async stillTrue(target: Target): Promise<Map<string, Verification>> {
    const kept = new Map<string, Verification>();
    if (this.facts.size > 0) {
      for await (const one of target.store.readAll()) {
        const known = this.facts.get(one.name);
        if (known?.key === goldKey(one)) {
          kept.set(one.name, known.facts);
        }
      }
    }
    return kept;
  }
}

function goldKey(one: Case): string {
  const { gold } = one;
  const golds =
    gold === undefined ? [] : [contentHash(gold.stdout), contentHash(gold.stderr), gold.returncode];
  return JSON.stringify([inputKey(one), ...golds]);
}

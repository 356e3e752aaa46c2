import { isVisible } from '../../cases/case';
import type { AuditedCase, Check } from '../finding';

/** A dual that asks with other values has to be answered with other bytes. */
export const sameAnswer: Check = {
  id: 'same-answer',
  title: 'Hidden case with the answer of its dual',
  why: 'A candidate that learned the visible answer by heart passes the hidden case as well: it tells nothing of hard-coding.',
  fix: 'Change the values of the hidden case until the reference answers differently.',
  *run({ cases }) {
    const visible = new Map(
      cases.filter(({ source }) => isVisible(source)).map((one) => [one.source.name, one]),
    );
    for (const one of cases) {
      const { source } = one;
      const twin = source.labels.includes('hidden')
        ? source.duals.map((dual) => visible.get(dual)).find((dual) => isSame(one, dual))
        : undefined;
      if (twin !== undefined) {
        const succeeded = source.gold?.returncode === 0;
        yield {
          severity: succeeded ? 'warning' : 'info',
          cases: [source.name, twin.source.name],
          part: 'stdout',
          message: `it has the very same answer as its dual ${twin.source.name}`,
        };
      }
    }
  },
};

function isSame(one: AuditedCase, dual: AuditedCase | undefined): boolean {
  const [a, b] = [one.source.gold, dual?.source.gold];
  return (
    dual !== undefined &&
    a !== undefined &&
    b !== undefined &&
    !one.partial &&
    !dual.partial &&
    a.outputs.length + b.outputs.length === 0 &&
    a.returncode === b.returncode &&
    one.text.stdout === dual.text.stdout &&
    one.text.stderr === dual.text.stderr
  );
}

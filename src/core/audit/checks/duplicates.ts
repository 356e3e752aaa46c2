import { isVisible } from '../../cases/case';
import type { AuditedCase, Check } from '../finding';

/** Cases that give the program exactly the same: Kattis calls them equivalent. */
export const duplicates: Check = {
  id: 'duplicate',
  title: 'Same input twice',
  why: 'A repeated case weighs a behaviour twice and tells nothing new; a hidden case that equals a visible one hides nothing.',
  fix: 'Remove all but one, or change the values of the others and record them again.',
  *run({ cases }) {
    for (const group of groupBy(cases, (c) => c.inputKey)) {
      const [first, second] = group;
      if (first === undefined || second === undefined) {
        continue;
      }
      const isTold =
        group.some((c) => isVisible(c.source)) &&
        group.some((c) => c.source.labels.includes('hidden'));
      yield {
        severity: isTold ? 'error' : 'warning',
        cases: group.map((c) => c.source.name),
        message: isTold
          ? `a hidden case has the same input as a visible one: ${names(group)}`
          : `the same input: ${names(group)}`,
      };
    }
  },
};

/** Near duplicates: same options, and outputs that differ only in their words and digits. */
export const nearDuplicates: Check = {
  id: 'near-duplicate',
  title: 'Many cases of one shape',
  why: 'A crowd of cases that exercise one path drowns the others in the pass rate.',
  fix: 'Keep the few that differ in what they exercise.',
  *run({ cases }) {
    for (const group of groupBy(cases, shapeOf)) {
      if (group.length >= crowd) {
        yield {
          severity: 'info',
          cases: group.map((c) => c.source.name),
          message: `${group.length} cases have the same options and the same shape of output`,
        };
      }
    }
  },
};

/** From this many cases of one shape on, it is worth a look. */
const crowd = 8;

/** Cases with the same options and outputs that differ only in words and digits share it. */
export function shapeOf({ source, text }: AuditedCase): string {
  const mask = (s: string) => s.replace(/\d+/gu, '0').replace(/[A-Za-z]+/gu, 'a');
  const options = source.input.args.filter((arg) => arg.startsWith('-')).sort();
  return JSON.stringify([options, source.gold?.returncode, mask(text.stdout), mask(text.stderr)]);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const k = key(item);
    const group = groups.get(k);
    if (group === undefined) {
      groups.set(k, [item]);
    } else {
      group.push(item);
    }
  }
  return [...groups.values()];
}

/** The first few names, so that a message stays a line. */
function names(group: readonly AuditedCase[]): string {
  const shown = group.slice(0, 4).map((c) => c.source.name);
  return shown.join(', ') + (group.length > shown.length ? ', …' : '');
}

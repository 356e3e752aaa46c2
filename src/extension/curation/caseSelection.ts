import { UserError } from '../../core/errors';
import { caseSubject, subjectOf } from '../commands/subjects';
import type { TargetInfo } from '../model/targetInfo';
import type { Services } from '../services';
import type { CaseSubject, GroupSubject } from '../trees/taskViews';

/** Several cases of one target, wherever they were picked. */
export interface CasesSubject {
  readonly kind: 'cases';
  readonly target: TargetInfo;
  readonly names: readonly string[];
}

/**
 * The cases that a command was called on: the rows selected in a tree, those of a folder's row, a
 * finding's, or the one in the editor.
 * @throws UserError when there are none, or they are of several targets.
 */
export async function caseSelection(
  services: Services,
  argument: unknown,
  selection: unknown,
): Promise<CasesSubject> {
  const picked = Array.isArray(selection) && selection.length > 0 ? selection : [argument];
  const found = picked.flatMap((one: unknown) => casesIn(one));
  if (found.length === 0) {
    const open = await caseSubject(argument, services);
    if (open === undefined) {
      throw new UserError('No case was given.', { action: 'Select cases in the Tasks tree.' });
    }
    found.push({ kind: 'cases', target: open.target, names: [open.name] });
  }
  const [{ target } = { target: undefined }] = found;
  if (target === undefined || found.some((one) => one.target.key !== target.key)) {
    throw new UserError('The selected cases belong to several targets.', {
      action: 'Select cases of one target.',
    });
  }
  return { kind: 'cases', target, names: [...new Set(found.flatMap(({ names }) => names))] };
}

/** The cases of a row; none where it is no row of cases. */
export function casesIn(argument: unknown): CasesSubject[] {
  const subject = subjectOf(argument);
  switch (subject?.kind) {
    case 'cases':
      return [subject as CasesSubject];
    case 'group': {
      const { target, names } = subject as GroupSubject;
      return [{ kind: 'cases', target, names }];
    }
    case 'case':
    case 'finding': {
      const { target, name } = subject as CaseSubject;
      return [{ kind: 'cases', target, names: [name] }];
    }
    default:
      return [];
  }
}

import { isVisible } from '../../cases/case';
import type { AuditContext, Check } from '../finding';
import { optionsInArgs, optionsInText } from '../options';

export const untouchedOptions: Check = {
  id: 'untouched-option',
  title: 'Options that no case touches',
  why: 'What no case asks for is not part of the task, although the docs say it is.',
  fix: 'Record a case for each, or take it out of the docs.',
  *run(context) {
    const documented = optionsInText(`${context.docs}\n${context.help}`);
    const used = optionUsage(context, documented);
    const untouched = [...documented].filter((option) => !used.has(option)).sort();
    if (untouched.length > 0 && used.size > 0) {
      yield {
        severity: 'info',
        cases: [],
        message: `no case uses ${untouched.join(', ')}`,
      };
    }
  },
};

export const hiddenOnlyOption: Check = {
  id: 'hidden-only-option',
  title: 'Option that only hidden cases use',
  why: 'An agent that never saw the option at work has to guess what it does.',
  fix: 'Record a visible case with it.',
  *run(context) {
    const documented = optionsInText(`${context.docs}\n${context.help}`);
    for (const [option, { visible, hidden }] of optionUsage(context, documented)) {
      if (visible.length === 0) {
        yield {
          severity: documented.has(option) ? 'info' : 'warning',
          cases: hidden,
          part: 'args',
          message: `${option} is used by no visible case${documented.has(option) ? '' : ', and the docs do not name it'}`,
        };
      }
    }
  },
};

/** The names of the cases that use an option. */
export interface OptionUse {
  readonly visible: string[];
  readonly hidden: string[];
}

/** Who uses each option that any case uses. */
export function optionUsage(
  { cases }: Pick<AuditContext, 'cases'>,
  known: ReadonlySet<string>,
): Map<string, OptionUse> {
  const uses = new Map<string, OptionUse>();
  for (const { source } of cases) {
    for (const option of optionsInArgs(source.input.args, known)) {
      const use = uses.get(option) ?? { visible: [], hidden: [] };
      uses.set(option, use);
      (isVisible(source) ? use.visible : use.hidden).push(source.name);
    }
  }
  return uses;
}

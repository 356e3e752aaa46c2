import { cleanJson } from '../../core/cases/cleanJson';
import { headerKeys } from '../../core/cases/caseLayout';
import { headerValue, outlineCase } from '../caseLanguage/outline';

/** A change of one line of a case's text: `line` is replaced, or the text goes before it. */
export interface HeaderEdit {
  readonly line: number;
  readonly replaces: boolean;
  /** With its line end. */
  readonly text: string;
}

/** The edit that answers a check in a case; an answer that is there is replaced. */
export function suppressEdit(text: string, check: string, reason: string): HeaderEdit {
  const outline = outlineCase(text);
  const value = headerValue(outline, 'suppress');
  const known =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  const answered = Object.entries({ ...known, [check]: reason }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const header = `suppress: ${cleanJson(Object.fromEntries(answered))}\n`;
  const own = outline.headers.find(({ key }) => key === 'suppress');
  if (own !== undefined) {
    return { line: own.line, replaces: true, text: header };
  }
  const before = headerKeys.slice(0, headerKeys.indexOf('suppress')) as readonly string[];
  const last = outline.headers.filter(({ key }) => before.includes(key)).at(-1);
  return { line: (last?.line ?? 0) + 1, replaces: false, text: header };
}

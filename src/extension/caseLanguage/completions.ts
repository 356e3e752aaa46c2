import { headerDocs, partDocs } from './headerDocs';
import { headerValue, outlineCase } from './outline';

export interface CompletionText {
  readonly label: string;
  readonly kind: 'header' | 'part' | 'label' | 'name' | 'option';
  readonly insert: string;
  readonly docs?: string;
  /** Columns that it replaces. */
  readonly start: number;
  readonly end: number;
}

/** What the rest of the target knows, for names and labels. */
export interface CompletionContext {
  /** Names of the target's visible cases. */
  readonly visibleNames: readonly string[];
  /** Labels that its cases use. */
  readonly labels: readonly string[];
  /** Options that the reference names, and that other cases give it. */
  readonly options: readonly string[];
}

const emptyValues: Readonly<Record<string, string>> = {
  name: '""',
  labels: '[""]',
  duals: '[""]',
  args: '[""]',
  env: '{}',
  returncode: '0',
};
const ownLabels: Readonly<Record<string, string>> = {
  hidden: 'An agent never sees the case.',
  ablated: 'A visible case that a task withholds.',
  edge: 'A case at the edge of what the reference accepts.',
};

/** What can be written at a position. */
export function completionsAt(
  text: string,
  position: { readonly line: number; readonly column: number },
  context: CompletionContext,
): CompletionText[] {
  const outline = outlineCase(text);
  const line = text.split(/\r?\n/u)[position.line] ?? '';
  const before = line.slice(0, position.column);
  const header = outline.headers.find((candidate) => candidate.line === position.line);
  if (header !== undefined && position.column >= header.valueStart) {
    const used = headerValue(outline, header.key);
    const taken = new Set(Array.isArray(used) ? used.map(String) : []);
    const word = stringAt(line, position.column);
    if (word === undefined) {
      return [];
    }
    const offer = (
      label: string,
      kind: 'label' | 'name' | 'option',
      docs?: string,
    ): CompletionText => ({
      label,
      kind,
      insert: JSON.stringify(label).slice(1, -1),
      ...(docs !== undefined && { docs }),
      ...word,
    });
    const own = line.slice(word.start, word.end);
    const free = (label: string) => !taken.has(label) || label === own;
    if (header.key === 'labels') {
      return [...new Set([...Object.keys(ownLabels), ...context.labels])]
        .filter(free)
        .map((label) => offer(label, 'label', ownLabels[label]));
    }
    if (header.key === 'args') {
      return context.options.map((option) => offer(option, 'option'));
    }
    return header.key === 'duals'
      ? context.visibleNames.filter(free).map((name) => offer(name, 'name'))
      : [];
  }
  if (/^-- ?\S*$/u.test(before)) {
    return Object.entries(partDocs).map(([kind, docs]) => ({
      label: kind,
      kind: 'part',
      insert: kind === 'file' || kind === 'out' ? `-- ${kind} ""` : `-- ${kind}`,
      docs,
      start: 0,
      end: line.length,
    }));
  }
  if (position.line > 0 && position.line <= outline.headersEnd && /^[a-z]*$/u.test(before)) {
    const there = new Set(outline.headers.map(({ key }) => key));
    return Object.entries(headerDocs)
      .filter(([key]) => !there.has(key) && emptyValues[key] !== undefined)
      .map(([key, docs]) => ({
        label: key,
        kind: 'header',
        insert: `${key}: ${emptyValues[key] ?? ''}`,
        docs,
        start: 0,
        end: line.length,
      }));
  }
  return [];
}

/** The columns between the quotes of the JSON string that a column stands in. */
function stringAt(line: string, column: number): { start: number; end: number } | undefined {
  for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)("|$)/gu)) {
    const start = match.index + 1;
    const end = start + (match[1] ?? '').length;
    if (column >= start && column <= end) {
      return { start, end };
    }
  }
  return undefined;
}

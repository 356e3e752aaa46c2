import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { auditTarget } from '../audit/auditTarget';
import type { Finding } from '../audit/finding';
import { leakedHidden } from '../audit/checks/leakedHidden';
import { errorCode } from '../errors';
import type { Language, Target } from '../targets/target';
import { agentCaseLines } from './agentCases';
import { agentLayout, taskPrompt } from './taskPrompt';

/** Everything that an agent is given for a task, and what of it gives hidden cases away. */
export interface PromptPreview {
  /** The prompt itself, word for word. */
  readonly prompt: string;
  /** Files of the docs as they lie in the agent's sandbox; sizes in bytes. */
  readonly docs: readonly { readonly path: string; readonly size: number }[];
  /** The lines of `cases.jsonl`, without their line ends. */
  readonly cases: readonly string[];
  readonly hidden: number;
  /** Hidden text in what the agent sees that no case answers. */
  readonly leaks: readonly Finding[];
}

/** @throws UserError when the store can't be read; AbortError when cancelled. */
export async function promptPreview(
  target: Target,
  language: Language,
  options: { readonly signal?: AbortSignal } = {},
): Promise<PromptPreview> {
  const cases: string[] = [];
  for await (const line of agentCaseLines(target.store)) {
    options.signal?.throwIfAborted();
    cases.push(line.trimEnd());
  }
  const listed = (await target.store.list()).cases;
  const { findings } = await auditTarget(target, { ...options, only: [leakedHidden.id] });
  return {
    prompt: taskPrompt(target, language),
    docs: await docsOf(target),
    cases,
    hidden: listed.length - cases.length,
    leaks: findings.filter(({ suppressed }) => suppressed === undefined),
  };
}

/** The preview as one Markdown text, the leak check first. */
export function previewText(
  target: Target,
  { prompt, docs, cases, hidden, leaks }: PromptPreview,
): string {
  const layout = agentLayout(target);
  const size = cases.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const shown = fitting(cases);
  const more = cases.length - shown.length;
  return [
    leakText(leaks, hidden),
    '---',
    prompt.trim(),
    '---',
    `# ${layout.docs ?? 'No documentation'}`,
    docs.length === 0
      ? 'The agent is given no documentation.'
      : docs.map((file) => `- \`${file.path}\` (${file.size} bytes)`).join('\n'),
    `# ${layout.cases}`,
    `${cases.length} visible cases, ${size} bytes.`,
    `${fence}jsonl\n${shown.join('\n')}\n${fence}`,
    ...(more > 0 ? [`… and ${more} more.`] : []),
    '',
  ].join('\n\n');
}

/** Longer than any that a case is likely to hold. */
const fence = '`'.repeat(8);
/** UTF-16 units of `cases.jsonl` that are shown. */
const mostText = 512 * 1024;

function fitting(lines: readonly string[]): readonly string[] {
  let room = mostText;
  const end = lines.findIndex((line) => (room -= line.length) < 0);
  return end < 0 ? lines : lines.slice(0, end);
}

function leakText(leaks: readonly Finding[], hidden: number): string {
  if (leaks.length === 0) {
    return `> **Leak check: clean.** Of the ${hidden} cases that the agent does not see, no name and no answer or input that is long enough to tell stands in what follows or in the docs.`;
  }
  const found = leaks.map(
    ({ severity, cases, message }) => `> - ${severity}: \`${cases[0] ?? ''}\`: ${message}`,
  );
  return [
    `> **Leak check: ${leaks.length} found.** ${leakedHidden.why} ${leakedHidden.fix}`,
    '>',
    ...found,
  ].join('\n');
}

async function docsOf(target: Target): Promise<PromptPreview['docs']> {
  const { docs } = target;
  const inside = agentLayout(target).docs;
  if (docs === undefined || inside === undefined) {
    return [];
  }
  const entries = await readdir(docs, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') {
        return [];
      }
      throw error;
    },
  );
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    files.map(async (file) => ({
      path: path.posix.join(inside, path.relative(docs, file).split(path.sep).join('/')),
      size: (await stat(file)).size,
    })),
  );
}

import type { CaseResult } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import { resultText, verdictIcons } from '../model/verdictText';
import type { WorkspaceModel } from '../model/workspaceModel';
import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { escapeMarkdown } from './text';
import type { CaseSubject } from './taskViews';
import type { TreeNode } from './treeNode';

/** A case as one score judged it, which need not be the newest. */
export interface JudgedCase extends CaseSubject {
  readonly judged: {
    /** The score's folder, absolute. */
    readonly dir: string;
    readonly result: CaseResult;
  };
}

/** The cases of a score that do not pass, by name; none where its target is not open. */
export async function failingCases(
  model: Pick<WorkspaceModel, 'findTarget' | 'verdictsOf'>,
  score: StoredScore,
): Promise<readonly JudgedCase[]> {
  const { dir, header } = score;
  const target = model.findTarget(header.targetPath, header.target);
  if (target === undefined) {
    return [];
  }
  const verdicts = await model.verdictsOf(score);
  return [...verdicts.values()]
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skipped')
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((result) => ({ kind: 'case', target, name: result.name, judged: { dir, result } }));
}

/** Rows of cases that do not pass; a click compares the bytes, where something was kept of them. */
export function judgedNodes(dir: string, cases: readonly JudgedCase[]): TreeNode[] {
  return cases.map((subject) => {
    const { name, judged } = subject;
    const { result } = judged;
    const compares = result.actual !== undefined;
    return {
      id: `judged:${dir}:${name}`,
      label: name,
      description: resultText(result),
      tooltip: `**${escapeMarkdown(name)}**\n\n${escapeMarkdown(resultText(result))}`,
      icon: verdictIcons[result.verdict],
      context: compares ? itemContexts.failedCase : itemContexts.case,
      subject,
      command: compares
        ? { id: commands.compareCase, title: 'Compare Bytes', args: [subject] }
        : { id: commands.openCase, title: 'Open Case', args: [subject] },
    };
  });
}

import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { escapeMarkdown } from './text';
import type { TreeNode } from './treeNode';

/** A recorded case that waits to be accepted, as the Capture tree shows it. */
export interface Capture {
  /** Unique in its workspace folder. */
  readonly id: string;
  /** The folder in whose `.mirrorcode` it waits, absolute. */
  readonly root: string;
  /** The waiting case's own file, absolute. */
  readonly path: string;
  readonly target: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly labels: readonly string[];
  /** Whether accepting it replaces the gold of a case that is there. */
  readonly replaces: boolean;
  /** Why the recordings differ from each other; absent where they are alike. */
  readonly flaky?: string;
  /** Environment variables that make it firm when the case sets them. */
  readonly pinnedBy: readonly string[];
  /** Why its text can't be read, since someone has changed it: it can be mended or rejected. */
  readonly problem?: string;
  /** The line of the problem, base 1. */
  readonly line?: number;
}

/** What commands on a captured case's row are about. */
export interface CaptureSubject {
  readonly kind: 'capture';
  readonly capture: Capture;
  /** Only to look at it: the tree keeps the focus, so that its keys go on working. */
  readonly look?: boolean;
}

/** The Capture tree: target ▸ cases that wait. */
export function captureNodes(captures: readonly Capture[]): TreeNode[] {
  const targets = new Map<string, Capture[]>();
  for (const capture of captures) {
    targets.set(capture.target, [...(targets.get(capture.target) ?? []), capture]);
  }
  return [...targets]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([target, members]) => ({
      id: `target:${target}`,
      label: target,
      description: `${members.length} waiting`,
      icon: { id: 'package' },
      expand: 'expanded',
      children: () =>
        members.map((member) =>
          member.problem === undefined
            ? captureNode(member)
            : unreadableNode(member, member.problem),
        ),
    }));
}

/** The id of a capture's row. */
export function captureNodeId({ id }: Pick<Capture, 'id'>): string {
  return `capture:${id}`;
}

function captureNode(capture: Capture): TreeNode {
  const { target, name, args, labels, replaces, flaky } = capture;
  const subject: CaptureSubject = { kind: 'capture', capture };
  const state = flaky !== undefined ? 'flaky' : replaces ? 'changed' : 'new';
  return {
    id: captureNodeId(capture),
    label: name,
    description: [state, ...labels].join(' · '),
    tooltip: [
      `**${escapeMarkdown(name)}**`,
      '`' + [target, ...args].join(' ').replaceAll('`', 'ˋ') + '`',
      flaky === undefined ? '' : escapeMarkdown(flaky),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
    icon:
      flaky === undefined
        ? { id: replaces ? 'diff-modified' : 'diff-added' }
        : { id: 'pulse', color: 'list.warningForeground' },
    context: replaces ? itemContexts.changedCapture : itemContexts.capture,
    subject,
    command: replaces
      ? { id: commands.compareCapture, title: 'Compare', args: [subject] }
      : { id: commands.editCapture, title: 'Open', args: [{ ...subject, look: true }] },
  };
}

function unreadableNode(capture: Capture, problem: string): TreeNode {
  const subject: CaptureSubject = { kind: 'capture', capture, look: true };
  return {
    id: captureNodeId(capture),
    label: capture.name,
    description: problem,
    tooltip: `**${escapeMarkdown(capture.name)}**\n\nIts text can’t be read: ${escapeMarkdown(problem)} Correct it, or reject the case.`,
    icon: { id: 'error', color: 'list.errorForeground' },
    context: itemContexts.unreadableCapture,
    subject,
    command: { id: commands.editCapture, title: 'Open', args: [subject] },
  };
}

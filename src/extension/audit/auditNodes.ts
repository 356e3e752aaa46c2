import { commands } from '../tables/commands';
import { itemContexts } from '../tables/views';
import { countText, escapeMarkdown } from '../trees/text';
import type { NodeIcon, TreeNode } from '../trees/treeNode';
import type { TargetInfo } from '../model/targetInfo';
import { byCheck, isOpen } from './auditReport';
import type { LocatedFinding, TargetAudit } from './auditReport';
import type { AuditState } from './audits';

const severityIcons: Readonly<Record<LocatedFinding['severity'], NodeIcon>> = {
  error: { id: 'error', color: 'list.errorForeground' },
  warning: { id: 'warning', color: 'list.warningForeground' },
  info: { id: 'info' },
};
const answeredIcon: NodeIcon = { id: 'pass', color: 'testing.iconPassed' };

/** A target's row *Audit*: checks with how often they found something, and below them the cases. */
export function auditNode(target: TargetInfo, state: AuditState | undefined): TreeNode {
  const report = state?.report;
  const subject = { kind: 'target', target };
  const base = {
    id: `audit:${target.key}`,
    label: 'audit',
    context: itemContexts.audit,
    subject,
  };
  if (state?.problem !== undefined) {
    return {
      ...base,
      description: `failed: ${state.problem}`,
      icon: { id: 'error', color: 'list.errorForeground' },
      command: { id: commands.auditTarget, title: 'Audit Target', args: [subject] },
    };
  }
  if (report === undefined) {
    return {
      ...base,
      description: state?.running === true ? 'reading the cases …' : 'not audited yet',
      icon: { id: state?.running === true ? 'loading~spin' : 'checklist' },
      ...(state?.running !== true && {
        command: { id: commands.auditTarget, title: 'Audit Target', args: [subject] },
      }),
    };
  }
  const open = report.findings.filter(isOpen);
  return {
    ...base,
    description: `${summaryText(report)}${state?.running === true ? ' · looking again …' : ''}`,
    tooltip: tooltip(report),
    icon: open.some(({ severity }) => severity === 'error')
      ? severityIcons.error
      : open.length > 0
        ? severityIcons.warning
        : answeredIcon,
    ...(report.findings.length > 0 && {
      expand: 'collapsed' as const,
      children: () => checkNodes(target, report),
    }),
  };
}

/** `3 to look at · 2 notes · 1 answered`; what there is none of is left out. */
export function summaryText({ findings }: TargetAudit): string {
  const answered = findings.filter(({ suppressed }) => suppressed !== undefined).length;
  const open = findings.filter(isOpen).length;
  const notes = findings.length - answered - open;
  const parts = [
    open > 0 ? `${open} to look at` : 'nothing to look at',
    ...(notes > 0 ? [countText(notes, 'note')] : []),
    ...(answered > 0 ? [`${answered} answered`] : []),
  ];
  return parts.join(' · ');
}

function tooltip({ cases, verified }: TargetAudit): string {
  const ran =
    verified === 0
      ? 'The reference was not run: drift, flakes and slow cases are not known. *Audit Target and Run the Reference* finds them.'
      : `The reference was run for ${verified} of them.`;
  return `${countText(cases, 'case')} looked through. ${ran}`;
}

function checkNodes(target: TargetInfo, { findings, checks }: TargetAudit): TreeNode[] {
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const answered = findings.filter(({ suppressed }) => suppressed !== undefined);
  const nodes = byCheck(open).map(([check, found]): TreeNode => {
    const text = checks[check];
    const gravest = byGravity(found)[0]?.severity ?? 'info';
    return {
      id: `check:${target.key}:${check}`,
      label: text?.title ?? check,
      description: String(found.length),
      ...(text !== undefined && {
        tooltip: `**${escapeMarkdown(text.title)}** (${escapeMarkdown(check)})\n\n${escapeMarkdown(text.why)}\n\n${escapeMarkdown(text.fix)}`,
      }),
      icon: severityIcons[gravest],
      expand: 'collapsed',
      children: () => found.map((finding, i) => findingNode(target, finding, i)),
    };
  });
  if (answered.length > 0) {
    nodes.push({
      id: `check:${target.key}:answered`,
      label: 'Answered',
      description: String(answered.length),
      tooltip: 'Findings that their cases answer with a `suppress` header.',
      icon: answeredIcon,
      expand: 'collapsed',
      children: () => answered.map((finding, i) => findingNode(target, finding, i)),
    });
  }
  return nodes;
}

function byGravity(findings: readonly LocatedFinding[]): LocatedFinding[] {
  const order = Object.keys(severityIcons);
  return [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function findingNode(target: TargetInfo, finding: LocatedFinding, i: number): TreeNode {
  const { check, cases, message, suppressed, severity } = finding;
  const [name] = cases;
  const args = [name === undefined ? { kind: 'target', target } : { kind: 'case', target, name }];
  return {
    id: `finding:${target.key}:${check}:${suppressed === undefined ? '' : 'answered'}:${i}`,
    label: name ?? target.name,
    description: suppressed === undefined ? message : `${suppressed} (${message})`,
    tooltip: escapeMarkdown(message),
    icon: suppressed === undefined ? severityIcons[severity] : answeredIcon,
    context: itemContexts.finding,
    subject: { kind: 'finding', target, finding, ...(name !== undefined && { name }) },
    command: {
      id: name === undefined ? commands.openManifest : commands.openCase,
      title: 'Open',
      args,
    },
  };
}

import type { Finding, Severity } from '../../core/audit/finding';

/** Where a finding shows: a range of the text of a case, lines and columns from 0. */
export interface FindingPlace {
  readonly name: string;
  /** The case's file, or the gold file that holds its row. */
  readonly path: string;
  /** Base 0, where it is a row of a gold file. */
  readonly row?: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface LocatedFinding extends Finding {
  /** The first few of the cases that it speaks of; none where it speaks of the whole target. */
  readonly places: readonly FindingPlace[];
}

/** What a check is about, as it is shown beside its findings. */
export interface CheckText {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

/** The audit of one target, as plain data. */
export interface TargetAudit {
  readonly findings: readonly LocatedFinding[];
  /** By id, of the checks that found something. */
  readonly checks: Readonly<Record<string, CheckText>>;
  readonly cases: number;
  /** How many cases the reference was run for, now or before; 0 when only files were read. */
  readonly verified: number;
}

/** Findings that nobody has answered, of the severities that ask for something to be done. */
export function isOpen({ severity, suppressed }: Finding): boolean {
  return severity !== 'info' && suppressed === undefined;
}

const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** Findings by check, the gravest first, in the order of the report where they weigh the same. */
export function byCheck(findings: readonly LocatedFinding[]): [string, LocatedFinding[]][] {
  const groups = new Map<string, LocatedFinding[]>();
  for (const finding of findings) {
    groups.set(finding.check, [...(groups.get(finding.check) ?? []), finding]);
  }
  return [...groups].sort(([, a], [, b]) => gravest(a) - gravest(b));
}

/** The place in `severities` of the gravest finding. */
function gravest(findings: readonly LocatedFinding[]): number {
  return Math.min(...findings.map(({ severity }) => severities.indexOf(severity)));
}

import type { CaseListing } from '../../core/cases/caseStore';
import type { CaseResult, Verdict } from '../../core/scoring/score';
import type { StoredScore } from '../../core/scoring/scoreFiles';
import type { AuditState } from '../audit/audits';
import type { CaseGroup } from '../model/caseGroups';
import type { CaseCounts, TargetInfo } from '../model/targetInfo';

/** What commands on a case's row are about. */
export interface CaseSubject {
  readonly kind: 'case';
  readonly target: TargetInfo;
  readonly name: string;
}

/** What commands and drops on a group's row are about: a split of a target, or a folder in it. */
export interface GroupSubject {
  readonly kind: 'group';
  readonly target: TargetInfo;
  readonly group: CaseGroup;
  readonly folder?: string;
  readonly names: readonly string[];
}

/** A file that a row opens, at a line from 1. */
export interface FileSubject {
  readonly kind: 'file';
  readonly path: string;
  readonly line?: number;
}

/** What commands on a target's row are about. */
export interface TargetSubject {
  readonly kind: 'target';
  readonly target: TargetInfo;
}

/** How the newest verdicts of a target's cases stand in one language. */
export interface LanguageTally {
  /** The newest score, which may have run a part of the cases only. */
  readonly score: StoredScore;
  readonly counts?: Readonly<Record<Verdict, number>>;
}

/** What the Tasks tree knows of one target. */
export interface TargetView {
  readonly info: TargetInfo;
  /** Absent until the cases were listed for the first time. */
  readonly counts?: CaseCounts;
  /** How each language stands, the one scored last first. */
  readonly tallies: readonly LanguageTally[];
  readonly listing: () => Promise<CaseListing>;
  /** The verdicts of the newest score, by case. */
  readonly lastVerdicts: () => Promise<ReadonlyMap<string, CaseResult>>;
  /** How its audit stands; asking for it has it made. */
  readonly audit?: () => AuditState | undefined;
}

import * as vscode from 'vscode';
import type { CaseSummary } from '../../core/cases/caseStore';
import type { Language } from '../../core/targets/target';
import type { TargetInfo } from '../model/targetInfo';

/** Who is judged: a candidate in a language, or the reference against its own golds. */
export type Subject = Language | 'reference';

/** Who is judged, on the cases of which target. */
export interface Judged {
  readonly target: TargetInfo;
  readonly subject: Subject;
}

/** What an item of the Test Explorer stands for. */
export type ItemData =
  | { readonly kind: 'target'; readonly target: TargetInfo }
  | (Judged & { readonly kind: 'subject' | 'group' })
  | (Judged & { readonly kind: 'case'; readonly summary: CaseSummary });

export const candidateTag = new vscode.TestTag('candidate');
export const referenceTag = new vscode.TestTag('reference');

/** The tag by which a profile runs the items of a subject. */
export function tagOf(subject: Subject): vscode.TestTag {
  return subject === 'reference' ? referenceTag : candidateTag;
}

export function folderUri({ path }: TargetInfo): vscode.Uri {
  return vscode.Uri.file(path);
}

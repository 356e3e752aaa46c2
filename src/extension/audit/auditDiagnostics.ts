import * as vscode from 'vscode';
import { rowUri } from '../caseFiles/caseUri';
import type { TargetInfo } from '../model/targetInfo';
import type { FindingPlace, LocatedFinding, TargetAudit } from './auditReport';
import type { Audits, AuditState } from './audits';

const source = 'MirrorCode audit';

/** What an audit's diagnostic is about, for its quick fixes. */
export interface FindingSubject {
  readonly kind: 'finding';
  readonly target: TargetInfo;
  readonly finding: LocatedFinding;
  /** The case that the diagnostic stands in; absent for one of the whole target. */
  readonly name?: string;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

/** Shows what the audits found in the Problems panel and in the editors of cases. */
export class AuditDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('mirrorcode-audit');
  /** The documents that a target's findings stand in, by its key. */
  private readonly shown = new Map<string, vscode.Uri[]>();
  private readonly subjects = new WeakMap<vscode.Diagnostic, FindingSubject>();
  private readonly subscription: { dispose(): void };

  constructor(audits: Audits) {
    this.subscription = audits.onDidChange((state) => {
      if (!state.running) {
        this.show(state);
      }
    });
  }

  /** The findings whose diagnostics these are; VS Code hands out copies, so they are matched. */
  subjectsOf(
    uri: vscode.Uri,
    diagnostics: readonly vscode.Diagnostic[],
  ): [vscode.Diagnostic, FindingSubject][] {
    const ours = this.collection.get(uri) ?? [];
    return diagnostics.flatMap((given): [vscode.Diagnostic, FindingSubject][] => {
      const own = ours.find(
        ({ message, code, range }) =>
          given.source === source &&
          message === given.message &&
          code === given.code &&
          range.isEqual(given.range),
      );
      const subject = own === undefined ? undefined : this.subjects.get(own);
      return subject === undefined ? [] : [[given, subject]];
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.collection.dispose();
  }

  private show({ target, report }: AuditState): void {
    const byUri = new Map<string, { uri: vscode.Uri; found: vscode.Diagnostic[] }>();
    for (const finding of report?.findings ?? []) {
      for (const [uri, diagnostic] of this.diagnose(target, finding, report)) {
        const entry = byUri.get(uri.toString()) ?? { uri, found: [] };
        entry.found.push(diagnostic);
        byUri.set(uri.toString(), entry);
      }
    }
    for (const uri of this.shown.get(target.key) ?? []) {
      if (!byUri.has(uri.toString())) {
        this.collection.delete(uri);
      }
    }
    this.shown.set(
      target.key,
      [...byUri.values()].map(({ uri }) => uri),
    );
    this.collection.set([...byUri.values()].map(({ uri, found }) => [uri, found]));
  }

  private diagnose(
    target: TargetInfo,
    finding: LocatedFinding,
    report: TargetAudit | undefined,
  ): [vscode.Uri, vscode.Diagnostic][] {
    const text = messageOf(finding, report);
    const { places } = finding;
    const [first] = places;
    if (first === undefined) {
      const uri = vscode.Uri.file(target.manifestPath ?? target.store.path);
      return [[uri, this.diagnostic(target, finding, { text })]];
    }
    // Of cases that are the same, each one says so; else the most telling one does.
    const speaking = finding.check === 'duplicate' ? places : [first];
    return speaking.map((place) => [
      uriOf(target, place),
      this.diagnostic(target, finding, {
        text,
        place,
        others: places.filter((other) => other !== place),
      }),
    ]);
  }

  private diagnostic(
    target: TargetInfo,
    finding: LocatedFinding,
    at: { text: string; place?: FindingPlace; others?: readonly FindingPlace[] },
  ): vscode.Diagnostic {
    const { place, others = [] } = at;
    const range = place === undefined ? new vscode.Range(0, 0, 0, 0) : rangeOf(place);
    const severity =
      finding.suppressed === undefined
        ? severities[finding.severity]
        : vscode.DiagnosticSeverity.Hint;
    const diagnostic = new vscode.Diagnostic(range, at.text, severity);
    diagnostic.source = source;
    diagnostic.code = finding.check;
    diagnostic.relatedInformation = others.map(
      (other) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(uriOf(target, other), rangeOf(other)),
          other.name,
        ),
    );
    this.subjects.set(diagnostic, {
      kind: 'finding',
      target,
      finding,
      ...(place !== undefined && { name: place.name }),
    });
    return diagnostic;
  }
}

/** What was found, why it matters for a fair task, and what to do; a line each. */
function messageOf(finding: LocatedFinding, report: TargetAudit | undefined): string {
  const check = report?.checks[finding.check];
  const what = `${finding.message.charAt(0).toUpperCase()}${finding.message.slice(1)}`;
  const sentence = what.endsWith('.') ? what : `${what}.`;
  const answer = finding.suppressed === undefined ? [] : [`Answered: ${finding.suppressed}`];
  return [sentence, ...answer, ...(check === undefined ? [] : [check.why, check.fix])].join('\n');
}

/** Where a case of a finding opens. */
export function uriOf(target: TargetInfo, { name, path }: FindingPlace): vscode.Uri {
  return target.store.kind === 'case' ? vscode.Uri.file(path) : rowUri(target, name);
}

function rangeOf({ line, start, end }: FindingPlace): vscode.Range {
  return new vscode.Range(line, start, line, end);
}

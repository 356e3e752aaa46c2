import * as vscode from 'vscode';
import { caseOfDocument } from '../commands/subjects';
import type { CheckedCase } from '../engine/callTypes';
import type { Services } from '../services';
import { caseLanguageId } from './caseLanguageId';
import { caseFileOf, editsTo, firstOddLine } from './formatting';
import { outlineCase } from './outline';

const source = 'MirrorCode';
/** Codes of the findings that have a quick fix. */
const codes = { notCanonical: 'not-canonical', unknownDual: 'unknown-dual' } as const;
/** Milliseconds of quiet after the last key before a text is checked. */
const quietMs = 150;

/** Says in open cases what is wrong with them, and offers to put it right. */
export class CaseDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('mirrorcode-case');
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable;

  constructor(private readonly services: Services) {
    const { workspace } = vscode;
    this.subscriptions = vscode.Disposable.from(
      this.collection,
      workspace.onDidOpenTextDocument((document) => void this.check(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)),
      workspace.onDidCloseTextDocument(({ uri }) => this.collection.delete(uri)),
      services.model.onDidChange((change) => {
        if (change === 'counts') {
          workspace.textDocuments.forEach((document) => this.checkSoon(document));
        }
      }),
    );
    workspace.textDocuments.forEach((document) => void this.check(document));
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.ProviderResult<vscode.CodeAction[]> {
    const odd = diagnostics.filter(({ code }) => code === codes.notCanonical);
    const dual = diagnostics.filter(({ code }) => code === codes.unknownDual);
    return Promise.all([
      ...(odd.length > 0 ? [this.formatAction(document, odd)] : []),
      ...dual.map((diagnostic) => Promise.resolve(removeDual(document, diagnostic))),
    ]).then((actions) => actions.flatMap((action) => action ?? []));
  }

  dispose(): void {
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    this.subscriptions.dispose();
  }

  private checkSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        void this.check(document);
      }, quietMs),
    );
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    if (document.languageId !== caseLanguageId || !isOpen(document)) {
      return;
    }
    const { engine, log } = this.services;
    const { version, uri } = document;
    try {
      const checked = await engine.call('checkCase', {
        text: document.getText(),
        file: caseFileOf(uri),
      });
      const findings = [
        ...problems(document, checked),
        ...spelling(document, checked),
        ...(await this.unknownDuals(document, checked)),
      ];
      // What was checked may have been typed over, or closed, since.
      if (document.version === version && isOpen(document)) {
        this.collection.set(uri, findings);
      }
    } catch (error) {
      log.error(error);
    }
  }

  private async unknownDuals(
    document: vscode.TextDocument,
    { duals = [] }: CheckedCase,
  ): Promise<vscode.Diagnostic[]> {
    const { model } = this.services;
    const subject = duals.length === 0 ? undefined : await caseOfDocument(document.uri, model);
    if (subject === undefined) {
      return [];
    }
    const { cases } = await model.listing(subject.target);
    const names = new Set(cases.map(({ name }) => name));
    const header = outlineCase(document.getText()).headers.find(({ key }) => key === 'duals');
    return header === undefined
      ? []
      : duals
          .filter((dual) => !names.has(dual))
          .map((dual) => {
            const quoted = JSON.stringify(dual);
            const start = Math.max(
              header.valueStart,
              document.lineAt(header.line).text.indexOf(quoted),
            );
            const range = new vscode.Range(header.line, start, header.line, start + quoted.length);
            const message = `${subject.target.name} has no case ${dual} that this one could mirror.`;
            return finding(range, message, 'warning', codes.unknownDual);
          });
  }

  private async formatAction(
    document: vscode.TextDocument,
    diagnostics: vscode.Diagnostic[],
  ): Promise<vscode.CodeAction | undefined> {
    const { canonical } = await this.services.engine.call('checkCase', {
      text: document.getText(),
      file: caseFileOf(document.uri),
    });
    if (canonical === undefined) {
      return undefined;
    }
    const action = new vscode.CodeAction('Format case', vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.set(document.uri, editsTo(document, canonical));
    action.diagnostics = diagnostics;
    action.isPreferred = true;
    return action;
  }
}

function isOpen({ isClosed }: vscode.TextDocument): boolean {
  return !isClosed;
}

function problems(document: vscode.TextDocument, checked: CheckedCase): vscode.Diagnostic[] {
  return checked.problems.map(({ line, column, message }) => {
    const at = Math.min(line, document.lineCount - 1);
    const { text } = document.lineAt(at);
    const range = new vscode.Range(at, Math.min(column, text.length), at, text.length);
    return finding(range, `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, 'error');
  });
}

function spelling(document: vscode.TextDocument, { canonical }: CheckedCase): vscode.Diagnostic[] {
  if (canonical === undefined) {
    return [];
  }
  const line = firstOddLine(document.getText(), canonical);
  if (line === undefined) {
    return [];
  }
  const at = Math.min(line, document.lineCount - 1);
  const message =
    document.eol === vscode.EndOfLine.CRLF
      ? 'The lines of a case end in LF alone; this file has CR and LF.'
      : 'This is not the canonical spelling from here on: a re-recording would change it.';
  const range = new vscode.Range(at, 0, at, document.lineAt(at).text.length);
  return [finding(range, message, 'warning', codes.notCanonical)];
}

function finding(
  range: vscode.Range,
  message: string,
  severity: 'error' | 'warning',
  code?: string,
): vscode.Diagnostic {
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'error' ? Error : Warning);
  diagnostic.source = source;
  if (code !== undefined) {
    diagnostic.code = code;
  }
  return diagnostic;
}

function removeDual(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): vscode.CodeAction | undefined {
  const { line } = diagnostic.range.start;
  const text = document.lineAt(line).text;
  const quoted = document.getText(diagnostic.range);
  try {
    const duals = JSON.parse(text.slice(text.indexOf(':') + 1)) as unknown[];
    const left = duals.filter((dual) => JSON.stringify(dual) !== quoted);
    const action = new vscode.CodeAction('Remove this dual', vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    const whole = document.lineAt(line).rangeIncludingLineBreak;
    const header = left.length === 0 ? '' : `duals: ${JSON.stringify(left)}\n`;
    action.edit.replace(document.uri, whole, header);
    action.diagnostics = [diagnostic];
    return action;
  } catch {
    return undefined; // typed over since
  }
}

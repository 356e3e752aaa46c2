import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';
import { placedProblems } from './model/placedProblems';
import type { PlacedProblem } from './model/placedProblems';
import type { WorkspaceModel } from './model/workspaceModel';

/** Underlines in manifests, as they are on disk, what keeps their targets from being read. */
export function showManifestProblems(model: WorkspaceModel): Disposable {
  const collection = vscode.languages.createDiagnosticCollection('mirrorcode-manifest');
  const listening = model.onDidChange((change) => {
    if (change === 'targets') {
      collection.clear();
      for (const target of model.broken) {
        collection.set(vscode.Uri.file(target.path), placedProblems(target).map(toDiagnostic));
      }
    }
  });
  return {
    dispose: () => {
      listening.dispose();
      collection.dispose();
    },
  };
}

function toDiagnostic({ line, column, message }: PlacedProblem): vscode.Diagnostic {
  // To the end of the line, wherever that is.
  const at = new vscode.Range(line, column, line, Number.MAX_SAFE_INTEGER);
  const diagnostic = new vscode.Diagnostic(at, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'MirrorCode';
  return diagnostic;
}

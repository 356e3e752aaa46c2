import path from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';
import { registerBytes } from './bytes/registerBytes';
import { Audits } from './audit/audits';
import { registerAudit } from './audit/registerAudit';
import { caseScheme } from './caseFiles/caseUri';
import { GoldRowFiles } from './caseFiles/goldRowFiles';
import { PartFiles } from './caseFiles/partFiles';
import { partScheme } from './caseFiles/partUri';
import { registerCaseLanguage } from './caseLanguage/registerCaseLanguage';
import { registerCommands } from './commands/registerCommands';
import { registerCuration } from './curation/registerCuration';
import { EngineThread } from './engine/engineThread';
import { Log } from './log';
import { Candidates } from './model/candidates';
import { showManifestProblems } from './manifestDiagnostics';
import { WorkspaceModel } from './model/workspaceModel';
import { VscodeAsker } from './quickInput/vscodeAsker';
import { AgentRuns } from './runs/agentRuns';
import type { Services } from './services';
import { readSetting } from './settings';
import { StatusBar } from './statusBar';
import { PromptDocuments } from './taskPrompt/promptDocuments';
import { registerTesting } from './testing/registerTesting';
import { registerTranscripts } from './transcripts/registerTranscripts';
import { registerTrees } from './trees/registerTrees';
import type { Trees } from './trees/registerTrees';
import { watchFiles } from './watchFiles';

/** What the extension's own tests reach; not for other extensions. */
export interface TestApi {
  readonly services: Services;
  readonly trees: Trees;
  /** Where messages and questions are shown; each extension has an object of its own. */
  readonly window: typeof vscode.window;
}

/** Wires the parts together; nothing here waits. */
export function activate(context: vscode.ExtensionContext): TestApi {
  const began = performance.now();
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = own(new Log());
  const distDir = path.join(context.extensionPath, 'dist');
  const engine = own(
    new EngineThread({
      distDir,
      listingsDir: path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'listings'),
      onCrash: log.keep,
    }),
  );
  const folders = () =>
    (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath);
  const model = own(new WorkspaceModel(engine, folders, log.keep));
  const candidates = new Candidates(context.workspaceState);
  const isAudited = ({ path: at }: { readonly path: string }) =>
    readSetting('audit.automatic', vscode.Uri.file(at));
  const audits = own(new Audits(engine, isAudited, log.keep));
  const testing = own(registerTesting({ engine, model, candidates, log }));
  const services: Services = {
    context,
    log,
    engine,
    model,
    audits,
    prompts: own(new PromptDocuments(engine, model)),
    candidates,
    asker: new VscodeAsker(),
    testTree: testing.tree,
    testRuns: testing.runs,
    runs: own(
      new AgentRuns({
        cliPath: path.join(distDir, 'cli.js'),
        secrets: context.secrets,
        model,
        log,
      }),
    ),
  };
  const trees = own(registerTrees(services));
  own(new StatusBar(services));
  own(registerCommands(services));
  own(registerCaseLanguage(services));
  own(showManifestProblems(model));
  own(registerAudit(services));
  own(registerTranscripts(services));
  own(registerBytes(services));
  own(registerCuration(services));
  const rows = own(new GoldRowFiles(engine, model));
  own(vscode.workspace.registerFileSystemProvider(caseScheme, rows, { isCaseSensitive: true }));
  const parts = own(new PartFiles(engine, model));
  own(vscode.workspace.registerFileSystemProvider(partScheme, parts, { isCaseSensitive: true }));
  own(watchFiles(model));

  // Starting the engine's thread takes as long as all of the above: the editor goes on before it.
  const reading = setImmediate(() => void model.refresh());
  own({ dispose: () => clearImmediate(reading) });
  log.info(`Activated in ${(performance.now() - began).toFixed(1)} ms.`);
  return { services, trees, window: vscode.window };
}

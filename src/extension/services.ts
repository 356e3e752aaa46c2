import type * as vscode from 'vscode';
import type { Audits } from './audit/audits';
import type { EngineThread } from './engine/engineThread';
import type { Log } from './log';
import type { Candidates } from './model/candidates';
import type { WorkspaceModel } from './model/workspaceModel';
import type { Asker } from './quickInput/asker';
import type { AgentRuns } from './runs/agentRuns';
import type { PromptDocuments } from './taskPrompt/promptDocuments';
import type { TestRuns } from './testing/testRuns';
import type { TestTree } from './testing/testTree';

/** What commands work with. Made once in `activate`. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly engine: EngineThread;
  readonly model: WorkspaceModel;
  readonly audits: Audits;
  readonly prompts: PromptDocuments;
  readonly candidates: Candidates;
  readonly asker: Asker;
  readonly testTree: TestTree;
  readonly testRuns: TestRuns;
  readonly runs: AgentRuns;
}

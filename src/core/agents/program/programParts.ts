import type { Meter, Spent } from '../budget';
import type { Conversation } from '../conversation';
import type { WorkspaceHistory } from '../history';
import type { RunJournal } from '../log/runJournal';
import type { ModelEndpoint } from '../models/openModel';
import type { MessagePool } from '../proxy/messagePool';
import type { Tool } from '../tools/tool';
import type { SandboxWorkspace } from '../workspace/sandboxWorkspace';
import type { NamedAgent } from '../../targets/agentDefinition';
import type { LocatedAgent } from './locateAgent';
import type { SessionFiles } from './sessionFiles';

/** What an agent that is a program works with. */
export interface ProgramAgentParts {
  readonly agent: NamedAgent;
  readonly located: LocatedAgent;
  readonly endpoint: ModelEndpoint;
  readonly workspace: SandboxWorkspace;
  /** Absent where nothing is known of its session. */
  readonly session?: SessionFiles;
  /** What the agent is told of its task, and when it goes on. */
  readonly prompts: { readonly task: string; readonly resumed: string; readonly goOn: string };
  readonly sessionId: string;
  /** `evaluate_testcases`, `resources` and `submit`. */
  readonly tools: readonly Tool[];
  readonly journal: RunJournal;
  readonly pool: MessagePool;
  readonly history: WorkspaceHistory;
  readonly conversation: Conversation;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** Puts on disk what happened beside the model's calls. */
  readonly flush: () => Promise<void>;
  /** After each answer of the model, once it is on disk. */
  readonly onStep: (step: number, spent: Spent) => void;
}

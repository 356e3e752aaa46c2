import { randomUUID } from 'node:crypto';
import type { Target } from '../../targets/target';
import { AgentLoop } from '../agentLoop';
import type { Meter } from '../budget';
import type { Conversation } from '../conversation';
import type { WorkspaceHistory } from '../history';
import { eventEntry } from '../log/eventEntry';
import type { ChatMessage } from '../log/inspectLog';
import type { RunJournal } from '../log/runJournal';
import { RetryingModel } from '../models/retryingModel';
import { StepJournal } from '../stepJournal';
import type { LoopCheckpoint } from '../stepJournal';
import { taskPrompt } from '../taskPrompt';
import { bashTool } from '../tools/bash';
import { evaluateTestcasesTool, resourcesTool, submitTool } from '../tools/taskTools';
import type { ScoreVisible } from '../tools/taskTools';
import { textEditorTool } from '../tools/textEditor';
import type { Tool } from '../tools/tool';
import type { SandboxWorkspace } from '../workspace/sandboxWorkspace';
import type { RunHost } from './runOptions';
import type { RunState } from './runState';

export const resumedNote =
  '[The run was interrupted and goes on. Your source folder is as it was after the last step; ' +
  'processes, variables and files elsewhere are gone.]';

/** What any agent of a run works with. */
export interface AgentParts {
  /** The run's folder, absolute. */
  readonly dir: string;
  readonly state: RunState;
  readonly target: Target;
  readonly host: RunHost;
  readonly workspace: SandboxWorkspace;
  readonly scoreVisible: ScoreVisible;
  readonly journal: RunJournal;
  readonly history: WorkspaceHistory;
  readonly conversation: Conversation;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** Puts on disk what happened beside the agent's steps. */
  readonly flush: () => Promise<void>;
  readonly onStep: (step: number) => void;
  /** Why it waits, as a person would say it. */
  readonly onWait: (why: string) => void;
  /** Where the run goes on from. */
  readonly from: LoopCheckpoint | undefined;
}

/** Makes the workbench's own loop ready: with the task, where it is new. */
export async function openLoop(parts: AgentParts): Promise<AgentLoop> {
  const { host, meter, workspace, state, from, onWait } = parts;
  await beginConversation(parts);
  const model = new RetryingModel(
    host.model,
    ({ error, waitMs, attempt }) => {
      meter.addWait(waitMs);
      onWait(`Waiting for the model (${error.message}), try ${attempt}`);
    },
    host.retryPolicy,
  );
  const own = [bashTool(workspace), textEditorTool(workspace)] as Tool[];
  const { compactAt } = state.settings;
  return new AgentLoop({ ...parts, model, compactAt, tools: [...own, ...taskTools(parts)] }, from);
}

/** The tools that are about the task, whichever agent asks. */
export function taskTools({
  scoreVisible,
  meter,
  state,
}: Pick<AgentParts, 'scoreVisible' | 'meter' | 'state'>): Tool[] {
  return [
    evaluateTestcasesTool(scoreVisible),
    resourcesTool(meter),
    submitTool(scoreVisible, state.settings.submitGate),
  ] as Tool[];
}

/** Says in the log that the run goes on, where it does. */
export async function noteResumed({
  journal,
  meter,
  from,
}: Pick<AgentParts, 'journal' | 'meter' | 'from'>): Promise<void> {
  const data = { resumed: true, step: from?.step ?? 0 };
  await journal.append([eventEntry(meter, { event: 'info', source: 'run', data })]);
}

/** The task, as the first message; a resumed run has it. */
async function beginConversation(parts: AgentParts): Promise<void> {
  const { conversation, journal, meter, target, state } = parts;
  if (conversation.messages.length > 0) {
    await noteResumed(parts);
    return;
  }
  const { language, submitGate } = state.settings;
  const task: ChatMessage = {
    role: 'user',
    id: randomUUID(),
    source: 'input',
    content: taskPrompt(target, language, { submitGate }),
  };
  const steps = new StepJournal(journal, conversation, meter);
  await steps.finish([{ kind: 'message', message: task }], { step: 0, state: '' });
}

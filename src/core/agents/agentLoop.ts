import { randomUUID } from 'node:crypto';
import type { Meter, Spent } from './budget';
import { keepState } from './candidateState';
import { compactConversation } from './compaction';
import type { Conversation } from './conversation';
import type { WorkspaceHistory } from './history';
import type { ChatMessage, ToolCall } from './log/inspectLog';
import type { JournalEntry, RunJournal } from './log/runJournal';
import type { Answered } from './loopEntries';
import { modelEvent, toolRecord } from './loopEntries';
import type { Generation, Model } from './models/model';
import { ModelError } from './models/model';
import { wasPaused } from './pauseReason';
import type { LoopCheckpoint, WorkEnd } from './stepJournal';
import { StepJournal } from './stepJournal';
import type { Tool } from './tools/tool';
import { callTool, toolSpec } from './tools/tool';
import type { AgentWorkspace } from './workspace';

/** How the loop came to its end. */
export type LoopEnd =
  | WorkEnd
  /** Nothing is lost: it can be resumed once the reason is gone. */
  | { readonly kind: 'paused'; readonly reason: string };

export interface LoopParts {
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly workspace: AgentWorkspace;
  readonly journal: RunJournal;
  readonly history: WorkspaceHistory;
  readonly conversation: Conversation;
  readonly meter: Meter;
  /** Tokens of one call's input from which on the conversation is summarised. */
  readonly compactAt: number;
  readonly signal: AbortSignal;
  /** Puts on disk what happened beside the loop while a step's tools ran. */
  readonly flush?: () => Promise<void>;
  /** After each step, once it is on disk. */
  readonly onStep?: (step: number, spent: Spent) => void;
}

/** Said when the model answers without calling a tool (as Inspect's ReAct agent does). */
export const goOn =
  'Please proceed to the next step using your best judgement. If you believe you have completed ' +
  'the task, please call the submit tool.';

/**
 * The ReAct loop: the model is asked, its tool calls are run side by side, the answers go back. All
 * of a step is on disk before the next begins. Ends when the agent submits, a limit is hit, or what
 * only a person can mend pauses it.
 */
export class AgentLoop {
  private step: number;
  private state: string;
  private readonly journal: StepJournal;

  constructor(
    private readonly parts: LoopParts,
    from?: LoopCheckpoint,
  ) {
    const { journal, conversation, meter } = parts;
    this.journal = new StepJournal(journal, conversation, meter);
    this.step = from?.step ?? 0;
    this.state = from?.state ?? '';
  }

  /** The candidate after the last step: its hash in the run's history, empty before the first. */
  get candidateState(): string {
    return this.state;
  }

  /** @throws InfraError when the journal or the sandbox failed; what was done is on disk. */
  async run(): Promise<LoopEnd> {
    const { meter, signal } = this.parts;
    for (;;) {
      if (signal.aborted) {
        return { kind: 'paused', reason: wasPaused };
      }
      const limit = meter.hit();
      if (limit !== undefined) {
        const end = { kind: 'limit', ...limit } as const;
        const event = this.journal.event({ event: 'sample_limit', ...limit });
        await this.journal.finish([event], { ...this.where(), end });
        return end;
      }
      const end = await this.oneStep();
      if (end !== undefined) {
        return end;
      }
    }
  }

  private async oneStep(): Promise<LoopEnd | undefined> {
    let generation: Generation;
    try {
      generation = await this.generate();
    } catch (error) {
      if (this.parts.signal.aborted) {
        return { kind: 'paused', reason: wasPaused };
      }
      if (!(error instanceof ModelError)) {
        throw error;
      }
      if (error.reason === 'context' && (await this.compact())) {
        return undefined;
      }
      const event = this.journal.event({ event: 'info', source: 'model', data: error.message });
      await this.journal.append([event]);
      return { kind: 'paused', reason: `the model gave no answer: ${error.message}` };
    }
    const calls = generation.message.tool_calls ?? [];
    const answers = await Promise.all(calls.map((call) => this.call(call)));
    await this.parts.flush?.();
    const entries = answers.flatMap((answered): JournalEntry[] => {
      const { message, event } = toolRecord(answered);
      return [{ kind: 'message', message }, this.journal.event(event)];
    });
    const nothingCalled: ChatMessage = { role: 'user', id: randomUUID(), content: goOn };
    const submitted = answers.some(({ answer }) => 'submitted' in answer);
    await this.finishStep(
      calls.length > 0 ? entries : [{ kind: 'message', message: nothingCalled }],
      submitted ? { kind: 'submitted' } : undefined,
    );
    if (submitted) {
      return { kind: 'submitted' };
    }
    const { usage } = generation;
    const context =
      usage.input_tokens +
      (usage.input_tokens_cache_read ?? 0) +
      (usage.input_tokens_cache_write ?? 0);
    if (context >= this.parts.compactAt) {
      await this.compact(context);
    }
    return undefined;
  }

  /** Asks the model and writes down what it said, before anything of it is done. */
  private async generate(): Promise<Generation> {
    const { model, tools, conversation, signal } = this.parts;
    const specs = tools.map(toolSpec);
    const input = conversation.refs();
    const generation = await model.generate(
      { messages: conversation.messages, tools: specs },
      { signal },
    );
    this.parts.meter.add(generation.usage);
    await this.journal.append([
      { kind: 'message', message: generation.message },
      this.journal.event(modelEvent(model.name, generation, input, specs)),
    ]);
    return generation;
  }

  private async call(call: ToolCall): Promise<Answered> {
    const started = performance.now();
    const { tools, signal } = this.parts;
    const answer = await callTool(tools, call, { signal });
    return { call, answer, seconds: (performance.now() - started) / 1000 };
  }

  /** Writes a step's end: the answers, the workspace as it stands, and where to go on from. */
  private async finishStep(
    entries: readonly JournalEntry[],
    end: WorkEnd | undefined,
  ): Promise<void> {
    const { meter, onStep } = this.parts;
    const snapshot = end === undefined ? {} : ({ whole: true } as const);
    const { state, problem } = await keepState(this.parts, this.state, snapshot);
    const changed = state !== this.state;
    this.state = state;
    this.step += 1;
    const marker: JournalEntry[] = changed
      ? [
          this.journal.event({
            event: 'info',
            source: 'workspace',
            data: { state, step: this.step },
          }),
        ]
      : [];
    const ended = end === undefined ? {} : { end };
    await this.journal.finish([...entries, ...problem, ...marker], { ...this.where(), ...ended });
    onStep?.(this.step, meter.spent());
  }

  /** Puts a summary in the place of the conversation. @returns whether there was one to be had. */
  private compact(before?: number): Promise<boolean> {
    return compactConversation({ ...this.parts, journal: this.journal }, this.where(), before);
  }

  private where(): Pick<LoopCheckpoint, 'step' | 'state'> {
    return { step: this.step, state: this.state };
  }
}

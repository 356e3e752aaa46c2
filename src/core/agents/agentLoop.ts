import { randomUUID } from 'node:crypto';
import { errorText } from '../errors';
import type { Meter, Spent } from './budget';
import type { Conversation } from './conversation';
import type { WorkspaceHistory } from './history';
import { eventEntry } from './log/eventEntry';
import type { EventBody } from './log/eventEntry';
import type { ChatMessage, Json, MessageRefs, ToolCall } from './log/inspectLog';
import type { JournalEntry, RunJournal } from './log/runJournal';
import type { Generation, Model } from './models/model';
import { ModelError } from './models/model';
import type { Tool, ToolAnswer } from './tools/tool';
import { callTool, toolSpec } from './tools/tool';
import { WorkspaceError } from './workspace';
import type { AgentWorkspace } from './workspace';

/** What the loop needs to go on from where a run stopped. */
export interface LoopCheckpoint {
  /** Steps done. */
  readonly step: number;
  readonly conversation: MessageRefs;
  readonly spent: Spent;
  /** The workspace's state in the run's history. */
  readonly state: string;
}

/** How a run came to its end. */
export type LoopEnd =
  | { readonly kind: 'submitted' }
  | {
      readonly kind: 'limit';
      readonly type: string;
      readonly limit: number;
      readonly message: string;
    }
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
const goOn =
  'Please proceed to the next step using your best judgement. If you believe you have completed ' +
  'the task, please call the submit tool.';

const summarise =
  'Your context is nearly full. Write a summary of all that you need to go on with this task: what ' +
  'you have learned about the program, how your code is laid out, what passes and fails, and what ' +
  'you were about to do. The messages so far will be replaced by it.';

/**
 * The ReAct loop: the model is asked, its tool calls are run side by side, the answers go back. All
 * of a step is on disk before the next begins. Ends when the agent submits, a limit is hit, or what
 * only a person can mend pauses it.
 */
export class AgentLoop {
  private step: number;
  private state: string;

  constructor(
    private readonly parts: LoopParts,
    from?: LoopCheckpoint,
  ) {
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
        return { kind: 'paused', reason: 'it was paused' };
      }
      const limit = meter.hit();
      if (limit !== undefined) {
        await this.write([this.event({ event: 'sample_limit', ...limit })]);
        return { kind: 'limit', ...limit };
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
        return { kind: 'paused', reason: 'it was paused' };
      }
      if (!(error instanceof ModelError)) {
        throw error;
      }
      if (error.reason === 'context' && (await this.compact())) {
        return undefined;
      }
      await this.write([this.event({ event: 'info', source: 'model', data: error.message })]);
      return { kind: 'paused', reason: `the model gave no answer: ${error.message}` };
    }
    const calls = generation.message.tool_calls ?? [];
    const answers = await Promise.all(calls.map((call) => this.call(call)));
    await this.parts.flush?.();
    const entries = answers.flatMap(({ call, answer, seconds }) =>
      this.toolEntries(call, answer, seconds),
    );
    const nothingCalled: ChatMessage = { role: 'user', id: randomUUID(), content: goOn };
    const submitted = answers.some(({ answer }) => 'submitted' in answer);
    await this.finishStep(
      calls.length > 0 ? entries : [{ kind: 'message', message: nothingCalled }],
      submitted ? { whole: true } : {},
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
    await this.write([
      { kind: 'message', message: generation.message },
      this.modelEvent(generation, input, specs),
    ]);
    return generation;
  }

  private async call(
    call: ToolCall,
  ): Promise<{ call: ToolCall; answer: ToolAnswer; seconds: number }> {
    const started = performance.now();
    const { tools, signal } = this.parts;
    const answer = await callTool(tools, call, { signal });
    return { call, answer, seconds: (performance.now() - started) / 1000 };
  }

  private toolEntries(call: ToolCall, answer: ToolAnswer, seconds: number): JournalEntry[] {
    const id = randomUUID();
    const failed = 'error' in answer;
    const text = failed ? '' : answer.text;
    const error = failed ? { error: answer.error } : {};
    return [
      {
        kind: 'message',
        message: {
          role: 'tool',
          id,
          content: text,
          tool_call_id: call.id,
          function: call.function,
          ...error,
        },
      },
      this.event({
        event: 'tool',
        type: 'function',
        id: call.id,
        function: call.function,
        arguments: call.arguments,
        result: text,
        completed: new Date().toISOString(),
        working_time: seconds,
        message_id: id,
        ...error,
        ...(failed || answer.metadata === undefined ? {} : { metadata: answer.metadata }),
      }),
    ];
  }

  /** Writes a step's end: the answers, the workspace as it stands, and where to go on from. */
  private async finishStep(
    entries: readonly JournalEntry[],
    snapshot: { readonly whole?: true },
  ): Promise<void> {
    const { meter, onStep } = this.parts;
    const { state, problem } = await this.recordState(snapshot);
    const changed = state !== this.state;
    this.state = state;
    this.step += 1;
    const marker: JournalEntry[] = changed
      ? [this.event({ event: 'info', source: 'workspace', data: { state, step: this.step } })]
      : [];
    await this.write([...entries, ...problem, ...marker], true);
    onStep?.(this.step, meter.spent());
  }

  /** The candidate as it stands; as it was where the agent has made it too large to be kept. */
  private async recordState(snapshot: {
    readonly whole?: true;
  }): Promise<{ state: string; problem: JournalEntry[] }> {
    const { workspace, history } = this.parts;
    try {
      return { state: await history.record(await workspace.candidate(snapshot)), problem: [] };
    } catch (error) {
      if (!(error instanceof WorkspaceError)) {
        throw error;
      }
      const state = this.state === '' ? await history.record([]) : this.state;
      const data = `The workspace's state was not kept: ${error.message}`;
      return { state, problem: [this.event({ event: 'info', source: 'workspace', data })] };
    }
  }

  /** Puts a summary in the place of the conversation. @returns whether there was one to be had. */
  private async compact(before?: number): Promise<boolean> {
    const { model, conversation, meter, signal } = this.parts;
    const request: ChatMessage = { role: 'user', id: randomUUID(), content: summarise };
    let generation: Generation;
    try {
      generation = await model.generate(
        { messages: [...conversation.messages, request], tools: [] },
        { signal },
      );
    } catch (error) {
      if (error instanceof ModelError) {
        await this.write([
          this.event({ event: 'info', source: 'compaction', data: errorText(error) }),
        ]);
        return false;
      }
      throw error;
    }
    meter.add(generation.usage);
    const { content } = generation.message;
    const text =
      typeof content === 'string'
        ? content
        : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    const summary: ChatMessage = {
      role: 'user',
      id: randomUUID(),
      content: `[This is a summary of the conversation so far.]\n\n${text}`,
    };
    const index = this.parts.journal.messageCount;
    const event = this.event({
      event: 'compaction',
      type: 'summary',
      source: 'mirrorcode-workbench',
      ...(before === undefined ? {} : { tokens_before: before }),
      tokens_after: generation.usage.output_tokens,
    });
    await this.parts.journal.append([{ kind: 'message', message: summary }, event]);
    conversation.replaceAfterTask(summary, index);
    await this.write([], true);
    return true;
  }

  private modelEvent(
    { message, stopReason, usage, durationMs }: Generation,
    input: MessageRefs,
    specs: readonly ReturnType<typeof toolSpec>[],
  ): JournalEntry {
    const { name } = this.parts.model;
    return this.event({
      event: 'model',
      model: name,
      input: [],
      input_refs: input,
      tools: specs as unknown as Json[],
      tool_choice: 'auto',
      config: {},
      output: {
        model: name,
        choices: [{ message, stop_reason: stopReason }],
        usage,
        time: durationMs / 1000,
      },
      completed: new Date().toISOString(),
      working_time: durationMs / 1000,
    });
  }

  private event(body: EventBody): JournalEntry {
    return eventEntry(this.parts.meter, body);
  }

  /** Appends to the journal; messages join the conversation once they are on disk. */
  private async write(entries: readonly JournalEntry[], checkpoint = false): Promise<void> {
    const { journal, conversation, meter } = this.parts;
    let index = journal.messageCount;
    const added = entries.flatMap((entry) =>
      entry.kind === 'message' ? [{ message: entry.message, index: index++ }] : [],
    );
    if (!checkpoint) {
      await journal.append(entries);
      added.forEach((each) => conversation.add(each.message, each.index));
      return;
    }
    added.forEach((each) => conversation.add(each.message, each.index));
    const where: LoopCheckpoint = {
      step: this.step,
      conversation: conversation.refs(),
      spent: meter.spent(),
      state: this.state,
    };
    await journal.append([...entries, { kind: 'checkpoint', checkpoint: where }]);
  }
}

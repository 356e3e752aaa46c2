import { randomUUID } from 'node:crypto';
import { errorText } from '../errors';
import type { Meter } from './budget';
import type { Conversation } from './conversation';
import type { AssistantMessage, Generation, Model } from './models/model';
import { ModelError } from './models/model';
import type { ChatMessage } from './log/inspectLog';
import { modelEvent } from './loopEntries';
import type { LoopCheckpoint, StepJournal } from './stepJournal';

const summarise =
  'Your context is nearly full. Write a summary of all that you need to go on with this task: what ' +
  'you have learned about the program, how your code is laid out, what passes and fails, and what ' +
  'you were about to do. The messages so far will be replaced by it.';

export interface CompactionParts {
  readonly model: Model;
  readonly conversation: Conversation;
  readonly meter: Meter;
  readonly journal: StepJournal;
  readonly signal: AbortSignal;
}

/**
 * Has the model summarise the conversation and puts the summary in its place; the log keeps all of it.
 * @param before Tokens of the conversation, where they are known.
 * @returns whether there was a summary to be had.
 */
export async function compactConversation(
  { model, conversation, meter, journal, signal }: CompactionParts,
  where: Pick<LoopCheckpoint, 'step' | 'state'>,
  before?: number,
): Promise<boolean> {
  const request: ChatMessage = { role: 'user', id: randomUUID(), content: summarise };
  let generation: Generation;
  try {
    generation = await model.generate(
      { messages: [...conversation.messages, request], tools: [] },
      { signal },
    );
  } catch (error) {
    if (!(error instanceof ModelError)) {
      throw error;
    }
    const data = errorText(error);
    await journal.append([journal.event({ event: 'info', source: 'compaction', data })]);
    return false;
  }
  meter.add(generation.usage);
  const summary: ChatMessage = {
    role: 'user',
    id: randomUUID(),
    content: `[This is a summary of the conversation so far.]\n\n${textOf(generation.message)}`,
  };
  const { message } = generation;
  const first = journal.messageCount;
  const input = [...conversation.refs(), [first, first + 1]] as const;
  conversation.replaceAfterTask(summary, first + 2);
  await journal.finishWith(
    [
      ...[request, message].map((one) => ({ kind: 'message' as const, message: one })),
      journal.event(modelEvent(model.name, generation, input, [])),
      { kind: 'message', message: summary },
      journal.event({
        event: 'compaction',
        type: 'summary',
        source: 'mirrorcode-workbench',
        ...(before === undefined ? {} : { tokens_before: before }),
        tokens_after: generation.usage.output_tokens,
      }),
    ],
    where,
  );
  return true;
}

function textOf({ content }: AssistantMessage): string {
  return typeof content === 'string'
    ? content
    : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { addUsage, nothingSpent } from '../../../src/core/agents/budget';
import type { InspectEvent, ModelUsage } from '../../../src/core/agents/log/inspectLog';
import { readJournal } from '../../../src/core/agents/log/runJournal';
import { readRunState, runFile } from '../../../src/core/agents/run/runFolder';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';

/** What a run has come to, without what differs from run to run: ids and times. */
export interface FinalState {
  readonly end: unknown;
  readonly score: unknown;
  readonly counts: unknown;
  readonly solved: boolean | undefined;
  readonly visible: unknown;
  /** Hash of the candidate's files. */
  readonly files: string;
  /** Calls of steps that were finished, with their answers. */
  readonly tools: readonly string[];
  /** Tokens of steps that were finished. */
  readonly tokens: number;
}

/** Said to the agent where its workspace had to be made anew. */
export const restarted = /\[The (?:run|workspace) was [^\]]*\]\n?/u;

/**
 * Reads how a run has ended, and sees that its folder agrees with itself: each token that the journal
 * tells of is counted, the log holds what the journal holds, and nothing half-written lies about.
 */
export async function finalState(dir: string): Promise<FinalState> {
  const state = await readRunState(dir);
  assert.equal(state.status, 'done', state.reason);
  const tools: string[] = [];
  const kinds: Record<string, number> = {};
  let files = '';
  let used: ModelUsage = nothingSpent.usage;
  let finished = 0;
  let step: { tools: string[]; tokens: number } = { tools: [], tokens: 0 };
  for await (const entry of readJournal(runFile(dir, 'journal'))) {
    if (entry.kind === 'checkpoint') {
      files = (entry.checkpoint as { state: string }).state;
      tools.push(...step.tools);
      finished += step.tokens;
      step = { tools: [], tokens: 0 };
    } else if (entry.kind === 'event') {
      const { event } = entry;
      kinds[event.event] = (kinds[event.event] ?? 0) + 1;
      if (event.event === 'info' && event.source === 'run') {
        step = { tools: [], tokens: 0 };
      } else if (event.event === 'tool') {
        step.tools.push(toolText(event));
      } else if (event.event === 'model' && event.output.usage !== undefined) {
        used = addUsage(used, event.output.usage);
        step.tokens += event.output.usage.total_tokens;
      }
    }
  }
  assert.equal(state.spent.tokens, used.total_tokens, 'tokens that were spent are counted');
  await logAgrees(dir, kinds);
  const left = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.tmp'));
  assert.deepEqual(left, [], 'what was half-written when it was killed is gone');
  const { end, score, counts, solved, visible } = state;
  return { end, score, counts, solved, visible, files, tools, tokens: finished };
}

async function logAgrees(dir: string, kinds: Readonly<Record<string, number>>): Promise<void> {
  const log = await openTranscript(runFile(dir, 'log'));
  try {
    const { status, eventsByKind } = await log.info();
    assert.deepEqual([status, eventsByKind], ['success', kinds]);
    assert.equal(kinds['score'], 1, 'it is scored once');
  } finally {
    log.dispose();
  }
}

function toolText(event: Extract<InspectEvent, { event: 'tool' }>): string {
  // What is left of the budget is another each time.
  const result = event.function === 'resources' ? '' : event.result.replace(restarted, '');
  return `${event.function} ${JSON.stringify(event.arguments)} → ${result}`;
}

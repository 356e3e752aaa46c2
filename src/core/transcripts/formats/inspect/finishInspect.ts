import type { ByteStore } from '../../bytes/byteStore';
import type { SampleIndex } from '../../index/sampleIndex';
import type { TestRun } from '../../normalForm';
import { parseTestRun, isSubmitTool, isTestTool } from '../../testRuns';
import { tryParseJson } from '../../json/parseJson';
import { usageByModel } from './inspectHeader';
import { InspectReader } from './inspectReader';
import { firstLine } from '../../titles';
import { asArray, asObject, valueText, without } from '../../values';
import type { InspectRows } from './inspectRows';
import { fromSample } from './sampleInfo';
import { markCall, markResult, resultKind } from '../toolKind';

/** What only the whole sample tells: results that are attachments, and calls without tool events. */
export function finishInspect(index: SampleIndex, rows: InspectRows, store: ByteStore): void {
  const { messages } = index.lists;
  keepFacts(index, store);
  index.messageCount = Math.max(index.messageCount, messages.length);
  const reader = new InspectReader(index, store);
  for (const ordinal of rows.testRuns) {
    addTestRun(index, ordinal, reader.testRun(ordinal));
  }
  for (const [id, { name, ordinal }] of rows.openCalls) {
    index.countToolCall(name);
    // The message that answers is shown with the call, where no tool event shows it.
    const answer = index.answers.find(id, store);
    const pooled =
      answer < 0 ? -1 : index.lists.poolMessages.at(index.answers.values.offset(answer));
    if (pooled >= 0) {
      index.introducedBy.set(pooled, ordinal);
    }
    if (isTestTool(name)) {
      addTestRun(index, ordinal, parseTestRun(reader.answer(id)));
    } else if (isSubmitTool(name)) {
      index.addMarker(ordinal, 'submit', name);
    }
  }
  if (index.events.length === 0 && messages.length > 0) {
    addMessagesAsRows(index, reader);
  }
}

function addTestRun(index: SampleIndex, ordinal: number, run: TestRun | undefined): void {
  if (run === undefined) {
    index.addMarker(ordinal, 'testRun', 'no counts');
    return;
  }
  index.addMarker(ordinal, 'testRun', `${run.passed}/${run.total}`);
  if (run.total > 0) {
    index.addRate(ordinal, run.passed / run.total);
  }
}

/** Samples of old logs, and logs made without events, show their messages instead. */
function addMessagesAsRows(index: SampleIndex, reader: InspectReader): void {
  index.rowsAreMessages = true;
  const { messages } = index.lists;
  for (let number = 0; number < messages.length; number++) {
    const message = reader.rawMessage(number);
    const role = typeof message['role'] === 'string' ? message['role'] : 'message';
    const error = message['error'] !== undefined && message['error'] !== null;
    const answered = typeof message['function'] === 'string' ? message['function'] : undefined;
    const ordinal = index.events.add({
      offset: messages.offset(number),
      length: messages.size(number),
      kind: role === 'tool' ? resultKind(answered) : 'message',
      type: role,
      tool: answered,
      failed: error,
    });
    if (error) {
      index.addMarker(
        ordinal,
        'error',
        valueText(asObject(message['error'])['message'] ?? message['error']),
      );
    }
    if (role === 'tool') {
      markResult(index, ordinal, answered, reader.answerText(message));
    }
    for (const call of reader.callsOf(message)) {
      index.countToolCall(call);
      markCall(index, ordinal, call);
    }
  }
}

const infoFields = ['id', 'epoch', 'uuid', 'scores', 'score', 'error', 'limit'];
/** Larger scores than this are metadata, not scores. */
const mostScores = 32 * 1024 * 1024;

/** Keeps the sample's own facts with the index, since a running log has no summary of it. */
function keepFacts(index: SampleIndex, store: ByteStore): void {
  const field = (name: string) => {
    const range = index.fields.get(name);
    return range === undefined || range.length > mostScores
      ? undefined
      : tryParseJson(store.read(range.offset, range.length));
  };
  const sample = Object.fromEntries(infoFields.map((name) => [name, field(name)]));
  // Logs of before 2024-06 have one score without a name.
  const scores =
    sample['scores'] ?? (sample['score'] === undefined ? undefined : { score: sample['score'] });
  const info = without({ ...fromSample({ ...sample, scores }) }, 'events', 'messages');
  if (sample['id'] !== undefined) {
    index.facts['info'] = info;
  }
  for (const retry of asArray(field('error_retries'))) {
    const message = firstLine(valueText(asObject(retry)['message']));
    index.addUnread(`An earlier try of this sample failed (${message}); its events are not shown.`);
  }
  const usage = usageByModel(field('model_usage'));
  if (Object.keys(usage).length > 0) {
    index.facts['usage'] = usage;
  }
}

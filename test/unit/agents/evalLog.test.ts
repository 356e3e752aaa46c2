import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeEvalLog } from '../../../src/core/agents/log/evalLog';
import type { LogHeader, LogState } from '../../../src/core/agents/log/inspectLog';
import { LogWriter } from '../../../src/core/agents/run/logWriter';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';
import type { JournalEntry } from '../../../src/core/agents/log/runJournal';
import { RunJournal } from '../../../src/core/agents/log/runJournal';

const time = '2026-11-21T10:00:00.000+00:00';

const header: LogHeader = {
  sampleId: 'cal_python',
  epoch: 1,
  uuid: 'sampleuuid',
  task: 'mirrorcode',
  taskId: 'taskid',
  runId: 'runid',
  evalId: 'evalid',
  model: 'mock/model',
  created: time,
  target: ['cal', 'Python'],
  taskArgs: { target: 'cal' },
  solver: 'react',
  limits: { token_limit: 1000 },
  packages: { 'mirrorcode-workbench': '0.1.0' },
};

const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };

/** One turn: the model calls bash, which answers. */
function turn(i: number, firstMessage: number): JournalEntry[] {
  const call = {
    id: `call${i}`,
    function: 'bash',
    arguments: { cmd: 'ls' },
    type: 'function',
  } as const;
  const message = {
    role: 'assistant',
    id: `a${i}`,
    content: `turn ${i} says\nñ "quoted" \u2028`,
    source: 'generate',
    model: 'mock/model',
    tool_calls: [call],
  } as const;
  const base = { timestamp: time, working_start: i };
  return [
    { kind: 'message', message },
    {
      kind: 'event',
      event: {
        ...base,
        uuid: `m${i}`,
        event: 'model',
        model: 'mock/model',
        input: [],
        input_refs: [[0, firstMessage]],
        tools: [],
        tool_choice: 'auto',
        config: {},
        output: { model: 'mock/model', choices: [{ message, stop_reason: 'tool_calls' }], usage },
        completed: time,
        working_time: 0.5,
      },
    },
    {
      kind: 'message',
      message: {
        role: 'tool',
        id: `t${i}`,
        content: 'out',
        tool_call_id: call.id,
        function: 'bash',
      },
    },
    {
      kind: 'event',
      event: {
        ...base,
        uuid: `e${i}`,
        event: 'tool',
        type: 'function',
        id: call.id,
        function: 'bash',
        arguments: call.arguments,
        result: 'out',
        completed: time,
        working_time: 0.1,
      },
    },
    { kind: 'checkpoint', checkpoint: { turn: i } },
  ];
}

const turns = 50;

suite('agents: the log of a run', () => {
  let folder: string;
  let journalPath: string;
  let logPath: string;

  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-log-'));
    journalPath = path.join(folder, 'journal.jsonl');
    logPath = path.join(folder, 'log.eval');
    const { journal } = await RunJournal.open(journalPath);
    await journal.append([
      { kind: 'message', message: { role: 'user', id: 'u', content: 'Go.', source: 'input' } },
    ]);
    for (let i = 0; i < turns; i++) {
      await journal.append(turn(i, journal.messageCount));
    }
    await journal.dispose();
  });

  teardown(() => rm(folder, { recursive: true }));

  const finished: LogState = {
    status: 'success',
    usage: { 'mock/model': usage },
    conversation: [[0, 1 + 2 * turns]],
    scores: { mirrorcode_scorer: { value: { all: 0.5, visible: 0.75, hidden: 0.25 } } },
    metadata: { scored_cases_final: { cases: [{ name: 'a', verdict: 'pass' }] } },
    completedAt: time,
    totalTime: 12,
    workingTime: 10,
  };

  test('a journal torn in its last line goes on from the last whole one', async () => {
    const whole = await readFile(journalPath);
    await appendFile(journalPath, '{"kind":"event","event":{"uuid":"torn');
    const { journal, counts } = await RunJournal.open(journalPath);
    assert.deepEqual(counts, {
      messages: 1 + 2 * turns,
      events: 2 * turns,
      checkpoint: { turn: turns - 1 },
    });
    assert.ok((await readFile(journalPath)).equals(whole));
    await journal.append([{ kind: 'checkpoint', checkpoint: 'next' }]);
    await journal.dispose();
    const again = await RunJournal.open(journalPath);
    await again.journal.dispose();
    assert.equal(again.counts.checkpoint, 'next');
  });

  test('what is offered soon after a writing is written by itself, with no further step', async () => {
    const writer = new LogWriter(logPath, journalPath, header, 50);
    const started = { ...finished, status: 'started' } as const;
    const events = async () => {
      const transcript = await openTranscript(logPath);
      try {
        return (await transcript.summaries(0, 0, 1000)).length;
      } finally {
        transcript.dispose();
      }
    };
    await writer.write(started);
    assert.equal(await events(), 2 * turns);
    const { journal } = await RunJournal.open(journalPath);
    await journal.append(turn(turns, journal.messageCount));
    await journal.dispose();
    writer.offer(() => started);
    while ((await events()) !== 2 * (turns + 1)) {
      await setTimeout(10);
    }
    await writer.settle();
  });

  for (const state of [finished, { ...finished, status: 'started' } as const]) {
    test(`inspect_ai reads the log of a run that is "${state.status}"`, async function () {
      const python = inspectPython();
      if (python === undefined) {
        console.log('    skipped: no Python with inspect_ai found (set INSPECT_PYTHON)');
        return this.skip();
      }
      await writeEvalLog(logPath, journalPath, header, state);
      const { status, stdout, stderr } = spawnSync(python, ['-c', readWithInspect, logPath], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      const read = JSON.parse(stdout) as Record<string, unknown>;
      assert.equal(read['events'], 2 * turns);
      assert.equal(read['messages'], 1 + 2 * turns);
      assert.equal(read['status'], state.status);
      assert.deepEqual(read['score'], { all: 0.5, visible: 0.75, hidden: 0.25 });
      assert.equal(read['lastText'], `turn ${turns - 1} says\nñ "quoted" \u2028`);
      assert.equal(read['lastInput'], 1 + 2 * (turns - 1));
    }).timeout(120_000);
  }
});

/** Prints what inspect_ai's own reader makes of a log. */
const readWithInspect = `
import json, sys
from inspect_ai.log import read_eval_log, read_eval_log_sample
log = read_eval_log(sys.argv[1], header_only=True)
sample = read_eval_log_sample(sys.argv[1], "cal_python", 1, resolve_attachments=True)
models = [e for e in sample.events if e.event == "model"]
print(json.dumps({
  "status": log.status,
  "events": len(sample.events),
  "messages": len(sample.messages),
  "score": sample.scores["mirrorcode_scorer"].value,
  "lastText": models[-1].output.choices[0].message.content,
  "lastInput": len(models[-1].input),
}))
`;

function inspectPython(): string | undefined {
  const candidates = [process.env['INSPECT_PYTHON'], 'python3'];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ['-c', 'import inspect_ai']).status === 0,
  );
}

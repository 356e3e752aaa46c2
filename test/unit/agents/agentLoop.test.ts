import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AgentLoop } from '../../../src/core/agents/agentLoop';
import type { LoopEnd } from '../../../src/core/agents/agentLoop';
import type { LoopCheckpoint } from '../../../src/core/agents/stepJournal';
import type { Budget } from '../../../src/core/agents/budget';
import { Meter } from '../../../src/core/agents/budget';
import { Conversation } from '../../../src/core/agents/conversation';
import { WorkspaceHistory } from '../../../src/core/agents/history';
import type { ChatMessage, InspectEvent } from '../../../src/core/agents/log/inspectLog';
import { readJournal, RunJournal } from '../../../src/core/agents/log/runJournal';
import { openModel } from '../../../src/core/agents/models/openModel';
import { bashTool } from '../../../src/core/agents/tools/bash';
import {
  evaluateTestcasesTool,
  resourcesTool,
  submitTool,
} from '../../../src/core/agents/tools/taskTools';
import { textEditorTool } from '../../../src/core/agents/tools/textEditor';
import type { Tool } from '../../../src/core/agents/tools/tool';
import type { AgentWorkspace } from '../../../src/core/agents/workspace';
import { WorkspaceError } from '../../../src/core/agents/workspace';
import { bytesContent } from '../../../src/core/cases/content';
import type { FileEntry } from '../../../src/core/cases/case';
import { ModelServer } from '../../support/modelServer/modelServer';
import type { Script } from '../../support/modelServer/modelServer';

/** A workspace of files alone: what is under test is the loop, not the sandbox. */
class FileWorkspace implements AgentWorkspace {
  readonly files = new Map<string, Uint8Array>();
  running = 0;
  mostAtOnce = 0;

  async shell(command: string) {
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.running -= 1;
    return {
      output: `ran ${command}\n`,
      exit: { kind: 'exit', code: command === 'false' ? 1 : 0 },
    } as const;
  }

  readFile(file: string): Promise<Uint8Array> {
    const bytes = this.files.get(file);
    return bytes === undefined
      ? Promise.reject(new WorkspaceError(`There is no file ${file}.`))
      : Promise.resolve(bytes);
  }

  writeFile(file: string, bytes: Uint8Array): Promise<void> {
    this.files.set(file, bytes);
    return Promise.resolve();
  }

  candidate(): Promise<FileEntry[]> {
    return Promise.resolve(
      [...this.files].map(([at, bytes]) => ({
        kind: 'file',
        path: at.replace(/^\//u, ''),
        mode: 0o644,
        content: bytesContent(bytes),
      })),
    );
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

suite('agents: the loop', () => {
  let folder: string;
  let server: ModelServer | undefined;
  let workspace: FileWorkspace;
  let passed: number;

  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-loop-'));
    workspace = new FileWorkspace();
    passed = 10;
  });
  teardown(async () => {
    await server?.stop();
    server = undefined;
    await rm(folder, { recursive: true });
  });

  const journalPath = () => path.join(folder, 'journal.jsonl');

  async function run(
    script: Script,
    options: { budget?: Budget; compactAt?: number; signal?: AbortSignal; stopAfter?: number } = {},
  ): Promise<LoopEnd> {
    server ??= await ModelServer.start(script);
    server.play(script);
    const model = await openModel({ model: 'test/scripted', baseUrl: server.baseUrl }, {});
    const { journal, counts } = await RunJournal.open(journalPath());
    const from = counts.checkpoint as LoopCheckpoint | undefined;
    const pool: ChatMessage[] = [];
    for await (const entry of readJournal(journalPath())) {
      if (entry.kind === 'message') {
        pool.push(entry.message);
      }
    }
    const meter = new Meter(options.budget ?? {}, undefined, from?.spent);
    const conversation = Conversation.restore(pool, from?.conversation ?? []);
    if (from === undefined) {
      const task: ChatMessage = {
        role: 'user',
        id: 'task',
        content: 'Rebuild it.',
        source: 'input',
      };
      await journal.append([{ kind: 'message', message: task }]);
      conversation.add(task, 0);
    }
    const score = () => Promise.resolve({ passed, total: 100, text: `${passed}/100 pass` });
    const controller = new AbortController();
    options.signal?.addEventListener('abort', () => controller.abort());
    const tools = [
      bashTool(workspace),
      textEditorTool(workspace),
      evaluateTestcasesTool(score),
      resourcesTool(meter),
      submitTool(score),
    ] as Tool[];
    try {
      return await new AgentLoop(
        {
          model,
          tools,
          workspace,
          journal,
          history: new WorkspaceHistory(path.join(folder, 'history')),
          conversation,
          meter,
          compactAt: options.compactAt ?? 1e9,
          signal: controller.signal,
          onStep: (step) => {
            if (step === options.stopAfter) {
              controller.abort();
            }
          },
        },
        from,
      ).run();
    } finally {
      await journal.dispose();
    }
  }

  async function events(): Promise<InspectEvent[]> {
    const found: InspectEvent[] = [];
    for await (const entry of readJournal(journalPath())) {
      if (entry.kind === 'event') {
        found.push(entry.event);
      }
    }
    return found;
  }

  const create = (name: string, text: string) => ({
    name: 'text_editor',
    arguments: { command: 'create', path: name, file_text: text },
  });

  test('works with its tools, is turned down below the gate, and submits', async () => {
    const end = await run((request, n) => {
      if (n === 3) {
        passed = 40;
      }
      return (
        [
          { calls: [create('/main.py', 'print(1)'), { name: 'bash', arguments: { cmd: 'ls' } }] },
          { text: 'I think I am done.' },
          { calls: [{ name: 'submit', arguments: {} }] },
          { calls: [{ name: 'submit', arguments: {} }] },
        ][n] ?? { text: `too far: ${request.messages.length}` }
      );
    });
    assert.deepEqual(end, { kind: 'submitted' });
    assert.equal(Buffer.from(workspace.files.get('/main.py')!).toString(), 'print(1)');
    const { messages } = server!.requests.at(-1)!;
    assert.match(String(messages.at(-1)?.['content']), /10 of 100 visible test cases pass/u);
    assert.match(
      String(messages.find((m) => m['role'] === 'user' && m !== messages[0])?.['content']),
      /submit tool/u,
    );
  });

  test('calls of one turn run side by side, and each answer finds its call', async () => {
    const names = ['a', 'b', 'c'];
    await run(
      (_, n) =>
        n === 0
          ? { calls: names.map((cmd) => ({ name: 'bash', arguments: { cmd } })) }
          : { calls: [{ name: 'submit', arguments: {} }] },
      { budget: { tokens: 200 } },
    );
    assert.equal(workspace.mostAtOnce, 3);
    const tools = (await events()).filter((event) => event.event === 'tool');
    assert.deepEqual(
      tools.slice(0, 3).map(({ result }) => result),
      names.map((name) => `ran ${name}\n`),
    );
  });

  test('wrong calls are answered, not fatal', async () => {
    const wrong = [
      { name: 'rm_rf', arguments: {} },
      { name: 'bash', arguments: { command: 'ls' } },
      { name: 'bash', arguments: {}, raw: '{"cmd":' },
      { name: 'text_editor', arguments: { command: 'view', path: '/none' } },
      { name: 'bash', arguments: { cmd: 'false' } },
    ];
    await run((_, n) => (n === 0 ? { calls: wrong } : { text: 'ok' }), { budget: { tokens: 200 } });
    const answers = (await events()).flatMap((event) =>
      event.event === 'tool' ? [event.error?.message ?? event.result] : [],
    );
    assert.match(answers[0]!, /no tool rm_rf/u);
    assert.match(answers[1]!, /not right/u);
    assert.match(answers[2]!, /could not be read/u);
    assert.match(answers[3]!, /no file \/none/u);
    assert.match(answers[4]!, /\[exit code 1\]/u);
  });

  test('a used-up budget ends it and is in the log', async () => {
    const end = await run(() => ({ text: 'on and on', usage: { input: 100, output: 10 } }), {
      budget: { tokens: 500 },
    });
    assert.equal(end.kind === 'limit' && end.type, 'token');
    assert.equal(server!.requests.length, 5);
    assert.ok((await events()).some((event) => event.event === 'sample_limit'));
  });

  test('a full context is summarised, as often as it takes; the log keeps every message', async () => {
    await run(
      (request, n) =>
        request.tools.length === 0
          ? { text: 'what I know' }
          : { text: `turn ${n}`, usage: { input: n === 2 || n === 5 ? 5000 : 100, output: 1 } },
      { compactAt: 4000, budget: { tokens: 10_800 } },
    );
    for (const first of [4, 7]) {
      const afterwards = server!.requests[first]!.messages;
      assert.equal(afterwards.length, 2, 'the task and the last summary alone');
      assert.match(String(afterwards[1]?.['content']), /what I know/u);
    }
    const kept: string[] = [];
    for await (const entry of readJournal(journalPath())) {
      if (entry.kind === 'message' && entry.message.role === 'assistant') {
        kept.push(JSON.stringify(entry.message.content));
      }
    }
    assert.ok(
      ['turn 0', 'turn 1', 'turn 2'].every((turn) => kept.some((text) => text.includes(turn))),
    );
    const told = await events();
    assert.equal(told.filter((event) => event.event === 'compaction').length, 2);
    const asked = told.filter((event) => event.event === 'model');
    assert.equal(asked.length, server!.requests.length, 'also those that summarised');
  });

  test('a stopped run goes on where it was, as if it had not been stopped', async () => {
    const script: Script = (request) => {
      const turn = request.messages.filter((m) => m['role'] === 'assistant').length;
      return turn < 6
        ? { calls: [create(`/f${turn}`, `text ${turn}`)] }
        : { calls: [{ name: 'submit', arguments: {} }] };
    };
    passed = 100;
    for (const stopAfter of [2, 3, 5]) {
      assert.equal((await run(script, { stopAfter })).kind, 'paused');
    }
    assert.deepEqual(await run(script), { kind: 'submitted' });
    assert.deepEqual([...workspace.files.keys()], ['/f0', '/f1', '/f2', '/f3', '/f4', '/f5']);
    assert.equal((await events()).filter((event) => event.event === 'model').length, 7);
    const { counts, journal } = await RunJournal.open(journalPath());
    await journal.dispose();
    const last = counts.checkpoint as LoopCheckpoint;
    assert.equal(last.step, 7);
    const history = new WorkspaceHistory(path.join(folder, 'history'));
    assert.equal((await history.files(last.state)).length, 6);
  });

  test('a model that is gone pauses the run; nothing counts as an end', async () => {
    const end = await run((_, n) => (n === 0 ? { text: 'hello' } : { error: { status: 401 } }));
    assert.equal(end.kind, 'paused');
    assert.match(JSON.stringify(end), /401/u);
  });
});

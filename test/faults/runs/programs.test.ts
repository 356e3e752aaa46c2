import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { InspectEvent } from '../../../src/core/agents/log/inspectLog';
import { readJournal } from '../../../src/core/agents/log/runJournal';
import { openModel } from '../../../src/core/agents/models/openModel';
import type { NamedAgent } from '../../../src/core/targets/agentDefinition';
import { findAgent } from '../../../src/core/agents/program/findAgent';
import { agentPresets } from '../../../src/core/agents/program/presets';
import { listRuns, runFile } from '../../../src/core/agents/run/runFolder';
import type { RunHost, RunOutcome } from '../../../src/core/agents/run/runOptions';
import { resumeRun, startRun } from '../../../src/core/agents/run/startRun';
import type { Budget } from '../../../src/core/agents/budget';
import { BubblewrapEngine } from '../../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { DockerEngine } from '../../../src/core/sandbox/docker/dockerEngine';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import type { Target } from '../../../src/core/targets/target';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';
import { WorkFolder } from '../../../src/core/workFolder';
import { buildDist } from '../../support/engines/builtDist';
import { startDockerEngine } from '../../support/engines/dockerd';
import type { TestEngine, TestEngineResult } from '../../support/engines/testEngine';
import { ModelServer } from '../../support/modelServer/modelServer';
import type { ModelRequest, ScriptedAnswer } from '../../support/modelServer/modelServer';
import {
  goodCandidate,
  hiddenMark,
  makeMirrorTarget,
  referenceMark,
} from '../../support/runs/mirrorTarget';
import type { ChildOrder } from '../../support/runs/runChildOrder';
import { scriptedAgent, scriptedProgram, secretKey } from '../../support/runs/scriptedProgram';
import type { ScriptedApi } from '../../support/runs/scriptedProgram';

const MiB = 2 ** 20;
const limits = {
  timeout: 3600,
  memory: 1024 * MiB,
  processes: 200,
  output: Number.MAX_SAFE_INTEGER,
  fileSize: 64 * MiB,
};

/** How often the model has spoken in the conversation that it is shown: what a script goes by. */
function turn({ messages }: ModelRequest): number {
  return messages.filter(({ role }) => role === 'assistant').length;
}

type Shell = (cmd: string) => NonNullable<ScriptedAnswer['calls']>[number];
const bash: Shell = (cmd) => ({ name: 'bash', arguments: { cmd } });
const write =
  'mkdir -p /workdir/src/mirror && cd /workdir/src/mirror && touch __init__.py && ' +
  `cat > __main__.py <<'END'\n${goodCandidate}END\n`;

/** Asks the reference, writes, evaluates, says that it is done, and hands in when it is told to go on. */
const solve = (shell: Shell): readonly ScriptedAnswer[] => [
  { text: 'A look.', calls: [shell('mirror a b; printf abc | mirror')] },
  { calls: [shell(write)] },
  { calls: [shell('evaluate_testcases; echo "code $?"; resources')] },
  { text: 'I am done.' },
  { calls: [shell('submit; echo "code $?"')] },
];

const engines: Record<string, () => Promise<TestEngineResult | undefined>> = {
  bubblewrap: () => Promise.resolve(undefined),
  docker: startDockerEngine,
};

for (const [kind, start] of Object.entries(engines)) {
  suite(`agents that are programs on ${kind}`, function () {
    this.timeout(120_000);
    let folder: string;
    let target: Target;
    let engine: Engine | undefined;
    let daemon: TestEngine | undefined;
    let server: ModelServer;
    let workFolder: WorkFolder;
    let distDir: string;

    suiteSetup(async function () {
      folder = await mkdtemp(path.join(os.tmpdir(), 'programs-'));
      const started = await start();
      daemon = started?.engine;
      try {
        assert.ok(started === undefined || daemon !== undefined, JSON.stringify(started));
        distDir = buildDist();
        engine =
          daemon === undefined
            ? new BubblewrapEngine({ distDir })
            : new DockerEngine({ distDir, host: daemon.socketPath });
        const status = await engine.probe();
        assert.ok(status.works, JSON.stringify(status));
        target = await makeMirrorTarget(path.join(folder, 'mirror'));
      } catch (error) {
        console.log(`    Skipped: ${error instanceof Error ? error.message : String(error)}`);
        this.skip();
      }
      server = await ModelServer.start(() => ({ text: 'nothing yet' }));
      workFolder = new WorkFolder(folder);
    });

    suiteTeardown(async () => {
      await (server as ModelServer | undefined)?.stop();
      await engine?.dispose();
      await daemon?.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    setup(() => {
      server.requests.length = 0;
      server.strays.length = 0;
    });

    /** What has nothing to do with the engine is looked at once. */
    const ofProgram = (title: string, body: Mocha.AsyncFunc) => {
      if (kind === 'bubblewrap') {
        test(title, body);
      }
    };

    const play = (answers: readonly ScriptedAnswer[]) =>
      server.play((request) => answers[turn(request)] ?? { text: 'What now?' });

    async function host(agent?: NamedAgent, overrides: Partial<RunHost> = {}): Promise<RunHost> {
      return {
        engine: engine!,
        model: await openModel({ model: 'test/scripted', baseUrl: server.baseUrl }, {}),
        program: await scriptedProgram(server.baseUrl, agent),
        workFolder,
        jobs: 2,
        signal: new AbortController().signal,
        workspaceLimits: limits,
        ...overrides,
      };
    }

    async function run(
      agent?: NamedAgent,
      budget: Budget = { tokens: 100_000 },
      overrides: Partial<RunHost> = {},
    ): Promise<RunOutcome> {
      return startRun({ target, language: 'python', budget }, await host(agent, overrides));
    }

    async function eventsOf(dir: string): Promise<InspectEvent[]> {
      const events: InspectEvent[] = [];
      for await (const entry of readJournal(runFile(dir, 'journal'))) {
        if (entry.kind === 'event') {
          events.push(entry.event);
        }
      }
      return events;
    }

    /** What the shell said to a command of the model's, by the order of the calls. */
    async function outputs(dir: string): Promise<string[]> {
      return (await eventsOf(dir)).flatMap((event) =>
        event.event === 'tool' && event.function === 'bash' ? [event.result] : [],
      );
    }

    const ways: readonly (readonly [ScriptedApi, 'stream' | 'whole'])[] = [
      ['anthropic', 'stream'],
      ['responses', 'stream'],
      ...(kind === 'bubblewrap'
        ? ([
            ['chat', 'stream'],
            ['anthropic', 'whole'],
            ['chat', 'whole'],
            ['responses', 'whole'],
          ] as const)
        : []),
    ];
    for (const [api, how] of ways) {
      test(`a whole run over ${api}, ${how}: oracle, evaluation, going on, submission, score`, async () => {
        play(solve(bash));
        const { dir, state } = await run(scriptedAgent(api, how));
        assert.equal(state.status, 'done', state.reason);
        assert.deepEqual([state.end, state.solved, state.steps], [{ kind: 'submitted' }, true, 5]);
        assert.deepEqual(state.visible, { passed: 3, total: 3 });
        assert.equal(state.spent.tokens, 550, 'five calls at 110 tokens');
        const [look, , evaluated] = await outputs(dir);
        assert.equal(look, 'a,b\nABC');
        assert.match(String(evaluated), /^3 of 3 visible[^]*code 0\nTokens: 330 of 100000 used/u);
        const events = await eventsOf(dir);
        const kinds = events.map((event) =>
          event.event === 'tool' ? event.function : event.event,
        );
        for (const [name, count] of Object.entries({
          ...{ model: 5, sandbox: 2, bash: 3, evaluate_testcases: 1, resources: 1, submit: 1 },
        })) {
          assert.equal(kinds.filter((one) => one === name).length, count, name);
        }
        assert.ok(server.requests.every(({ model }) => model === 'scripted'));
        const asked = server.requests.flatMap(({ tools }) => tools.map(({ type }) => type));
        assert.ok(!asked.some((type) => String(type).startsWith('web_search')));
        const log = await openTranscript(runFile(dir, 'log'));
        const session = await openTranscript(runFile(dir, 'session'));
        try {
          const info = await log.info();
          assert.deepEqual([info.status, info.eventsByKind['model']], ['success', 5]);
          assert.match(JSON.stringify(info.scores), /"hidden":1/u);
          assert.equal((await session.info()).format, 'claude-code');
        } finally {
          log.dispose();
          session.dispose();
        }
      });
    }

    test('the model’s address is all that can be reached, and its key is nowhere', async () => {
      const port = '127.0.0.1/18080';
      const ask = (first: string, more = '') =>
        `exec 9<>/dev/tcp/${port}; printf '${first}\\r\\nHost: 127.0.0.1\\r\\n${more}\\r\\n' >&9; ` +
        'timeout 10 head -1 <&9; exec 9>&-';
      const body =
        '{"model":"x","messages":[{"role":"user","content":[{"type":"image",' +
        '"source":{"type":"url","url":"http://192.0.2.1/a.png"}}]}]}';
      const host = new URL(server.baseUrl).host;
      const attacks = [
        ask('GET / HTTP/1.1'),
        ask('GET /v1/files HTTP/1.1'),
        ask('POST /v1/messages/batches HTTP/1.1', 'Content-Length: 2\\r\\n'),
        ask('POST /v1/messages/../files HTTP/1.1', 'Content-Length: 2\\r\\n'),
        ask('POST //v1/messages HTTP/1.1', 'Content-Length: 2\\r\\n'),
        ask(`GET http://${host}/v1/other HTTP/1.1`),
        ask('GET http://192.0.2.1/v1/models HTTP/1.1'),
        ask(`CONNECT ${host} HTTP/1.1`),
        ask('GET /v1/models HTTP/1.1', 'Connection: Upgrade\\r\\nUpgrade: websocket\\r\\n'),
        `exec 9<>/dev/tcp/${port}; printf 'POST /v1/messages HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n%s' '${body}' >&9; timeout 10 head -1 <&9; exec 9>&-`,
        `exec 9<>/dev/tcp/${host.replace(':', '/')} && echo reached`,
      ];
      const search = (mark: string) =>
        `grep -rlsaF ${mark} / --exclude-dir=sys --exclude-dir=opt; ` +
        `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | grep -aoF ${mark}`;
      play([
        ...attacks.map((attack) => ({ calls: [bash(attack)] })),
        { calls: [bash(`${search(secretKey.slice(0, 12))}; echo searched`)] },
        { calls: [bash(`${search(referenceMark.slice(0, 12))}; echo searched`)] },
        { calls: [bash(`${search(hiddenMark.slice(0, 9))}; echo searched`)] },
        {
          calls: [bash('curl -s http://192.0.2.1; exec 9<>/dev/tcp/192.0.2.1/80 && echo reached')],
        },
      ]);
      const { dir, state } = await run(undefined, { tokens: 110 * (attacks.length + 4) });
      assert.equal(state.status, 'done', state.reason);
      const said = await outputs(dir);
      const firsts = said.slice(0, attacks.length).map((text) => text.trim().split('\r')[0]);
      assert.deepEqual(firsts.slice(0, 7), Array<string>(7).fill('HTTP/1.1 404 Not Found'));
      assert.equal(firsts[7], '', 'no tunnel');
      assert.notEqual(firsts[8], 'HTTP/1.1 101 Switching Protocols');
      assert.equal(firsts[9], 'HTTP/1.1 400 Bad Request');
      assert.doesNotMatch(said.slice(10).join(), /reached/u);
      // Each mark stands in the command that looks for it, and so in the agent's own session.
      for (const found of said.slice(attacks.length, attacks.length + 3)) {
        const files = found
          .split('\n')
          .filter((line) => !/^\/(home|proc)\/|^searched$|^$/u.test(line));
        assert.deepEqual(
          files.filter((line) => line.startsWith('/')),
          [],
          found,
        );
      }
      assert.deepEqual(
        server.strays.filter((stray) => stray !== 'GET /v1/models'),
        [],
        'something else was asked of the model’s server',
      );
      for (const file of await readdir(dir, { recursive: true })) {
        const full = path.join(dir, file);
        if ((await stat(full)).isFile()) {
          assert.ok(!(await readFile(full, 'latin1')).includes(secretKey), `the key is in ${file}`);
        }
      }
    });

    ofProgram(
      'a used-up budget is told in the API’s words, and ends the run, which is scored',
      async () => {
        const answers = [
          { calls: [bash(write)] },
          { calls: [bash('sleep 60')], usage: { input: 5000, output: 10 } },
        ];
        play(answers);
        const { dir, state } = await run(undefined, { tokens: 1000 });
        assert.deepEqual([state.status, state.end?.kind, state.solved], ['done', 'limit', true]);
        const limit = (await eventsOf(dir)).filter(({ event }) => event === 'sample_limit');
        assert.equal(limit.length, 1);
      },
    );

    ofProgram('a limit in time ends a program that asks nothing', async () => {
      play([{ calls: [bash('sleep 600')] }]);
      const { state } = await run(undefined, { wallSeconds: 3 });
      assert.deepEqual([state.status, state.end?.kind, state.score?.['all']], ['done', 'limit', 0]);
    });

    test('a model that is gone pauses the run, which goes on in the same session', async () => {
      server.play((request) =>
        turn(request) < 2 ? (solve(bash)[turn(request)] ?? {}) : { error: { status: 503 } },
      );
      const paused = await run();
      assert.equal(paused.state.status, 'paused');
      assert.match(paused.state.reason ?? '', /no answer: HTTP 503/u);
      assert.equal(paused.state.score, undefined);
      play(solve(bash));
      const { state, dir } = await resumeRun(paused.dir, await host());
      assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 5], state.reason);
      assert.equal(state.spent.tokens, 550, 'no step was paid for twice');
      const lines = (await readFile(runFile(dir, 'session'), 'utf8')).trim().split('\n');
      assert.match(lines[0] ?? '', /Rebuild mirror/u);
      assert.ok(lines.some((line) => line.includes('The run was interrupted')));
    });

    ofProgram(
      'an answer that breaks off is counted, and tried again by whoever asked',
      async () => {
        server.play(() => ({ text: 'never whole'.repeat(100), breakAfter: 3 }));
        const { state, dir } = await run();
        assert.equal(state.status, 'paused');
        assert.match(state.reason ?? '', /broke off/u);
        const [call] = (await eventsOf(dir)).filter((event) => event.event === 'model');
        assert.ok((call?.output.usage?.input_tokens ?? 0) > 500, 'an estimate of what it cost');
        assert.deepEqual(call?.metadata?.['usage_estimated'], true);
      },
    );

    ofProgram('a submission below the gate is refused', async () => {
      play([{ calls: [bash('submit; echo "code $?"')] }]);
      const { dir } = await run(undefined, { tokens: 220 });
      assert.match((await outputs(dir))[0] ?? '', /^Not submitted: 0 of 3[^]*code 1/u);
    });

    ofProgram('a program that does not work pauses the run with its words', async () => {
      const agent = { ...scriptedAgent('chat', 'whole'), command: 'echo no such thing; exit 3' };
      const { state } = await run(agent);
      assert.match(state.reason ?? '', /exit code 3 and has not asked its model: no such thing/u);
    });

    test('killed without a word, it goes on with its session and the workspace as it was', async () => {
      let reached: () => void = () => undefined;
      const atStep = new Promise<void>((resolve) => {
        reached = resolve;
      });
      let isHung = false;
      server.play((request) => {
        if (turn(request) === 2 && !isHung) {
          isHung = true;
          reached();
          return { text: 'never heard', delayMs: 60_000 };
        }
        return solve(bash)[turn(request)] ?? {};
      });
      const before = new Set((await listRuns(workFolder)).map(({ dir }) => dir));
      const order: ChildOrder = {
        target: target.path,
        root: folder,
        baseUrl: server.baseUrl,
        distDir,
        engine: kind,
        program: true,
        ...(daemon === undefined ? {} : { dockerHost: `unix://${daemon.socketPath}` }),
      };
      const script = path.resolve('test/support/runs/runChild.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      await atStep;
      const [killed] = (await listRuns(workFolder)).filter(({ dir }) => !before.has(dir));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { state, dir } = await resumeRun(killed?.dir ?? '', await host());
      assert.deepEqual([state.status, state.solved], ['done', true], state.reason);
      // What was not yet kept of the session is asked again, and counted.
      const calls = (await eventsOf(dir)).filter(({ event }) => event === 'model');
      assert.ok(calls.length >= 5);
      assert.equal(state.spent.tokens, calls.length * 110);
    });

    const real = kind === 'bubblewrap' ? Object.entries(agentPresets) : [];
    for (const [name, { title, install, definition }] of real) {
      test(`${title} itself, where it is found`, async function () {
        const found = await findAgent(definition.program, process.env['PATH']);
        if (found === undefined) {
          console.log(`    skipped: no ${definition.program} on PATH (${install})`);
          this.skip();
        }
        const answers = solve((cmd) =>
          name === 'codex'
            ? { name: 'exec_command', arguments: { cmd } }
            : { name: 'Bash', arguments: { command: cmd, description: 'A step.' } },
        );
        let n = 0;
        server.play(({ tools }) =>
          tools.length === 0 ? { text: 'A title' } : (answers[n++] ?? {}),
        );
        const { workspaceLimits: _, ...unlimited } = await host({ ...definition, name });
        const { state, dir } = await startRun(
          { target, language: 'python', budget: { tokens: 100_000 } },
          unlimited,
        );
        assert.deepEqual([state.status, state.solved], ['done', true], state.reason);
        const session = await openTranscript(runFile(dir, 'session'));
        try {
          const { format, toolCalls } = await session.info();
          assert.deepEqual([format, Object.values(toolCalls)[0]], [name, 4]);
        } finally {
          session.dispose();
        }
      });
    }
  });
}

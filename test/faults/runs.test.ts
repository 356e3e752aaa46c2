import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { InspectEvent } from '../../src/core/agents/log/inspectLog';
import { readJournal } from '../../src/core/agents/log/runJournal';
import { openModel } from '../../src/core/agents/models/openModel';
import type { OracleNote } from '../../src/core/agents/oracle/oracle';
import { extendBudget, pauseRun } from '../../src/core/agents/run/runControl';
import { listRuns, runFile } from '../../src/core/agents/run/runFolder';
import type { RunHost, RunOutcome } from '../../src/core/agents/run/runOptions';
import { resumeRun, startRun } from '../../src/core/agents/run/startRun';
import { Workbench } from '../../src/core/agents/run/workbench';
import type { ShellResult } from '../../src/core/agents/workspace';
import { BubblewrapEngine } from '../../src/core/sandbox/bubblewrap/bubblewrapEngine';
import { DockerEngine } from '../../src/core/sandbox/docker/dockerEngine';
import { readContent } from '../../src/core/cases/content';
import type { Engine } from '../../src/core/sandbox/sandbox';
import type { Target } from '../../src/core/targets/target';
import { openTranscript } from '../../src/core/transcripts/openTranscript';
import { WorkFolder } from '../../src/core/workFolder';
import { buildDist } from '../support/engines/builtDist';
import { startDockerEngine } from '../support/engines/dockerd';
import type { TestEngine, TestEngineResult } from '../support/engines/testEngine';
import { ModelServer } from '../support/modelServer/modelServer';
import type { ModelRequest, ScriptedAnswer } from '../support/modelServer/modelServer';
import {
  goodCandidate,
  hiddenMark,
  makeMirrorTarget,
  referenceMark,
} from '../support/runs/mirrorTarget';
import type { ChildOrder } from '../support/runs/runChildOrder';

const MiB = 2 ** 20;
const limits = {
  timeout: 3600,
  memory: 512 * MiB,
  processes: 100,
  output: Number.MAX_SAFE_INTEGER,
  fileSize: 64 * MiB,
};

/** How often the model has spoken in the conversation that it is shown: what a script goes by. */
function turn({ messages }: ModelRequest): number {
  return messages.filter(({ role }) => role === 'assistant').length;
}

const bash = (cmd: string, timeout = 30) => ({ name: 'bash', arguments: { cmd, timeout } });
const call = (name: string) => ({ name, arguments: {} });
const writeCandidate = {
  name: 'text_editor',
  arguments: {
    command: 'create',
    path: '/workdir/src/mirror/__main__.py',
    file_text: goodCandidate,
  },
};

/** Prints the log's status, calls of the oracle, tool calls and hidden pass rate, as Inspect has them. */
const inspectReads = `
import sys
from inspect_ai.log import read_eval_log
log = read_eval_log(sys.argv[1])
kinds = [event.event for event in log.samples[0].events]
rate = log.results.scores[0].metrics["hidden"].value
print(log.status, kinds.count("sandbox"), kinds.count("tool"), rate)
`;

/** Solves the target with every tool. */
const solve: readonly ScriptedAnswer[] = [
  {
    calls: [
      bash(
        'for word in a b; do mirror $word x | tr , -; done; printf "1\\n2\\n" | while read n; do mirror $n; done',
      ),
    ],
  },
  { calls: [writeCandidate, bash('touch /workdir/src/mirror/__init__.py')] },
  { calls: [call('evaluate_testcases'), call('evaluate_testcases'), call('resources')] },
  { calls: [call('submit')] },
];

const engines: Record<string, () => Promise<TestEngineResult | undefined>> = {
  bubblewrap: () => Promise.resolve(undefined),
  docker: startDockerEngine,
};

for (const [kind, start] of Object.entries(engines)) {
  suite(`runs of agents on ${kind}`, function () {
    this.timeout(120_000);
    let folder: string;
    let target: Target;
    let engine: Engine | undefined;
    let daemon: TestEngine | undefined;
    let server: ModelServer;
    let workFolder: WorkFolder;
    let distDir: string;

    // Not by its name: what is imported only then would bring its own classes of errors in a test.
    const newEngine = (): Engine =>
      daemon === undefined
        ? new BubblewrapEngine({ distDir })
        : new DockerEngine({ distDir, host: daemon.socketPath });

    suiteSetup(async function () {
      folder = await mkdtemp(path.join(os.tmpdir(), 'runs-'));
      const started = await start();
      daemon = started?.engine;
      try {
        assert.ok(started === undefined || daemon !== undefined, JSON.stringify(started));
        distDir = buildDist();
        engine = newEngine();
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

    /** What has nothing to do with the engine is looked at once. */
    const ofLoop = (title: string, body: Mocha.AsyncFunc) => {
      if (kind === 'bubblewrap') {
        test(title, body);
      }
    };

    const play = (answers: readonly ScriptedAnswer[]) =>
      server.play((request) => answers[turn(request)] ?? { calls: [call('submit')] });

    async function host(overrides: Partial<RunHost> = {}): Promise<RunHost> {
      return {
        engine: engine!,
        model: await openModel({ model: 'test/scripted', baseUrl: server.baseUrl }, {}),
        workFolder,
        jobs: 2,
        signal: new AbortController().signal,
        workspaceLimits: limits,
        retryPolicy: { tries: 2, firstWaitMs: 1, longestWaitMs: 1 },
        ...overrides,
      };
    }

    async function run(overrides: Partial<RunHost> = {}): Promise<RunOutcome> {
      const budget = { tokens: 10_000 };
      return startRun({ target, language: 'python', budget }, await host(overrides));
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

    test('a whole run: the oracle in a loop and a pipe, an evaluation, a submission, a score', async () => {
      play(solve);
      const { dir, state } = await run();
      assert.equal(state.status, 'done', state.reason);
      assert.deepEqual(state.end, { kind: 'submitted' });
      assert.deepEqual([state.solved, state.score?.['hidden']], [true, 1]);
      assert.deepEqual(state.visible, { passed: 3, total: 3 });
      const events = await eventsOf(dir);
      const [first] = events.filter((event) => event.event === 'tool');
      assert.equal(first?.result, 'a-x\nb-x\n1\n2\n');
      const calls = events.filter((event) => event.event === 'sandbox');
      assert.deepEqual(
        calls.map(({ cmd, output }) => [cmd, output]),
        [
          ['mirror a x', 'a,x\n'],
          ['mirror b x', 'b,x\n'],
          ['mirror 1', '1\n'],
          ['mirror 2', '2\n'],
        ],
      );
      assert.deepEqual(await readdir(path.join(runFile(dir, 'artifacts'), state.ids.sample)), [
        'attempt-00001.tar',
        'attempt-00002.tar',
      ]);
      assert.deepEqual(
        (await listRuns(workFolder)).map((one) => [one.dir, one.isLive]),
        [[dir, false]],
      );
      const log = await openTranscript(runFile(dir, 'log'));
      try {
        const { eventsByKind, scores, status } = await log.info();
        assert.deepEqual(
          [status, eventsByKind['sandbox'], eventsByKind['tool']],
          ['success', 4, 7],
        );
        assert.match(JSON.stringify(scores), /"hidden":1/u);
      } finally {
        log.dispose();
      }
      const python = process.env['INSPECT_PYTHON'] ?? 'python3';
      const read = spawnSync(python, ['-c', inspectReads, runFile(dir, 'log')], {
        encoding: 'utf8',
      });
      if (/No module named 'inspect_ai'|ENOENT/u.test(read.stderr + String(read.error))) {
        console.log('    skipped: no Python with inspect_ai found (set INSPECT_PYTHON)');
      } else {
        assert.equal(read.stdout, 'success 4 7 1\n', read.stderr);
      }
    });

    test('a program that wraps the original passes nothing, whatever is done to the cases', async () => {
      const wrapper = 'import subprocess, sys\nsubprocess.run(["mirror", *sys.argv[1:]])\n';
      play([
        {
          calls: [
            bash(
              'cd /workdir && chmod -R u+w . ; : > cases.jsonl; mkdir -p src/mirror && cd src && ' +
                `touch mirror/__init__.py && printf '%s' '${wrapper}' > mirror/__main__.py && ` +
                'python3 -m mirror a b',
            ),
          ],
        },
      ]);
      const budget = { tokens: 400 };
      const { dir, state } = await startRun({ target, language: 'python', budget }, await host());
      const [wrapped, refused] = (await eventsOf(dir)).filter((event) => event.event === 'tool');
      assert.equal(wrapped?.result, 'a,b\n', 'the wrapper does not even work in the workspace');
      assert.match(String(refused?.result), /^Not submitted: 0 of 3 visible test cases pass/u);
      assert.deepEqual([state.status, state.end?.kind], ['done', 'limit']);
      assert.deepEqual([state.score?.['all'], state.solved], [0, false]);
    });

    test('a model that is gone pauses the run, which goes on when it is back', async () => {
      server.play((request) =>
        turn(request) < 2 ? (solve[turn(request)] ?? {}) : { error: { status: 503 } },
      );
      const paused = await run();
      assert.equal(paused.state.status, 'paused');
      assert.match(paused.state.reason ?? '', /503/u);
      assert.equal(paused.state.score, undefined);
      play(solve);
      const { state, dir } = await resumeRun(paused.dir, await host());
      assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
      const models = (await eventsOf(dir)).filter(({ event }) => event === 'model');
      assert.equal(models.length, 4, 'no step was done twice');
    });

    ofLoop(
      'a submission below the gate is refused; a used-up budget ends the run, which is scored',
      async () => {
        server.play(() => ({ calls: [call('submit')], usage: { input: 3000, output: 0 } }));
        const { dir, state } = await run();
        assert.deepEqual([state.status, state.end?.kind, state.solved], ['done', 'limit', false]);
        assert.equal(state.score?.['all'], 0, 'there is no candidate');
        const answers = (await eventsOf(dir)).filter((event) => event.event === 'tool');
        assert.match(answers[0]?.result ?? '', /^Not submitted: 0 of 3/u);
      },
    );

    test('killed without a word at any step, it goes on as if nothing had been', async () => {
      const hung = new Set<number>();
      let reached: (n: number) => void = () => undefined;
      server.play((request) => {
        const n = turn(request);
        if (n >= 1 && n <= 2 && !hung.has(n)) {
          hung.add(n);
          reached(n);
          return { text: 'never heard', delayMs: 60_000 };
        }
        return solve[n] ?? {};
      });
      const script = path.resolve('test/support/runs/runChild.ts');
      const order: ChildOrder = {
        target: target.path,
        root: folder,
        baseUrl: server.baseUrl,
        distDir,
        engine: kind,
        ...(daemon === undefined ? {} : { dockerHost: `unix://${daemon.socketPath}` }),
      };
      const atStep = new Promise<number>((resolve) => {
        reached = resolve;
      });
      const before = new Set((await listRuns(workFolder)).map(({ dir }) => dir));
      const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      assert.equal(await atStep, 1);
      const [killed] = (await listRuns(workFolder)).filter(({ dir }) => !before.has(dir));
      assert.ok(killed?.isLive);
      await assert.rejects(resumeRun(killed.dir, await host()), /still at it/u);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const [left] = (await listRuns(workFolder)).filter(({ dir }) => dir === killed.dir);
      assert.deepEqual([left?.isLive, left?.state.status], [false, 'running']);
      const pausing = new AbortController();
      reached = () => pausing.abort();
      const paused = await resumeRun(killed.dir, await host({ signal: pausing.signal }));
      assert.equal(paused.state.status, 'paused', 'it had to be asked again');
      const { state, dir } = await resumeRun(killed.dir, await host());
      assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
      const tools = (await eventsOf(dir)).filter((event) => event.event === 'tool');
      assert.deepEqual(
        tools.map((event) => event.function),
        [
          ...['bash', 'text_editor', 'bash', 'evaluate_testcases', 'evaluate_testcases'],
          ...['resources', 'submit'],
        ],
      );
    });

    test('an engine that dies pauses the run; another one goes on with it', async () => {
      const dying = newEngine();
      let isDead = false;
      server.play((request) => solve[turn(request)] ?? {});
      const onProgress: RunHost['onProgress'] = ({ state }) => {
        if (state.steps === 1 && !isDead) {
          isDead = true;
          void dying.dispose();
        }
      };
      const paused = await run({ engine: dying, onProgress });
      assert.equal(paused.state.status, 'paused');
      assert.equal(paused.state.score, undefined);
      const { state } = await resumeRun(paused.dir, await host());
      assert.deepEqual([state.status, state.solved], ['done', true]);
    });

    ofLoop('runs of one group spend one budget together', async () => {
      play(Array.from({ length: 50 }, () => ({ calls: [call('resources')] })));
      const options = { target, language: 'python', budget: { tokens: 300 }, group: 'g' } as const;
      const first = await startRun(options, await host());
      const second = await startRun({ ...options, repetition: 2 }, await host());
      assert.equal(first.state.spent.tokens, 330);
      assert.deepEqual([second.state.end?.kind, second.state.spent.tokens], ['limit', 0]);
      const alone = await startRun({ ...options, group: 'another' }, await host());
      assert.equal(alone.state.spent.tokens, 330);
    });

    ofLoop('a pause and a new budget can be asked for from outside', async () => {
      server.play((request) => {
        const n = turn(request);
        return {
          ...(n < 6 ? { calls: [bash(`echo ${n}`)] } : solve[1]),
          usage: { input: 1500, output: 0 },
        };
      });
      const first = await run({
        onProgress: ({ dir, state }) => {
          if (state.steps === 2 && state.status === 'running') {
            void pauseRun(dir);
          }
        },
      });
      // Several steps may go by within the second in which it is looked for.
      assert.ok(first.state.status === 'paused' || first.state.end?.kind === 'limit');
      const second = await resumeRun(first.dir, await host()).catch(
        (error: unknown) => error as Error,
      );
      assert.ok(second instanceof Error || second.state.end?.kind === 'limit');
      await assert.rejects(resumeRun(first.dir, await host()), /is done/u);
      await extendBudget(first.dir, { tokens: 100_000 });
      play(solve);
      const { state } = await resumeRun(first.dir, await host());
      assert.deepEqual([state.status, state.end?.kind], ['done', 'submitted']);
    });

    ofLoop('a full disk pauses the run and loses nothing', async function () {
      const small = path.join(folder, 'small');
      await mkdir(small);
      const mount = (...args: string[]) =>
        spawnSync('mount', [...args, 'tmpfs', small]).status === 0;
      if (!mount('-t', 'tmpfs', '-o', 'size=200k')) {
        console.log('    Skipped: making a small disk needs root');
        this.skip();
      }
      try {
        play([{ calls: [bash('head -c 60000 /dev/urandom | od -An -tx1')] }, ...solve.slice(1)]);
        const paused = await run({ workFolder: new WorkFolder(small) });
        assert.equal(paused.state.status, 'paused');
        assert.match(paused.state.reason ?? '', /ENOSPC|disk space/u);
        assert.ok(mount('-o', 'remount,size=50m'));
        const { state } = await resumeRun(
          paused.dir,
          await host({ workFolder: new WorkFolder(small) }),
        );
        assert.deepEqual([state.status, state.solved, state.steps], ['done', true, 4]);
      } finally {
        spawnSync('umount', ['-l', small]);
      }
    });

    suite('what an agent may try', () => {
      let bench: Workbench;
      const notes: OracleNote[] = [];
      const shell = (command: string, timeoutMs = 30_000): Promise<ShellResult> =>
        bench.workspace.shell(command, { timeoutMs, outputLimit: 64 * 1024 });
      const output = async (command: string, timeoutMs?: number) =>
        (await shell(command, timeoutMs)).output;

      suiteSetup(async () => {
        bench = await Workbench.open({
          target,
          language: 'python',
          engine: engine!,
          files: [],
          onCall: (note) => notes.push(note),
          signal: new AbortController().signal,
          limits,
        });
      });
      suiteTeardown(() => bench.dispose());

      test('the reference answers and is nowhere to be found', async () => {
        assert.equal(await output('mirror --mark'), `${referenceMark}\n`);
        assert.equal(
          await output(
            `grep -rlsaF ${referenceMark.slice(0, 12)} / --exclude-dir=proc --exclude-dir=sys`,
          ),
          '',
        );
        assert.equal(
          await output(`grep -rlsaF ${hiddenMark} / --exclude-dir=proc --exclude-dir=sys`),
          '',
        );
      });

      test('it cannot be had to print itself, nor be given code to run', async () => {
        for (const file of ['/reference/bin/mirror', '/proc/self/exe', '/proc/self/mem']) {
          assert.match(await output(`mirror read ${file}`), /mirror: no|^$|^mirrorcode/u, file);
        }
        assert.equal(
          await output('ln -s /reference/bin/mirror it; mirror read it; rm it'),
          'mirror: no it\n',
        );
        assert.equal(await output('LD_PRELOAD=/x.so mirror show LD_PRELOAD'), '-\n');
        assert.equal(await output('MIRROR_MODE=7 mirror show MIRROR_MODE'), '7\n');
      });

      test('bytes, files, signals and exit codes come through as they are', async () => {
        assert.equal(
          await output(
            'head -c 300000 /dev/urandom > in; mirror < in | cmp - <(tr a-z A-Z < in) && echo same',
          ),
          'same\n',
        );
        assert.equal(
          await output('mirror make new; cat new; mirror read new; rm new'),
          'made\nmade\n',
        );
        assert.equal((await shell("mirror $'a\\xff' | od -An -tx1")).output, ' 61 ff 0a\n');
        assert.match(await output('mirror abort; echo $?'), /134\n$/u);
        assert.match(await output('mirror read none; echo $?'), /mirror: no none\n2\n/u);
        assert.equal(await output('yes a | mirror | head -2'), 'A\nA\n');
        assert.equal(notes.at(-1)?.argv[0], 'mirror');
      });

      test('there is no network and no host', async () => {
        const listener = createServer().listen(0, '127.0.0.1');
        await once(listener, 'listening');
        const { port } = listener.address() as AddressInfo;
        try {
          assert.match(
            await output(`exec 9<>/dev/tcp/127.0.0.1/${port} && echo in`),
            /refused|Cannot assign|unreachable/u,
          );
        } finally {
          listener.close();
        }
        assert.equal(
          await output(
            'cat /proc/1/environ /root/.bashrc 2>/dev/null; ls /root /work/* 2>/dev/null',
          ),
          '',
        );
      });

      test('a snapshot has what changed and what did not', async () => {
        const contents = async () => {
          const files = await bench.workspace.candidate();
          const texts = files.map(async (file) =>
            file.kind === 'file'
              ? `${file.path}=${Buffer.from(await readContent(file.content)).toString()}`
              : file.path,
          );
          return Promise.all(texts);
        };
        await output('mkdir -p src/a src/.git; echo 1 > src/a/old; echo 2 > src/other; sleep 0.2');
        assert.deepEqual(await contents(), ['a', 'a/old=1\n', 'other=2\n']);
        await output('echo 3 > src/a/new; rm src/other');
        assert.deepEqual(await contents(), ['a', 'a/new=3\n', 'a/old=1\n']);
        assert.deepEqual(await contents(), ['a', 'a/new=3\n', 'a/old=1\n']);
        await output('rm -r src/*');
        assert.deepEqual(await contents(), []);
      });

      test('the server cannot be read or traced; killed, it costs the agent its own shell', async () => {
        await output('mkdir -p src; echo kept > src/kept; keep=1');
        await bench.workspace.candidate();
        const pid = (await output('pgrep -of "runner agent"')).trim();
        assert.match(
          await output(`cat /proc/${pid}/mem /proc/${pid}/environ; ls /proc/${pid}/fd`),
          /denied/u,
        );
        assert.match((await shell(`kill -9 ${pid}; sleep 10`)).output, /workspace was restarted/u);
        assert.equal(await output('cat src/kept; echo "[$keep]"; mirror a'), 'kept\n[]\na\n');
      });

      test('a fork bomb, a full disk and a hungry process end, and the shell goes on', async () => {
        const bomb = await shell('f() { f | f & }; f; sleep 60', 1500);
        assert.equal(bomb.exit.kind, 'timeout');
        assert.equal(await output('echo alive; cat src/kept'), 'alive\nkept\n');
        assert.match(
          await output('head -c 500M /dev/zero > full; rm full; echo $?'),
          /(No space left|File size limit)[^]*0\n/u,
        );
        const eaten = await output(`python3 -c 'x = b"x" * (900 << 20)'; echo "ended $?"`);
        assert.match(eaten, /ended 1(37)?\n|restarted/u);
        assert.match(await output('echo alive'), /alive/u);
      });

      test('a time-out ends what hangs, and output is bounded', async () => {
        assert.equal((await shell('sleep 100 & sleep 100', 300)).exit.kind, 'timeout');
        const flood = await shell('yes | head -c 50M; echo the end');
        assert.ok(flood.output.length < 70_000);
        assert.match(flood.output, /the end\n$/u);
        assert.equal(flood.cutFrom, 50 * MiB + 8);
      });
    });
  });
}

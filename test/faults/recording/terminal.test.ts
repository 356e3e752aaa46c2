import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Case } from '../../../src/core/cases/case';
import { formatCase } from '../../../src/core/cases/caseLayout';
import { bytesContent, contentSize } from '../../../src/core/cases/content';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { Recorder } from '../../../src/core/recording/recorder';
import { openTerminal } from '../../../src/core/recording/terminal/openTerminal';
import type { TerminalEvent } from '../../../src/core/recording/terminal/recordingTerminal';
import type { Engine } from '../../../src/core/sandbox/sandbox';
import { selectEngine } from '../../../src/core/sandbox/selectEngine';
import { openTarget } from '../../../src/core/targets/openTarget';
import type { Target } from '../../../src/core/targets/target';
import { WorkFolder } from '../../../src/core/workFolder';
import { buildDist } from '../../support/engines/builtDist';

interface Session {
  readonly out: string;
  readonly err: string;
  readonly events: readonly TerminalEvent[];
  /** What waits then, by the command line. */
  readonly captured: ReadonlyMap<string, Case>;
}

suite('the recording terminal', function () {
  this.timeout(120_000);
  let dir: string;
  let distDir: string;
  let engine: Engine;
  let isReady = false;
  let target: Target;
  const inWork = (name: string) => path.join(dir, 'work', name);

  suiteSetup(async function () {
    try {
      distDir = buildDist();
      engine = await selectEngine('bubblewrap', { distDir });
      isReady = true;
    } catch (error) {
      console.log(`    Skipped: ${String(error)}`);
      this.skip();
    }
  });
  suiteTeardown(() => (isReady ? engine.dispose() : undefined));

  setup(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'terminal-'));
    await mkdir(inWork(''));
    await mkdir(path.join(dir, 'sed'));
    const manifest = path.join(dir, 'sed', 'mirrorcode.json');
    await writeFile(manifest, '{"name":"sed","reference":"/usr/bin/sed","languages":{"c":{}}}');
    target = await openTarget(manifest);
  });
  teardown(() => rm(dir, { recursive: true }));

  async function open(events: TerminalEvent[]) {
    const terminal = await openTerminal({
      target,
      engine,
      workFolder: new WorkFolder(dir),
      distDir,
      runs: 3,
      onEvent: (event) => events.push(event),
    });
    await run(terminal.folder, `/usr/bin/env -0 > ${terminal.folder}/environment`).ended;
    return terminal;
  }

  function run(folder: string, script: string) {
    const env = { ...process.env, PATH: `${folder}/mirrorcode-shims:${process.env['PATH'] ?? ''}` };
    const child: ChildProcess = spawn('/bin/bash', ['-c', script], { cwd: inWork(''), env });
    child.stdin?.end();
    const { stdout, stderr } = child;
    assert.ok(stdout !== null && stderr !== null);
    const ended = Promise.all([buffer(stdout), buffer(stderr), once(child, 'exit')]);
    return { child, ended };
  }

  /** What a script prints and what is captured of it once all is checked. */
  async function session(script: string): Promise<Session> {
    const events: TerminalEvent[] = [];
    const terminal = await open(events);
    const [out, err] = await run(terminal.folder, script).ended.finally(() => terminal.dispose());
    const captured = new Map<string, Case>();
    const store = new FolderStore(path.join(new WorkFolder(dir).pending, 'sed', 'cases'));
    for await (const one of store.readAll()) {
      captured.set(one.input.args.join(' '), one);
    }
    return { out: out.toString('latin1'), err: err.toString(), events, captured };
  }

  /** The same recorded from outside, under the same name. */
  async function recorded(name: string, input: Partial<Case['input']>): Promise<string> {
    const recorder = await Recorder.open(target, engine, { lanes: 2 });
    try {
      const whole = { args: [], env: {}, stdin: bytesContent(''), files: [], ...input };
      const { case: one } = await recorder.record({ name, labels: [], duals: [], input: whole });
      return formatCase(one);
    } finally {
      await recorder.dispose();
    }
  }

  test('captures pipelines and loops as an outside recording has them, to the byte', async () => {
    const script = String.raw`
      printf 'a\nb' | sed s/a/x/ | sed s/b/y/
      for n in 1 2; do printf '\377\0z' | sed -n "$n"p; done
      LC_ALL=C sed --version-of
      echo "code $?"
      sed -n $'\377' < /dev/null; true`;
    const { out, captured } = await session(script);
    assert.match(out, /^x\ny\xff\0zcode 1\n/);
    const wanted: [string, Partial<Case['input']>][] = [
      ['s/a/x/', { stdin: bytesContent('a\nb') }],
      ['s/b/y/', { stdin: bytesContent('x\nb') }],
      ['-n 1p', { stdin: bytesContent(Buffer.from([0xff, 0, 0x7a])) }],
      ['-n 2p', { stdin: bytesContent(Buffer.from([0xff, 0, 0x7a])) }],
      ['--version-of', { env: { LC_ALL: 'C' } }],
      ['-n \udcff', {}],
    ];
    assert.deepEqual([...captured.keys()].sort(), wanted.map(([line]) => line).sort());
    for (const [line, input] of wanted) {
      const one = captured.get(line);
      assert.ok(one);
      assert.equal(formatCase(one), await recorded(one.name, { args: line.split(' '), ...input }));
    }
  });

  test('a case has the files that were read, and what was written is in the folder', async () => {
    await writeFile(inWork('read.txt'), 'one\n');
    await writeFile(inWork('other.txt'), 'two\n');
    const { captured } = await session('sed -i s/one/uno/ read.txt; sed -n "w made.txt" other.txt');
    assert.equal(await readFile(inWork('read.txt'), 'utf8'), 'uno\n');
    assert.equal(await readFile(inWork('made.txt'), 'utf8'), 'two\n');
    const inPlace = captured.get('-i s/one/uno/ read.txt');
    const written = captured.get('-n w made.txt other.txt');
    const paths = (one: Case | undefined) => [
      one?.input.files.map(({ path: at }) => at),
      one?.gold?.outputs.map(({ path: at }) => at),
    ];
    assert.deepEqual(paths(inPlace), [['read.txt'], ['read.txt']]);
    assert.deepEqual(paths(written), [['other.txt'], ['made.txt']]);
  });

  test('a call leaves to others the stdin that it does not read', async () => {
    await writeFile(inWork('list'), 'a\nb\nc\n');
    const { out, captured } = await session(
      String.raw`while read line; do sed --posix "s/x/$line/" /dev/null; echo "$line"; done < list
      printf '1\n2\n' | { sed --help > /dev/null; cat; }
      { sed 1q > first; } < list; cat first`,
    );
    assert.equal(out, 'a\nb\nc\n1\n2\na\n');
    const unread = captured.get('--help')?.input.stdin;
    assert.ok(unread !== undefined);
    assert.equal(contentSize(unread), 0);
  });

  test('a reader that goes ends the call as it would the program', async () => {
    const { out, events, captured } = await session(
      String.raw`yes | sed s/y/z/ | head -1; echo "\${PIPESTATUS[@]}"
      seq 200000 > list; sed p < list | head -1; echo "\${PIPESTATUS[0]}"`.replaceAll('\\$', '$'),
    );
    assert.equal(out, 'z\n141 141 0\n1\n141\n');
    assert.deepEqual([...captured.keys()], ['p']);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === 'leftOut' ? [event.reason] : [])),
      ['its output was cut off before its stdin had ended'],
    );
  });

  test('an interrupted call is gone, and the next one is served', async () => {
    const events: TerminalEvent[] = [];
    const terminal = await open(events);
    const { child, ended } = run(terminal.folder, 'exec sed -u p < <(echo begun; exec sleep 1000)');
    assert.ok(child.stdout !== null);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGINT');
    child.stdout.destroy();
    child.stderr?.destroy();
    await ended.catch(() => undefined); // its streams were closed here
    const [next] = await run(terminal.folder, 'echo a | sed s/a/b/').ended;
    assert.equal(next.toString(), 'b\n');
    await terminal.dispose();
    assert.deepEqual(events[0], {
      kind: 'leftOut',
      call: 'sed -u p',
      reason: 'it was interrupted',
    });
  });

  test('eight megabytes pass unharmed, and what is asked twice is captured once', async () => {
    const { out, captured, events } = await session(
      'seq 1200000 | sed -n p | sha256sum; seq 1200000 | sha256sum; echo q | sed p; echo q | sed p',
    );
    const [passed, plain] = out.split('\n');
    assert.equal(passed, plain);
    assert.deepEqual([...captured.keys()].sort(), ['-n p', 'p']);
    assert.equal(events.filter(({ kind }) => kind === 'captured').length, 2);
  });

  test('a shim whose terminal is gone says so', async () => {
    const terminal = await open([]);
    const kept = path.join(dir, 'mirrorcode-shims');
    await mkdir(kept);
    await run(terminal.folder, `cp -P ${terminal.folder}/mirrorcode-shims/sed ${kept}/sed`).ended;
    await terminal.dispose();
    const { child, ended } = run(dir, 'sed p');
    const [, err] = await ended;
    assert.match(err.toString(), /nobody records here any more/);
    assert.equal(child.exitCode, 125);
  });
});

import assert from 'node:assert/strict';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import type { CliIo } from '../../../src/cli/io';
import { registerScoreCommand } from '../../../src/cli/score';
import { registerTranscriptCommand } from '../../../src/cli/transcript';
import { runFile } from '../../../src/core/agents/run/runFolder';
import type { RunHost } from '../../../src/core/agents/run/runOptions';
import { openTranscript } from '../../../src/core/transcripts/openTranscript';
import type { Transcript } from '../../../src/core/transcripts/openTranscript';
import type { ScriptedAnswer } from '../../support/modelServer/modelServer';
import { goodCandidate } from '../../support/runs/mirrorTarget';
import { bash, call, create, RunRig, turn } from '../../support/runs/runRig';
import { scriptedProgram } from '../../support/runs/scriptedProgram';

const main = '/workdir/src/mirror/__main__.py';
const data = '/workdir/src/table.bin';
/** What no reading of the command can tell: adds a line, which is given from its end. */
const edit = (backwards: string) =>
  bash(`python3 - <<'END'
import os
path = '${main}'
with open(path, 'a') as file:
    file.write('${backwards}'[::-1] + chr(10))
with open('/workdir/src/table.bin', 'wb') as file:
    file.write(bytes([0, 255, len(os.listdir('/workdir/src'))]))
END`);
const script: readonly ScriptedAnswer[] = [
  { calls: [create('mirror/__main__.py', goodCandidate), bash('touch /workdir/src/notes.txt')] },
  { calls: [edit('eno #')] },
  { calls: [bash('cat /workdir/src/mirror/__main__.py')] },
  // What it seems to do, it does not do.
  { calls: [bash('cd /nowhere && echo broken > /workdir/src/notes.txt; true')] },
  { calls: [bash(`sed -i -e 's/# one/# two/' ${main}; rm /workdir/src/notes.txt`)] },
  { calls: [bash(`sed -i s/upper/lower/ ${main}`)] },
  { calls: [bash(`sed -i s/lower/upper/ ${main}`)] },
];

suite('the workspace of a run as it was recorded', function () {
  this.timeout(120_000);
  let rig: RunRig;
  let dir: string;

  suiteSetup(async function () {
    rig = await RunRig.start('bubblewrap', this);
    rig.play([...script, { calls: [call('submit')] }]);
    const { dir: made, state } = await rig.run();
    assert.equal(state.status, 'done', state.reason);
    dir = made;
  });
  suiteTeardown(() => (rig as RunRig | undefined)?.dispose());

  async function open<T>(log: string, use: (transcript: Transcript) => Promise<T>): Promise<T> {
    const transcript = await openTranscript(log);
    try {
      await transcript.load(0);
      return await use(transcript);
    } finally {
      transcript.dispose();
    }
  }

  /** Ordinals of the model's calls of tools. */
  async function calls(transcript: Transcript): Promise<number[]> {
    const events = await transcript.summaries(0, 0, await transcript.count(0));
    return events.filter(({ type }) => type === 'tool').map(({ ordinal }) => ordinal);
  }

  const cli = (...args: readonly string[]) => command('transcript', 'workspace', ...args);

  async function command(...args: readonly string[]): Promise<{ out: Buffer; notes: string }> {
    const out: Buffer[] = [];
    const notes: string[] = [];
    const io: CliIo = {
      cwd: rig.folder,
      distDir: rig.distDir,
      env: { XDG_CACHE_HOME: path.join(rig.folder, 'cache') },
      stdin: Readable.from([]),
      signal: new AbortController().signal,
      out: (text) => void out.push(Buffer.from(text)),
      json: (document) => void out.push(Buffer.from(JSON.stringify(document))),
      note: (line) => void notes.push(line),
      progress: () => undefined,
      setExitCode: () => undefined,
    };
    const program = new Command('mirrorcode').exitOverride();
    registerTranscriptCommand(program, io);
    registerScoreCommand(program, io);
    await program.parseAsync(args, { from: 'user' });
    return { out: Buffer.concat(out), notes: notes.join('\n') };
  }

  test('holds the exact bytes of every event, whatever made them', () =>
    open(runFile(dir, 'log'), async (transcript) => {
      const [written, , edited, looked, refused, replaced] = await calls(transcript);
      const at = (file: string, ordinal = -1) => transcript.fileAt(0, file, ordinal);
      assert.equal((await at(main, written))?.text, goodCandidate);
      for (const ordinal of [edited, looked]) {
        const version = await at(main, ordinal);
        assert.equal(version?.text, `${goodCandidate}# one\n`);
        assert.equal(version.complete, true);
        assert.deepEqual(
          version.parts.map(({ certainty, ordinal: from }) => [certainty, from]),
          [
            ['known', written],
            ['known', edited],
          ],
        );
      }
      assert.equal((await at(main, replaced))?.text, `${goodCandidate}# two\n`);
      assert.deepEqual([...((await at(data, edited))?.bytes ?? [])], [0, 255, 3]);
      assert.equal((await at('/workdir/src/notes.txt', refused))?.text, '');
      assert.equal((await at('/workdir/src/notes.txt', replaced))?.exists, false);
      const files = await transcript.workspace(0, replaced ?? 0);
      assert.deepEqual(
        files.map(({ path: name, exists, ordinal, changes }) => [name, exists, ordinal, changes]),
        [
          [main, true, replaced, 3],
          ['/workdir/src/notes.txt', false, replaced, 2],
          [data, true, edited, 1],
        ],
      );
      assert.deepEqual(
        (await transcript.fileHistory(0, main))
          .slice(0, 3)
          .map(({ ordinal, text }) => [ordinal, text]),
        [
          [written, goodCandidate],
          [edited, `${goodCandidate}# one\n`],
          [replaced, `${goodCandidate}# two\n`],
        ],
      );
      assert.deepEqual(await transcript.workspaceProblems(0), []);
    }));

  test('the command line prints, compares and writes what was recorded', async () => {
    const log = runFile(dir, 'log');
    const [written, , edited, , , replaced] = await open(log, calls);
    const shown = await cli(log, '--file', main, '--at', String(edited));
    assert.equal(shown.out.toString(), `${goodCandidate}# one\n`);
    assert.equal(shown.notes, 'All of it is in the record.');
    const diff = await cli(log, '--at', String(replaced), '--since', String(edited));
    assert.match(diff.out.toString(), /^-# one\n\+# two\n/mu);
    assert.doesNotMatch(diff.out.toString(), /table\.bin/u);
    assert.match((await cli(log, '--since', String(written))).out.toString(), /table\.bin/u);
    assert.deepEqual([...(await cli(log, '--file', data)).out], [0, 255, 3]);
  });

  test('what is missing or damaged is told of, and put together from the edits', async () => {
    const copy = path.join(rig.folder, 'copy');
    await cp(dir, copy, { recursive: true });
    const log = runFile(copy, 'log');
    const [, , edited] = await open(log, calls);
    const states = path.join(runFile(copy, 'history'), 'states');
    const objects = path.join(runFile(copy, 'history'), 'objects');
    for (const name of await readdir(objects, { recursive: true })) {
      if (/\w{62}$/u.test(name)) {
        await writeFile(path.join(objects, name), 'damaged');
      }
    }
    await open(log, async (transcript) => {
      const version = await transcript.fileAt(0, main, edited ?? 0);
      assert.equal(version?.text, goodCandidate);
      assert.match(version.problem ?? '', /put together from edits: The run's history/u);
      assert.ok(version.parts.every(({ certainty }) => certainty === 'inferred'));
    });
    assert.match((await cli(log, '--file', main)).notes, /put together from edits/u);
    for (const name of await readdir(states)) {
      await writeFile(path.join(states, name), '{"from":"../../../../etc/passwd"}');
    }
    await open(log, async (transcript) => {
      const [problem] = await transcript.workspaceProblems(0);
      assert.match(problem ?? '', /^From event \d+ on: .* damaged/u);
    });
    assert.match((await cli(log)).notes, /damaged/u);
    await rm(runFile(copy, 'history'), { recursive: true });
    await open(log, async (transcript) => {
      const version = await transcript.fileAt(0, main, edited ?? 0);
      assert.equal(version?.text, goodCandidate);
      assert.match((await transcript.workspaceProblems(0)).join(), /no folder "history"/u);
    });
  });

  test('a past state is scored as it stood', async () => {
    const score = async (...args: readonly string[]) =>
      JSON.parse(
        (
          await command('score', rig.target.path, '--run', dir, '--cases', 'visible', ...args)
        ).out.toString(),
      ) as { dir: string; step: number; language: string; score: { visible: number } };
    const shown = ({ step, language, score: { visible } }: Awaited<ReturnType<typeof score>>) => [
      step,
      language,
      visible,
    ];
    assert.deepEqual(shown(await score('--step', '2', '--json')), [2, 'python', 1]);
    const broken = await score('--step', '6', '--json');
    assert.deepEqual(shown(broken), [6, 'python', 2 / 3]);
    const again = ['--resume', broken.dir, '--step'] as const;
    assert.deepEqual(shown(await score(...again, '6', '--json')), [6, 'python', 2 / 3]);
    await assert.rejects(score(...again, '7'), /candidate/u);
    assert.deepEqual(shown(await score('--json')), [8, 'python', 1]);
    await assert.rejects(score('--step', '9'), /has finished 8 steps, and no step 9/u);
    await assert.rejects(score('--candidate', dir), /a run has a candidate of its own/u);
  });

  test("an agent's own program leaves the same", async () => {
    const answers = [
      ...script.map(({ calls: list = [] }) => ({
        calls: list.map((one) =>
          one.name === 'bash'
            ? one
            : bash(`mkdir -p ${path.dirname(main)}; cat > ${main} <<'END'\n${goodCandidate}END\n`),
        ),
      })),
      { calls: [bash('submit')] },
    ];
    rig.server.play((request) => answers[turn(request)] ?? { text: 'What now?' });
    const program: RunHost['program'] = await scriptedProgram(rig.server.baseUrl);
    const { dir: made, state } = await rig.run({ program }, { budget: { tokens: 100_000 } });
    assert.equal(state.status, 'done', state.reason);
    await open(runFile(made, 'log'), async (transcript) => {
      const [, , edited, , , replaced] = await calls(transcript);
      const texts = await Promise.all(
        [edited, replaced].map((ordinal) => transcript.fileAt(0, main, ordinal ?? -1)),
      );
      assert.deepEqual(
        texts.map((version) => version?.text),
        [`${goodCandidate}# one\n`, `${goodCandidate}# two\n`],
      );
    });
  });
});

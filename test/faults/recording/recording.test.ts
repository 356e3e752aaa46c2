import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesContent } from '../../../src/core/cases/content';
import { GoldStore } from '../../../src/core/cases/gold/goldStore';
import { recordIntoStore } from '../../../src/core/recording/recordIntoStore';
import { Recorder } from '../../../src/core/recording/recorder';
import { verifyTarget } from '../../../src/core/recording/verify';
import { draft, golden, processesOf, textFile, useRealProgram } from './real/realProgram';

suite('recording a real program', function () {
  this.timeout(120_000);
  const real = useRealProgram();

  test('a case that the store has no place for takes no other with it', async () => {
    const store = new GoldStore(path.join(real.dir, 'rows.jsonl'));
    const target = { ...real.target, store };
    const options = { lanes: 2, replace: false, allowFlaky: false, pin: false, runs: 1 };
    const drafts = [draft('a', 'echo'), draft('b', 'files'), draft('c', 'echo')];
    const recorded = await recordIntoStore(target, real.engine, drafts, options);
    assert.deepEqual(
      recorded.map(({ stored }) => stored),
      [true, false, true],
    );
    assert.match(recorded[1]?.reason ?? '', /no place for the files that the program leaves/u);
    assert.deepEqual(
      (await store.list()).cases.map(({ name }) => name),
      ['a', 'c'],
    );
    const named = [draft('a', 'echo'), draft('up//there', 'echo')];
    const [first, second] = await real.recordAll(named, { runs: 1 });
    assert.equal(first?.stored, true);
    assert.match(second?.reason ?? '', /can't be the name of a case/u);
  });

  test('every byte comes back: binary, large, empty, with files, through /dev/stdin', async () => {
    const files = [textFile('gone.txt', 'x'), textFile('kept.txt', 'k')];
    const withFiles = draft('a/files', 'files');
    const withStdin = draft('a/stdin', 'stdin');
    const recorded = await real.recordAll([
      draft('a/bytes', 'bytes'),
      draft('a/large', 'large'),
      draft('a/empty', 'echo'),
      draft('a/none', 'echo', 'no line feed'),
      draft('a/raw', 'echo', '\udcff\udc80'),
      draft('a/segv', 'segv'),
      { ...withFiles, input: { ...withFiles.input, files } },
      { ...withStdin, input: { ...withStdin.input, stdin: bytesContent('in') } },
    ]);
    assert.deepEqual(
      recorded.map(({ stored }) => stored),
      Array(8).fill(true),
    );
    const goldOf = async (name: string) => (await real.target.store.read(name)).gold!;
    const run = (...args: string[]) =>
      execFileSync(path.join(real.dir, 'target', 'prog'), args, { maxBuffer: 1 << 27 });
    const bytes = async (name: string) => {
      const { stdout } = await goldOf(name);
      return stdout.kind === 'bytes' ? Buffer.from(stdout.bytes) : readFile(stdout.path);
    };
    assert.deepEqual(await bytes('a/bytes'), Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
    assert.equal((await goldOf('a/bytes')).returncode, 3);
    assert.ok((await bytes('a/large')).equals(run('large')));
    assert.equal((await bytes('a/empty')).length, 0);
    assert.equal((await bytes('a/none')).toString(), 'no line feed');
    assert.deepEqual(await bytes('a/raw'), Buffer.from([0xff, 0x80]));
    assert.equal((await goldOf('a/segv')).returncode, -11);
    assert.equal((await bytes('a/segv')).toString(), 'before\n');
    assert.equal((await bytes('a/stdin')).toString(), 'in');
    const { outputs } = await goldOf('a/files');
    assert.deepEqual(
      outputs.map((entry) => [entry.kind, entry.path, 'mode' in entry ? entry.mode : undefined]),
      [
        ['absent', 'gone.txt', undefined],
        ['file', 'kept.txt', 0o644],
        ['file', 'made.bin', 0o750],
        ['dir', 'sub', 0o700],
        ['link', 'sub/link', undefined],
      ],
    );
  });

  test('flaky cases are refused with their cause, and firm ones kept', async () => {
    const ordered = draft('f/order', 'order');
    const files = ['a', 'b', 'c'].map((name) => textFile(name, ''));
    const recorded = await real.recordAll([
      draft('f/clock', 'clock'),
      draft('f/zone', 'zone'),
      draft('f/random', 'random'),
      { ...ordered, input: { ...ordered.input, files } },
      draft('f/firm', 'echo', 'x'),
    ]);
    assert.deepEqual(
      recorded.map(({ name, stored, flakes }) => [
        name,
        stored,
        ...flakes.map((flake) => flake.variations.join()),
      ]),
      [
        ['f/clock', false, 'clock'],
        ['f/zone', false, 'tz'],
        ['f/random', false, ''],
        ['f/order', false, 'dir-order'],
        ['f/firm', true],
      ],
    );
    assert.deepEqual(
      (await real.target.store.list()).cases.map(({ name }) => name),
      ['f/firm'],
    );
  });

  test('pinning makes a case firm; allowing keeps it with a label', async () => {
    const [pinned] = await real.recordAll([draft('p/zone', 'zone')], { pin: true });
    assert.deepEqual([pinned?.stored, pinned?.pinned], [true, ['TZ']]);
    assert.deepEqual((await real.target.store.read('p/zone')).input.env, { TZ: 'UTC' });
    const [allowed] = await real.recordAll([draft('p/random', 'random')], { allowFlaky: true });
    assert.equal(allowed?.stored, true);
    assert.deepEqual((await real.target.store.read('p/random')).labels, ['flaky']);
  });

  test('an existing case is not written over unless that is asked for', async () => {
    await real.recordAll([draft('o/a', 'echo', '1')]);
    await assert.rejects(
      real.recordAll([draft('o/b', 'echo'), draft('o/a', 'echo', '2')]),
      /already/u,
    );
    assert.deepEqual(
      (await real.target.store.list()).cases.map(({ name }) => name),
      ['o/a'],
    );
    await real.recordAll([draft('o/a', 'echo', '2')], { replace: true });
    assert.deepEqual((await real.target.store.read('o/a')).input.args, ['echo', '2']);
  });

  test('a time-out is no gold', async () => {
    const [recorded] = await real.recordAll([draft('t/sleep', 'sleep')]);
    assert.equal(recorded?.stored, false);
    assert.match(recorded.reason ?? '', /longer than 4 s/u);
  });

  test('verifying finds drift, flakes and another reference', async () => {
    await real.recordAll([draft('v/good', 'echo', 'x'), draft('v/old', 'echo', 'y')]);
    const old = await real.target.store.read('v/old');
    await real.target.store.write(
      {
        ...old,
        gold: { ...old.gold!, stdout: bytesContent('z') },
        provenance: { ...old.provenance!, reference: 'sha256:00' },
      },
      { replace: true },
    );
    await real.target.store.write(golden('v/random', ['random'], 'x'));
    const told: string[] = [];
    const verification = await verifyTarget(real.target, real.engine, {
      lanes: 2,
      onCase: ({ name }) => told.push(name),
    });
    assert.deepEqual(told.sort(), ['v/good', 'v/old', 'v/random']);
    const byName = new Map(verification.cases.map((one) => [one.name, one]));
    assert.deepEqual(byName.get('v/good')?.drift, []);
    assert.deepEqual(
      byName.get('v/old')?.drift.map(({ stream }) => stream),
      ['stdout'],
    );
    assert.deepEqual(byName.get('v/random')?.drift, []);
    assert.deepEqual(
      byName.get('v/random')?.flakes.map(({ stream }) => stream),
      ['stdout'],
    );
    assert.deepEqual(verification.otherReference, ['v/old']);
  });

  test('a recorder that is disposed of leaves no process', async () => {
    const recorder = await Recorder.open(real.target, real.engine, { lanes: 2, runs: 1 });
    const recording = recorder.record(draft('r/sleep', 'sleep')).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await recorder.dispose();
    await recording;
    assert.deepEqual(await processesOf('prog'), []);
  });
});

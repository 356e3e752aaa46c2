import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import path from 'node:path';
import type { LoadProgress } from '../../../src/core/transcripts/engine/transcriptService';
import { evalFile, event, toolEvent } from './support/inspectLog';
import { buildWorker } from './support/builtWorker';
import { Temporary } from './support/temporary';

/** Enough to be kept unpacked on disk, and to be unpacked on a thread. */
const filler = 'Twelve or so of these make a kilobyte of the text of an event. '.repeat(15);
const many = Array.from({ length: 60_000 }, (_, number) =>
  event(number, 'info', { data: `${number} ${filler}` }),
);

suite('Transcripts on a thread of their own', function () {
  this.timeout(120_000);
  let files: Temporary;
  let workerPath: string;
  let large: string;
  suiteSetup(async () => {
    files = new Temporary();
    workerPath = await buildWorker(files.folder);
    large = files.write(
      'large.eval',
      evalFile([{ events: [...many, toolEvent(70_000, { id: 'c', tool: 'submit' }, 'needle')] }], {
        zstdFrames: 20_000_000,
      }),
    );
  });
  suiteTeardown(() => files.dispose());

  test('answers as the engine does on this thread, errors and their actions too', async () => {
    const small = files.write('small.eval', evalFile([{ events: many.slice(0, 5) }]));
    const here = await files.open(small);
    const there = await files.open(small, { workerPath });
    assert.deepEqual(await there.info(), await here.info());
    assert.deepEqual(await there.summaries(0, 1, 3), await here.summaries(0, 1, 3));
    assert.deepEqual(await there.event(0, 2), await here.event(0, 2));
    assert.deepEqual(await there.overview(0), await here.overview(0));
    assert.deepEqual(await there.filter(0, { kinds: ['info'] }), Uint32Array.from([0, 1, 2, 3, 4]));
    await assert.rejects(there.event(0, 99), { name: 'RangeError' });
    await assert.rejects(there.load(7), { name: 'UserError' });
    await assert.rejects(files.open(path.join(files.folder, 'absent'), { workerPath }), {
      name: 'UserError',
    });
    const refused = files.open(files.write('no.json', '{"a":1}'), { workerPath });
    await assert.rejects(refused, (error: Error & { action?: string }) => {
      assert.match(error.action ?? '', /Known are/);
      return true;
    });
  });

  test('the first events can be read before the last are indexed; then all is kept', async () => {
    const cacheFolder = path.join(files.folder, 'cache');
    const progress: LoadProgress[] = [];
    const options = {
      workerPath,
      cacheFolder,
      onProgress: (said: LoadProgress) => void progress.push(said),
    };
    const transcript = await files.open(large, options);
    let loaded = false;
    const loading = transcript.load(0).then((info) => {
      loaded = true;
      return info;
    });
    while ((await transcript.count(0)) === 0) {
      // The worker answers between two chunks.
    }
    const [first] = await transcript.summaries(0, 0, 1);
    assert.equal(loaded, false, 'the first page came before the index was complete');
    assert.match(first?.title ?? '', /^0 Twelve/);
    const info = await loading;
    assert.equal(info.events, many.length + 1);
    assert.ok(progress.length > 2);
    assert.ok(progress.every(({ done }, at) => done >= (progress[at - 1]?.done ?? 0)));
    assert.equal(progress.at(-1)?.count, many.length + 1);
    transcript.dispose();

    const kept = readdirSync(cacheFolder);
    assert.deepEqual(kept.map((name) => path.extname(name)).sort(), ['.bytes', '.index']);
    const bytes = path.join(cacheFolder, kept.find((name) => name.endsWith('.bytes')) ?? '');
    const { mtimeMs, ino } = statSync(bytes);
    const again = await files.open(large, { workerPath, cacheFolder });
    assert.equal((await again.load(0)).events, many.length + 1);
    const found: number[] = [];
    await again.search(0, { text: 'needle' }, (hits) =>
      found.push(...hits.map(({ ordinal }) => ordinal)),
    );
    assert.deepEqual(found, [many.length]);
    assert.equal((await again.markers(0)).length, 1);
    assert.equal(statSync(bytes).ino, ino, 'it was not unpacked again');
    assert.ok(mtimeMs > 0);
    again.dispose();

    // What is kept is only a cache: cut short it is made anew, and of a changed file it is not used.
    truncateSync(bytes, 1000);
    const remade = await files.open(large, { workerPath, cacheFolder });
    assert.equal((await remade.load(0)).events, many.length + 1);
    assert.match((await remade.summaries(0, 59_999, 1))[0]?.title ?? '', /^59999 Twelve/);
    remade.dispose();
    utimesSync(large, new Date(), new Date(Date.now() + 5000));
    const changed = await files.open(large, { workerPath, cacheFolder });
    await changed.load(0);
    assert.equal(readdirSync(cacheFolder).filter((name) => name.endsWith('.bytes')).length, 2);
  });

  test('cancelled in the middle of its work it stops, and leaves nothing behind', async () => {
    const cacheFolder = path.join(files.folder, 'cancelled');
    const cancellation = new AbortController();
    const transcript = await files.open(large, {
      workerPath,
      cacheFolder,
      signal: cancellation.signal,
      onProgress: () => cancellation.abort(),
    });
    await assert.rejects(transcript.load(0), { name: 'CancelledError' });
    await assert.rejects(transcript.count(0), { name: 'CancelledError' });
    const left = existsSync(cacheFolder) ? readdirSync(cacheFolder) : [];
    assert.deepEqual(
      left.filter((name) => /\.(?:bytes|index)$/.test(name)),
      [],
    );
  });

  test('an expression that never ends is stopped from outside', async () => {
    const hard = files.write(
      'hard.eval',
      evalFile([{ events: [event(0, 'info', { data: `${'a'.repeat(60)}!` })] }]),
    );
    const transcript = await files.open(hard, { workerPath });
    const search = transcript.search(0, { text: '^(a+)+$', regex: true }, () => undefined);
    setTimeout(() => transcript.dispose(), 300);
    await assert.rejects(search, { name: 'CancelledError' });
  });
});

/**
 * Replay of the transcript that breaks viewers: 337,351 events and 963 MB in one sample. Opening,
 * indexing, seeking, searching and memory, next to unpacking alone, to a plain `JSON.parse` reader and,
 * where Python has it, to Inspect's own reader.
 *
 *     npm run bench transcripts            MIRRORCODE_PYTHON: a Python that has inspect_ai
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FileStore } from '../../src/core/transcripts/bytes/byteStore';
import { openTranscript } from '../../src/core/transcripts/openTranscript';
import type { Transcript } from '../../src/core/transcripts/openTranscript';
import type { SearchQuery } from '../../src/core/transcripts/search/query';
import { unpack } from '../../src/core/transcripts/zip/unpack';
import { packedEntry, readZipDirectory } from '../../src/core/transcripts/zip/zipDirectory';
import { hasNativeZstd } from '../../src/core/transcripts/zip/zstd';
import { EvalArchive, zstdCompressor } from './support/evalArchive';
import { monsterSample, monsterSize, needle, scaled } from './support/monsterSample';

const self = path.resolve('test/bench/transcripts.bench.ts');
const workerPath = path.resolve('dist/workers/transcripts.js');
const samplePath = 'samples/ngnk_epoch_1.json';
/** The largest share of the sample that V8 can hold as one string, with room to spare. */
const parseShare = 0.4;

function row(what: string, value: string, peer = ''): void {
  console.log(`${what.padEnd(46)} ${value.padStart(12)}   ${peer}`);
}

const ms = (milliseconds: number) => `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now();
  const result = await work();
  return [performance.now() - began, result];
}

/** Memory of this process that is no page cache, in bytes. */
function ownMemory(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const anonymous = /RssAnon:\s+(\d+) kB/.exec(status)?.[1];
  return anonymous === undefined ? process.memoryUsage().rss : Number(anonymous) * 1024;
}

async function writeLog(file: string, share: number): Promise<void> {
  const compressor = zstdCompressor();
  if (compressor === undefined) {
    throw new Error('skipped: neither this Node nor a zstd command can compress with zstd');
  }
  const archive = new EvalArchive(file, compressor);
  const start = { version: 2, eval: { task: 'ngnk_python' }, plan: {} };
  await archive.addStored('_journal/start.json', JSON.stringify(start));
  await archive.addZstd(samplePath, monsterSample(share === 1 ? monsterSize : scaled(share)));
  await archive.addStored(
    'header.json',
    JSON.stringify({ ...start, status: 'success', stats: {} }),
  );
  await archive.end();
}

async function unpackOnly(file: string): Promise<number> {
  const store = FileStore.open(file);
  const entry = readZipDirectory(store).entries.get(samplePath);
  if (entry === undefined) {
    throw new Error('the sample is missing');
  }
  const [time] = await timed(() => unpack(packedEntry(store, entry), () => undefined));
  store.close();
  return time;
}

async function measureOpening(file: string, cacheFolder: string): Promise<Transcript> {
  const unpacking = await unpackOnly(file);
  const began = performance.now();
  const first = await openTranscript(file, { workerPath, cacheFolder });
  const loading = first.load(0);
  const rows = await first.summaries(0, 0, 50);
  const painted = performance.now() - began;
  row(`first ${rows.length} rows of a file never seen`, ms(painted), 'at least 2 s, aim 1 s');
  const { events } = await loading;
  const indexed = performance.now() - began;
  const ratio = (indexed / unpacking).toFixed(2);
  row(
    `all ${events} events indexed`,
    ms(indexed),
    `${ratio} × unpacking alone (${ms(unpacking)}); at least 1.5 ×, aim 1.1 ×`,
  );
  first.dispose();
  const [again, transcript] = await timed(async () => {
    const opened = await openTranscript(file, { workerPath, cacheFolder });
    await opened.summaries(0, 0, 50);
    return opened;
  });
  row('first rows of a file seen before', ms(again));
  return transcript;
}

async function measureSeeking(transcript: Transcript): Promise<void> {
  const count = await transcript.count(0);
  const times: number[] = [];
  for (let seek = 0; seek < 300; seek++) {
    const ordinal = (seek * 7_919_993) % count;
    const [time] = await timed(async () => {
      await transcript.summaries(0, ordinal, 40);
      await transcript.event(0, ordinal);
    });
    times.push(time);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => ms(times[Math.floor(share * (times.length - 1))] ?? 0);
  row('seek: 40 rows and one event whole, median', at(0.5), 'at least 50 ms, aim 16 ms');
  row('seek, worst of 300', at(1));
}

async function measureSearch(transcript: Transcript): Promise<void> {
  const queries: readonly [string, SearchQuery][] = [
    ['search, case kept', { text: needle, matchCase: true }],
    ['search, case ignored', { text: needle.toUpperCase() }],
    ['search by expression', { text: 'zyxw-the-[a-z]+-needle', regex: true }],
  ];
  for (const [what, query] of queries) {
    const [time, result] = await timed(() => transcript.search(0, query, () => undefined));
    const speed = `${Math.round(result.bytes / 1e3 / time)} MB/s`;
    row(what, speed, `${ms(time)}, ${result.hits} events; at least 500 MB/s`);
  }
}

/** Runs in a process of its own, so that nothing but the reader is in its memory. */
async function measure(file: string, cacheFolder: string): Promise<void> {
  const before = ownMemory();
  const transcript = await measureOpening(file, cacheFolder);
  await measureSeeking(transcript);
  row(
    'memory while it is open, without page cache',
    `${Math.round((ownMemory() - before) / 1e6)} MB`,
    `and ${Math.round(before / 1e6)} MB that Node itself takes; at most 600 MB, aim 300 MB`,
  );
  await measureSearch(transcript);
  transcript.dispose();
}

/** What everybody would write first: unpack it all, parse it all. */
async function plainReader(file: string): Promise<void> {
  const store = FileStore.open(file);
  const entry = readZipDirectory(store).entries.get(samplePath);
  const chunks: Buffer[] = [];
  if (entry !== undefined) {
    await unpack(packedEntry(store, entry), (chunk) => void chunks.push(Buffer.from(chunk)));
  }
  const bytes = Buffer.concat(chunks.splice(0));
  const [time, outcome] = await timed(() => {
    try {
      const text = bytes.toString('utf8').replace('"drift":NaN', '"drift":0');
      const { events } = JSON.parse(text) as { events: unknown[] };
      return Promise.resolve(`${events.length} events`);
    } catch (error) {
      return Promise.resolve(error instanceof Error ? error.message : String(error));
    }
  });
  const size = `${Math.round(bytes.length / 1e6)} MB`;
  row(
    `JSON.parse of ${size}`,
    ms(time),
    `${outcome}; ${Math.round(ownMemory() / 1e6)} MB of memory`,
  );
}

function inspectReader(file: string): void {
  const python = process.env['MIRRORCODE_PYTHON'] ?? 'python3';
  const script = `
import resource, sys, time
from inspect_ai.log import read_eval_log_sample
began = time.time()
sample = read_eval_log_sample(sys.argv[1], id="ngnk", epoch=1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
print(f"{(time.time() - began) * 1000:.0f} ms|{len(sample.events)} events; {peak} MB of memory")`;
  const { status, stdout } = spawnSync(python, ['-c', script, file], {
    encoding: 'utf8',
    timeout: 600_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [time = '', told = ''] = status === 0 ? stdout.trim().split('|') : ['skipped'];
  row(
    'Inspect’s own reader (Python), whole',
    time,
    status === 0 ? told : `no ${python} with inspect_ai that reads it`,
  );
}

function child(...args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', self, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-bench-transcripts-'));
  try {
    const file = path.join(folder, 'monster.eval');
    await writeLog(file, 1);
    const decoder = hasNativeZstd() ? 'Node’s zstd' : 'zstd in JavaScript';
    console.log(`Node ${process.versions.node}, ${decoder}`);
    child('measure', file, path.join(folder, 'cache'));
    child('plain', file);
    const smaller = path.join(folder, 'smaller.eval');
    await writeLog(smaller, parseShare);
    child('plain', smaller);
    inspectReader(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [what, file = '', cacheFolder = ''] = process.argv.slice(2);
if (what === 'measure') {
  await measure(file, cacheFolder);
} else if (what === 'plain') {
  await plainReader(file);
} else {
  await main();
}

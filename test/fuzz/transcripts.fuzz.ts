/**
 * Damages real transcripts again and again, and reads them: nothing may crash, hang or grow without
 * bound, and what is wrong must be said in a sentence. Run by hand:
 *
 *     npx tsx test/fuzz/transcripts.fuzz.ts FOLDER [SECONDS] [SEED]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openTranscript } from '../../src/core/transcripts/openTranscript';
import { readAll } from '../unit/transcripts/support/readAll';

/** Milliseconds that no small file needs, however busy the machine. */
const hangMs = 60_000;
/** Bytes of memory that no small file may cost. */
const mostMemory = 1500 * 1024 * 1024;

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const interesting = ['{', '}', '[', ']', '"', '\\', ',', ':', '\n', '\u0000', '-', '9', 'e', 'n'];

/** One damage of a kind that disks, networks and crashes do, or that somebody thought of. */
function damage(whole: Buffer, next: () => number): [string, Buffer] {
  const at = Math.floor(next() * whole.length);
  const bytes = Buffer.from(whole);
  switch (Math.floor(next() * 7)) {
    case 0:
      return [`cut at ${at}`, bytes.subarray(0, at)];
    case 1: {
      const flips = 1 + Math.floor(next() * 8);
      for (let flip = 0; flip < flips; flip++) {
        const place = Math.floor(next() * bytes.length);
        bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(next() * 8));
      }
      return [`${flips} bits flipped`, bytes];
    }
    case 2:
      bytes.fill(0, at, Math.min(bytes.length, at + Math.floor(next() * 5000)));
      return [`zeros at ${at}`, bytes];
    case 3: {
      const end = at + Math.floor(next() * 3000);
      return [
        `${at} to ${end} missing`,
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]),
      ];
    }
    case 4: {
      const end = at + Math.floor(next() * 3000);
      const twice = [bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)];
      return [`${at} to ${end} twice`, Buffer.concat(twice)];
    }
    case 5: {
      const character = interesting[Math.floor(next() * interesting.length)] ?? '{';
      const put = Buffer.from(character.repeat(1 + Math.floor(next() * 3000)));
      return [
        `${put.length} × ${JSON.stringify(character)} at ${at}`,
        Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at)]),
      ];
    }
    default:
      // Lengths and offsets of containers are four bytes, last byte first.
      bytes.writeUInt32LE(
        Math.floor(next() * 2 ** 32),
        Math.min(at, Math.max(0, bytes.length - 4)),
      );
      return [`another number at ${at}`, bytes];
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function main(): Promise<void> {
  const [folder, seconds = '60', seed = String(Date.now() % 100_000)] = process.argv.slice(2);
  if (folder === undefined) {
    throw new Error('Give a folder of transcripts to damage.');
  }
  const next = random(Number(seed));
  const files = filesBelow(folder).map((file) => [file, readFileSync(file)] as const);
  const until = Date.now() + Number(seconds) * 1000;
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'mirrorcode-fuzz-'));
  const failed = path.join(os.tmpdir(), 'mirrorcode-fuzz-failed');
  let rounds = 0;
  let failures = 0;
  console.log(`Seed ${seed}, ${files.length} files`);
  while (Date.now() < until) {
    const [file, whole] = files[Math.floor(next() * files.length)] ?? ['', Buffer.alloc(0)];
    const [what, bytes] = damage(whole, next);
    const name = path.basename(file);
    const target = path.join(scratch, name);
    writeFileSync(target, bytes);
    const began = Date.now();
    const watch = setTimeout(() => {
      console.log(`HANGS: ${name}, ${what}`);
      writeFileSync(path.join(os.tmpdir(), `hangs-${name}`), bytes);
      process.exit(1);
    }, hangMs);
    try {
      const told = await readAll(() =>
        openTranscript(target, { cacheFolder: path.join(scratch, 'cache') }),
      );
      if (told.trim() === '') {
        throw new Error('nothing was said');
      }
    } catch (error) {
      failures++;
      mkdirSync(failed, { recursive: true });
      const kept = path.join(failed, `${failures}-${name}`);
      writeFileSync(kept, bytes);
      console.log(
        `FAILS: ${name}, ${what}, kept as ${kept}\n${error instanceof Error ? error.stack : String(error)}`,
      );
    }
    clearTimeout(watch);
    const { rss } = process.memoryUsage();
    if (rss > mostMemory || Date.now() - began > 10_000) {
      console.log(`COSTS: ${name}, ${what}: ${Math.round(rss / 1e6)} MB, ${Date.now() - began} ms`);
    }
    rounds++;
  }
  rmSync(scratch, { recursive: true, force: true });
  console.log(`${rounds} damaged files read, ${failures} failures`);
  process.exitCode = failures > 0 ? 1 : 0;
}

await main();

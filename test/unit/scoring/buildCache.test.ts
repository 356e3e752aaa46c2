import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileEntry } from '../../../src/core/cases/case';
import { BuildCache } from '../../../src/core/scoring/buildCache';

const note = { log: 'log', durationMs: 1 };
const options = { folder: 'made', kept: 2 };
const dayMs = 24 * 60 * 60 * 1000;

function file(name: string, text: string): FileEntry {
  const content = { kind: 'bytes', bytes: Buffer.from(text) } as const;
  return { kind: 'file', path: name, mode: 0o644, content };
}

suite('what builds have made', () => {
  let dir: string;
  setup(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'mirrorcode-builds-'));
  });
  teardown(() => rm(dir, { recursive: true }));

  async function makeOld(name: string, days: number): Promise<void> {
    const then = new Date(Date.now() - days * dayMs);
    await utimes(path.join(dir, name), then, then);
  }

  test('is found whole, or not at all', async () => {
    const cache = new BuildCache(dir, options);
    await mkdir(path.join(dir, 'key.ab12.tmp', 'made'), { recursive: true });
    await writeFile(path.join(dir, 'key.ab12.tmp', 'made', 'half'), 'of it');
    assert.equal(await cache.find('key'), undefined);
    const folder = await cache.add('key', [file('a/b', 'bytes')], note);
    assert.deepEqual(await cache.find('key'), { folder, ...note });
    assert.equal(await readFile(path.join(folder, 'a', 'b'), 'utf8'), 'bytes');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  test('is that of the first of two who make it at once', async () => {
    const [one, two] = [new BuildCache(dir, options), new BuildCache(dir, options)];
    const folders = await Promise.all([
      one.add('key', [file('a', 'same')], note),
      two.add('key', [file('a', 'same')], note),
    ]);
    assert.equal(folders[0], folders[1]);
    assert.deepEqual(await readdir(dir), ['key']);
  });

  test('makes room: unused for a day, the oldest first, and what a killed process has left', async () => {
    const roomy = new BuildCache(dir, { ...options, kept: 10 });
    for (const [key, days] of Object.entries({ a: 2, b: 3, c: 4, d: 0 })) {
      await roomy.add(key, [file('x', key)], note);
      await makeOld(key, days);
    }
    await mkdir(path.join(dir, 'e.0f0f.tmp'));
    await makeOld('e.0f0f.tmp', 2);
    await mkdir(path.join(dir, 'f.0f0f.tmp'));
    await roomy.find('c');
    await new BuildCache(dir, options).add('g', [], note);
    assert.deepEqual((await readdir(dir)).sort(), ['c', 'd', 'f.0f0f.tmp', 'g']);
  });

  test('has the time that was asked for', async () => {
    const fileTime = new Date('2126-01-01T00:00:00Z');
    const cache = new BuildCache(dir, { ...options, fileTime });
    const folder = await cache.add('key', [file('a', '')], note);
    assert.deepEqual((await stat(path.join(folder, 'a'))).mtime, fileTime);
  });
});

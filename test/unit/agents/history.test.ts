import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { WorkspaceHistory } from '../../../src/core/agents/history';
import { objectPath, StoredHistory } from '../../../src/core/agents/storedHistory';
import type { FileEntry } from '../../../src/core/cases/case';
import { bytesContent, readContent } from '../../../src/core/cases/content';

suite("agents: the history of a run's candidate", () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'history-'));
  });
  teardown(() => rm(folder, { recursive: true }));

  const filesOf = (texts: ReadonlyMap<string, string>): FileEntry[] => [
    { kind: 'dir', path: 'lib', mode: 0o755 },
    ...[...texts].map(([name, text]): FileEntry => ({
      kind: 'file',
      path: `lib/${name}`,
      mode: 0o644,
      content: bytesContent(text),
    })),
  ];

  async function textsOf(history: WorkspaceHistory, state: string): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const file of await history.files(state)) {
      if (file.kind === 'file') {
        const text = Buffer.from(await readContent(file.content)).toString();
        texts.set(file.path.replace('lib/', ''), text);
      }
    }
    return texts;
  }

  test('gives back every state of a long run, however often it was interrupted', async () => {
    const texts = new Map(Array.from({ length: 12 }, (_, i) => [`f${i + 10}`, `${i}`]));
    const states: { hash: string; texts: Map<string, string> }[] = [];
    let history = new WorkspaceHistory(folder);
    for (let step = 0; step < 70; step++) {
      texts.set(`f${10 + (step % 12)}`, `text of step ${step}`);
      if (step % 7 === 0) {
        texts.delete(`f${10 + ((step * 5) % 12)}`);
      }
      states.push({ hash: await history.record(filesOf(texts)), texts: new Map(texts) });
      if (step % 20 === 0) {
        // Back where it was, and in another process.
        await history.record(filesOf(states[step >> 1]!.texts));
        history = new WorkspaceHistory(folder);
        assert.equal(await history.record(filesOf(texts)), states.at(-1)!.hash);
      }
    }
    for (const { hash, texts: expected } of states) {
      const found = await textsOf(new WorkspaceHistory(folder), hash);
      assert.deepEqual([...found].sort(), [...expected].sort());
    }
  });

  test('keeps of a state what has changed, not the list of all files', async () => {
    const texts = new Map(Array.from({ length: 100 }, (_, i) => [`f${i}`, `${i}`]));
    const history = new WorkspaceHistory(folder);
    const sizeOfStates = async () => {
      const dir = path.join(folder, 'states');
      const names = await readdir(dir);
      const sizes = await Promise.all(
        names.map(async (name) => (await stat(path.join(dir, name))).size),
      );
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    await history.record(filesOf(texts));
    const first = await sizeOfStates();
    for (let step = 0; step < 20; step++) {
      texts.set('f7', `step ${step}`);
      await history.record(filesOf(texts));
    }
    assert.ok((await sizeOfStates()) < 1.5 * first);
  });

  suite('of a folder that came from anywhere', () => {
    const hash = (digit: string) => digit.repeat(64);
    const stored = () => new StoredHistory(path.join(folder, 'history'));
    async function put(relative: string, content: string): Promise<string> {
      const file = path.join(folder, relative);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    }
    const putState = (digit: string, state: unknown) =>
      put(`history/states/${hash(digit)}.json`, JSON.stringify(state));

    test('reads nothing outside of it, by no name and by no link', async () => {
      const secret = await put('secret', 'secret');
      const entry = {
        kind: 'file',
        path: 'a',
        mode: 0o644,
        size: 6,
        sha256: createHash('sha256').update('secret').digest('hex'),
      } as const;
      const object = path.join(folder, 'history', objectPath(entry.sha256));
      await mkdir(path.dirname(object), { recursive: true });
      await symlink(secret, object);
      await assert.rejects(stored().bytes(entry), /link that leads elsewhere/u);
      await rm(object);
      await assert.rejects(stored().bytes(entry), /holds no file/u);
      await put(path.join('history', objectPath(entry.sha256)), 'secret, and more');
      await assert.rejects(stored().bytes(entry), /it has 16 bytes/u);
      assert.equal(await stored().state('../secret'), undefined);
      await assert.rejects(stored().entries('../secret'), /holds no state/u);
    });

    test('takes no state that names files elsewhere, has no beginning, or is not the one asked for', async () => {
      const change = (from: string, set: readonly object[] = []) => ({
        from: hash(from),
        depth: 1,
        set,
        gone: [],
      });
      const dir = (name: string) => ({ kind: 'dir', path: name, mode: 0o755 });
      await putState('1', change('2'));
      await putState('2', change('1'));
      await putState('3', change('4', [dir('../up')]));
      await putState('4', [dir('a')]);
      await putState('5', change('9'));
      await putState('6', 'text');
      await assert.rejects(stored().entries(hash('1')), /no beginning/u);
      await assert.rejects(stored().entries(hash('3')), /damaged/u);
      await assert.rejects(stored().entries(hash('4')), /damaged/u);
      await assert.rejects(stored().entries(hash('5')), /holds no state 9/u);
      await assert.rejects(stored().entries(hash('6')), /damaged/u);
    });
  });
});

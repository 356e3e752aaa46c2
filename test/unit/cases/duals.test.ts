import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import { renameCase } from '../../../src/core/cases/duals';
import { FolderStore } from '../../../src/core/cases/folderStore';
import { GoldStore } from '../../../src/core/cases/gold/goldStore';

const aCase = (name: string, duals: readonly string[] = []): Case => ({
  name,
  labels: duals.length > 0 ? ['hidden'] : [],
  duals,
  input: { args: [name], env: {}, stdin: emptyContent, files: [] },
  gold: { stdout: emptyContent, stderr: emptyContent, returncode: 0, outputs: [] },
});

suite('renaming a case', () => {
  let dir: string;
  setup(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'duals-'));
  });
  teardown(() => rm(dir, { recursive: true }));

  for (const kind of ['folder', 'gold'] as const) {
    test(`renames it in every case that mirrors it, in a ${kind} store`, async () => {
      const store =
        kind === 'folder'
          ? new FolderStore(path.join(dir, 'cases'))
          : new GoldStore(path.join(dir, 'x.jsonl'));
      await store.writeAll([aCase('a'), aCase('b'), aCase('h', ['b', 'a']), aCase('i', ['b'])]);
      assert.deepEqual(await renameCase(store, 'a', 'group/z'), ['h']);
      const { cases } = await store.list();
      assert.deepEqual(
        new Map(cases.map(({ name, duals }) => [name, duals])),
        new Map([
          ['group/z', []],
          ['b', []],
          ['h', ['b', 'group/z']],
          ['i', ['b']],
        ]),
      );
      assert.deepEqual((await store.read('group/z')).input.args, ['a']);
      await assert.rejects(renameCase(store, 'b', 'h'), /already a case h/);
      assert.deepEqual((await store.read('i')).duals, ['b']);
    });
  }
});

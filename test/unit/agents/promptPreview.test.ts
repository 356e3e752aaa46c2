import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { previewText, promptPreview } from '../../../src/core/agents/promptPreview';
import type { Case } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { openTarget } from '../../../src/core/targets/openTarget';

const secret = 'the whole and only answer to the hidden question of this target';

function one(name: string, labels: string[], stdout: string): Case {
  return {
    name,
    labels,
    duals: [],
    input: { args: [name], env: {}, stdin: bytesContent(''), files: [] },
    gold: {
      stdout: bytesContent(stdout),
      stderr: bytesContent(''),
      returncode: 0,
      outputs: [],
    },
  };
}

suite('the preview of a task prompt', () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'prompt-'));
    await writeFile(path.join(folder, 'mirrorcode.json'), '{"name":"cal"}');
    await mkdir(path.join(folder, 'docs', 'more'), { recursive: true });
    await writeFile(path.join(folder, 'docs', 'more', 'cal.md'), 'months and years\n');
    const { store } = await openTarget(folder);
    await store.writeAll([
      one('shown', [], 'seen\n'),
      one('withheld', ['ablated'], 'x\n'),
      one('secret-case', ['hidden'], `${secret}\n`),
    ]);
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  test('holds the prompt, the docs and the visible cases, and nothing of the others', async () => {
    const target = await openTarget(folder);
    const preview = await promptPreview(target, 'rust');
    assert.deepEqual(preview.docs, [{ path: '/workdir/cal_docs/more/cal.md', size: 17 }]);
    assert.deepEqual(preview.leaks, []);
    const text = previewText(target, preview);
    assert.match(text, /^> \*\*Leak check: clean\.\*\* Of the 2 cases/u);
    assert.match(text, /Rebuild cal in Rust/u);
    assert.match(text, /1 visible cases, \d+ bytes/u);
    assert.match(text, /\{"name":"shown","args":\["shown"\]/u);
    assert.doesNotMatch(text, /secret|withheld|seen|the whole and only/u);
  });

  test('tells of a hidden answer in the docs', async () => {
    await writeFile(path.join(folder, 'docs', 'leak.md'), `See: ${secret}.\n`);
    const target = await openTarget(folder);
    const preview = await promptPreview(target, 'c');
    assert.deepEqual(
      preview.leaks.map(({ cases, part }) => [cases[0], part]),
      [['secret-case', 'stdout']],
    );
    assert.match(previewText(target, preview), /Leak check: 1 found.*\n>\n> - warning: `secret/u);
  });
});

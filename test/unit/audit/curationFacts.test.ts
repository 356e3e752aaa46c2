import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { auditTarget } from '../../../src/core/audit/auditTarget';
import { curationFacts } from '../../../src/core/audit/curationFacts';
import type { Case } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { openTarget } from '../../../src/core/targets/openTarget';

function one(name: string, labels: string[], args: string[], stdout: string): Case {
  return {
    name,
    labels,
    duals: [],
    input: {
      args,
      env: {},
      stdin: bytesContent('12345'),
      files: [{ kind: 'file', path: 'f', mode: 0o644, content: bytesContent('123') }],
    },
    gold: { stdout: bytesContent(stdout), stderr: bytesContent('e'), returncode: 0, outputs: [] },
  };
}

suite('what a curator is shown of a target', () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'facts-'));
    await writeFile(path.join(folder, 'mirrorcode.json'), '{"name":"cal"}');
    await mkdir(path.join(folder, 'docs'));
    await writeFile(path.join(folder, 'docs', 'cal.md'), 'usage: [--year] [--never] [-m N]\n');
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  test('options, sizes and clusters of each case, and how options are covered', async () => {
    const { store } = await openTarget(folder);
    await store.writeAll([
      one('a', [], ['--year', '1'], '7 apples\n'),
      one('b', ['hidden'], ['--year', '2'], '93 pears\n'),
      one('c', ['hidden'], ['-m', '2', '--odd'], 'x\ny\n'),
    ]);
    const { cases, options, clusters } = await curationFacts(await openTarget(folder));
    assert.deepEqual(
      cases.map((c) => [c.name, c.options, c.bytesIn, c.bytesOut, c.cluster]),
      [
        ['a', ['--year'], 8, 10, 0],
        ['b', ['--year'], 8, 10, 0],
        ['c', ['--odd', '-m'], 8, 5, undefined],
      ],
    );
    assert.equal(clusters, 1);
    assert.deepEqual(
      options.map((o) => [o.option, o.documented, o.visible, o.hidden]),
      [
        ['--never', true, 0, 0],
        ['--odd', false, 0, 1],
        ['--year', true, 1, 1],
        ['-m', true, 0, 1],
      ],
    );
  });

  test('a case whose raw part is lost is told of, and the others are audited', async () => {
    const { store } = await openTarget(folder);
    await store.writeAll([one('big', [], [], 'x'.repeat(200_000)), one('small', [], [], '')]);
    await rm(path.join(folder, 'cases', 'visible', 'big.d'), { recursive: true });
    const { unreadable, cases } = await auditTarget(await openTarget(folder));
    assert.deepEqual(
      unreadable.map(({ name }) => name),
      ['big'],
    );
    assert.equal(cases, 1);
  });

  test('docs of any size are read as far as they count; what is no folder is said', async () => {
    const { store } = await openTarget(folder);
    await store.writeAll([one('a', [], ['--year'], 'x')]);
    await truncate(path.join(folder, 'docs', 'cal.md'), 3 * 2 ** 30);
    const { findings } = await auditTarget(await openTarget(folder), {
      only: ['untouched-option'],
    });
    assert.match(findings[0]?.message ?? '', /--never/u);
    await writeFile(path.join(folder, 'mirrorcode.json'), '{"name":"cal","docs":"docs/cal.md"}');
    await assert.rejects(auditTarget(await openTarget(folder)), {
      name: 'UserError',
      message: /^Reading the docs in .*cal\.md failed: /u,
    });
  });
});

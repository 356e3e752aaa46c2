import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { keepAnswer } from '../../../src/core/audit/answers';
import { auditTarget } from '../../../src/core/audit/auditTarget';
import { openTarget } from '../../../src/core/targets/openTarget';

suite('answers to findings', () => {
  let root: string;
  setup(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'answers-'));
  });
  teardown(() => rm(root, { recursive: true }));

  test('a checkout comes to zero open findings, and its rows stay as they were', async () => {
    const row = (name: string, labels: string[]) =>
      `${JSON.stringify({
        test_case: {
          name,
          args: ['--x'],
          env: {},
          stdin: '',
          files: {},
          labels,
          visible_duals: [],
        },
        stdout: `${name}\n`,
        stderr: '',
        returncode: 0,
      })}\n`;
    const gold = path.join(root, 'cal.jsonl');
    const text = row('a', []) + row('b', []) + row('h', ['hidden']);
    await writeFile(gold, text);
    await writeFile(
      path.join(root, 'mirrorcode.json'),
      '{ "name": "cal", "gold": "cal.jsonl", "reference": "/bin/true" }',
    );
    const target = await openTarget(root);
    const open = async () =>
      (await auditTarget(target, { help: 'cal [--x] [--never]' })).findings.filter(
        ({ suppressed }) => suppressed === undefined,
      );
    const found = await open();
    assert.ok(found.some(({ message }) => message === 'no case uses --never'));
    assert.ok(found.some(({ check }) => check === 'unpaired-hidden'));
    for (const { check, cases } of found) {
      await keepAnswer(target, { check, name: cases[0], reason: 'meant so' });
    }
    assert.deepEqual(await open(), []);
    assert.equal(await readFile(gold, 'utf8'), text);
    const answers = path.join(root, 'cal.answers.json');
    assert.match(await readFile(answers, 'utf8'), /"unpaired-hidden": "meant so"/u);
    await writeFile(answers, '{"cases": 1}');
    await assert.rejects(open(), /Reading the answers in .*cal\.answers\.json failed/u);
  });
});

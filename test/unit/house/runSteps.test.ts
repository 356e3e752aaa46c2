import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runSteps } from '../../../scripts/test/runSteps';
import type { Step } from '../../../scripts/test/steps';

suite('the steps of npm test', () => {
  let folder: string;
  let printed: string;

  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'steps-'));
    printed = '';
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  /** Notes in a file when it begins and ends; between these it runs a script, with `until` at hand. */
  function step(name: string, script: string, change: Partial<Step> = {}): Step {
    const log = JSON.stringify(path.join(folder, 'log'));
    const code =
      `const fs = require('fs'); const note = (text) => fs.appendFileSync(${log}, text + '\\n');` +
      `const until = (text) => { while (!fs.readFileSync(${log}, 'utf8').includes(text)); };` +
      `note('${name}+'); console.log('${name} says'); ${script}; note('${name}-');`;
    return { name, command: ['-e', code], kind: 'check', timeoutMs: 60_000, ...change };
  }

  async function run(steps: readonly Step[]): Promise<readonly string[]> {
    const print = (chunk: Uint8Array) => (printed += Buffer.from(chunk).toString());
    const outcomes = await runSteps(steps, { print });
    assert.deepEqual(
      outcomes.map(({ step: { name }, results }) => [name, results.failed]),
      steps.map(({ name }) => [name, 0]),
    );
    return (await readFile(path.join(folder, 'log'), 'utf8')).trim().split('\n');
  }

  test('run two at a time, and print one after the other', async () => {
    await run([
      step('a', `until('b-'); console.log('a ends')`),
      step('b', `until('a+')`),
      step('c', `until('b-')`),
    ]);
    const lines = printed.split('\n').filter((line) => line !== '');
    assert.deepEqual(lines, [
      ...['=== a ===', 'a says', 'a ends'],
      ...['=== b ===', 'b says'],
      ...['=== c ===', 'c says'],
    ]);
  });

  test('wait for what they build on, while others go on', async () => {
    const log = await run([
      step('a', `until('c+')`),
      step('b', '', { after: ['a'] }),
      step('c', ''),
    ]);
    assert.ok(log.indexOf('b+') > log.indexOf('a-'), log.join(' '));
  });

  test('that run alone have none beside them, and keep their place', async () => {
    const log = await run([
      step('a', ''),
      step('b', ''),
      step('c', '', { alone: true }),
      step('d', ''),
    ]);
    assert.deepEqual(log.slice(4, 6), ['c+', 'c-']);
    assert.deepEqual(log.slice(6), ['d+', 'd-']);
  });
});

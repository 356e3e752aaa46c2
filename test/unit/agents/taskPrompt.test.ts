import assert from 'node:assert/strict';
import { agentCaseLine } from '../../../src/core/agents/agentCases';
import { agentLayout, taskPrompt } from '../../../src/core/agents/taskPrompt';
import type { Case } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { languageSetup } from '../../../src/core/targets/languageDefaults';
import { defaultLimits } from '../../../src/core/targets/limits';
import type { Language, Target } from '../../../src/core/targets/target';

function target(more: Partial<Target> = {}): Target {
  const languages = (['python', 'c', 'go'] as Language[]).map((language) => [
    language,
    languageSetup(language),
  ]);
  return {
    name: 'cal',
    title: 'cal: a calendar',
    path: '/targets/cal',
    languages: Object.fromEntries(languages) as Target['languages'],
    limits: defaultLimits,
    profile: 'mirrorcode',
    store: undefined as never,
    ...more,
  };
}

suite('the task prompt', () => {
  test('tells what is given, how it is built, judged and submitted', () => {
    const prompt = taskPrompt(target({ docs: '/targets/cal/docs' }), 'c');
    for (const said of [
      'Rebuild cal in C',
      '/workdir/cal_docs/',
      '/workdir/cases.jsonl',
      'the original is right',
      'the cases decide',
      languageSetup('c').build,
      '`./cal`, followed by the case',
      'One trailing newline more or less is forgiven',
      'hidden test cases',
      '2 seconds',
      'no table of the answers',
      '`resources`',
      'At least 30 %',
    ]) {
      assert.ok(prompt.includes(said), `the prompt does not say: ${said}\n${prompt}`);
    }
  });

  test('says nothing of what is not there or not so', () => {
    const prompt = taskPrompt(target({ profile: 'exact' }), 'python', { submitGate: 'none' });
    assert.doesNotMatch(prompt, /cal_docs/u);
    assert.doesNotMatch(prompt, /forgiven/u);
    assert.doesNotMatch(prompt, /At least/u);
    assert.match(prompt, /byte for byte/u);
    assert.match(prompt, /`python3 -m cal`/u);
    assert.match(prompt, /\/workdir\/src\/cal\/`, with an `__init__\.py`/u);
  });

  test('names the arguments that the original is already given', () => {
    const reference = { prefixArgs: ['select'], needs: [] };
    assert.match(taskPrompt(target({ name: 'qsv', reference }), 'go'), /arguments `select`/u);
  });

  test('never tells where the reference or the target lies on this machine', () => {
    const reference = { path: '/opt/secret/cal', prefixArgs: [], needs: ['/opt/secret/lib'] };
    const prompt = taskPrompt(target({ reference, docs: '/targets/cal/docs' }), 'c');
    assert.doesNotMatch(prompt, /secret|\/targets/u);
    assert.equal(agentLayout({ name: 'cal' }).docs, undefined);
  });
});

suite('the cases that an agent is given', () => {
  const hiddenFacts: Case = {
    name: 'month/leap',
    labels: ['edge'],
    duals: ['month/other'],
    input: {
      args: ['-m', '2'],
      env: { LC_TIME: 'C' },
      stdin: bytesContent('in\n'),
      files: [
        { kind: 'file', path: 'a.txt', mode: 0o644, content: bytesContent('text') },
        { kind: 'file', path: 'b.sh', mode: 0o755, content: bytesContent(Buffer.from([0xff])) },
        { kind: 'link', path: 'l', target: 'a.txt' },
      ],
    },
    gold: {
      stdout: bytesContent('the answer'),
      stderr: bytesContent(''),
      returncode: 0,
      outputs: [],
    },
    suppress: { slow: 'a reason' },
  };

  test('hold the input alone: no gold, label, dual or reason', async () => {
    assert.deepEqual(JSON.parse(await agentCaseLine(hiddenFacts)), {
      name: 'month/leap',
      args: ['-m', '2'],
      env: { LC_TIME: 'C' },
      stdin: 'in\n',
      files: {
        'a.txt': { format: 'str', content: 'text' },
        'b.sh': { format: 'bytes_base64', content: '/w==', mode: '755' },
        l: { format: 'link', target: 'a.txt' },
      },
    });
  });

  test('say bytes that are not UTF-8 in base64', async () => {
    const stdin = bytesContent(Buffer.from([0x61, 0xfe]));
    const line = await agentCaseLine({
      ...hiddenFacts,
      input: { ...hiddenFacts.input, stdin, files: [] },
    });
    const parsed = JSON.parse(line) as Record<string, unknown>;
    assert.equal(parsed['stdin_base64'], 'Yf4=');
    assert.equal('stdin' in parsed, false);
  });
});

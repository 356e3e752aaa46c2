import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/core/errors';
import type { NewTargetAnswers } from '../../../src/extension/flows/newTargetFlow';
import { findExecutable } from '../../../src/extension/flows/findExecutable';
import { nameProblem, newTargetSteps } from '../../../src/extension/flows/newTargetFlow';
import {
  filesByName,
  recordSteps,
  textToType,
  typedText,
} from '../../../src/extension/flows/recordFlow';
import type { RecordAnswers, RecordFlowContext } from '../../../src/extension/flows/recordFlow';
import { runSteps } from '../../../src/extension/flows/runFlow';
import { scoreSteps } from '../../../src/extension/flows/scoreFlow';
import type { TargetInfo } from '../../../src/extension/model/targetInfo';
import { back } from '../../../src/extension/quickInput/asker';
import { askSteps } from '../../../src/extension/quickInput/steps';
import { ScriptedAsker } from './scriptedAsker';

function target(name: string, more: Partial<TargetInfo> = {}): TargetInfo {
  return {
    key: name,
    name,
    title: name,
    path: `/w/${name}`,
    root: '/w',
    store: { kind: 'case', path: `/w/${name}/cases` },
    hasReference: true,
    languages: ['python', 'c'],
    agents: [],
    profile: 'exact',
    timeout: 2,
    candidates: {},
    ...more,
  };
}

const cal = target('cal');
const rev = target('rev');

function recordContext(targets: readonly TargetInfo[]): RecordFlowContext {
  return {
    targets,
    parse: (_target, line) =>
      line.includes('|')
        ? Promise.reject(new UserError('it runs more than one program', { action: 'Leave one.' }))
        : Promise.resolve({
            args: line.split(' ').slice(1),
            env: {},
            stdin: line.includes('<') ? { kind: 'file', path: '/in' } : { kind: 'none' },
            name: 'suggested',
          }),
    nameProblem: (_target, name) => Promise.resolve(name === 'taken' ? 'There is one.' : undefined),
  };
}

function record(script: ConstructorParameters<typeof ScriptedAsker>[0], targets = [cal, rev]) {
  const asker = new ScriptedAsker(script);
  const answers = askSteps('T', {}, recordSteps({}, recordContext(targets)), asker);
  return answers.then((given) => ({ given, log: asker.log }));
}

suite('Record Case…', () => {
  test('keeps what was typed when a person steps back, also what was only half typed', async () => {
    const asker = new ScriptedAsker([
      ...[
        'cal',
        'cal -x',
        'Type text',
        'a\\tb',
        back,
        'a\\tbc',
        'No files',
        { kind: 'back', draft: 'own/na' } as const,
        'No files',
      ],
      ...[back, back, back, back, 'cal -x', 'Type text', 'a\\tbc', 'No files', 'own/name'],
    ]);
    const answers = await askSteps('T', {}, recordSteps({}, recordContext([cal, rev])), asker);
    assert.deepEqual(answers?.stdin, { kind: 'text', text: 'a\tbc\n' });
    assert.deepEqual(asker.offered, [
      ...['cal ', '', 'a\\tb', 'suggested', 'own/na', 'a\\tbc', 'cal -x', 'a\\tbc', 'own/na'],
    ]);
  });

  test('offers what could not be recorded as it was typed', async () => {
    const before: RecordAnswers = {
      line: 'cal -x',
      stdin: { kind: 'text', text: 'a\\\tb\n' },
    };
    const asker = new ScriptedAsker(['cal -x', 'Type text', { kind: 'cancel' }]);
    await askSteps('T', before, recordSteps({}, recordContext([cal])), asker);
    assert.deepEqual(asker.offered, ['cal -x', 'a\\\\\\tb']);
    assert.equal(typedText(textToType('a\\\tb\n')), 'a\\\tb\n');
  });

  test('asks for everything, and again for what cannot be', async () => {
    const { given, log } = await record([
      'rev',
      'rev a | b',
      'rev -x',
      'Type text',
      'one\\ntwo',
      'Choose files…',
      ['/h/in.csv'],
      'taken',
      'x/new',
    ]);
    assert.equal(given?.target, rev);
    assert.deepEqual(given.parsed?.args, ['-x']);
    assert.deepEqual(given.stdin, { kind: 'text', text: 'one\ntwo\n' });
    assert.deepEqual(given.files, ['/h/in.csv']);
    assert.equal(given.name, 'x/new');
    assert.ok(log.includes('✘ It runs more than one program. Leave one.'), log.join('\n'));
    assert.ok(log.includes('✘ There is one.'));
  });

  test('asks nothing that the command line or the workspace says', async () => {
    const { given, log } = await record(['cal -y < in', 'No files', 'y'], [cal]);
    assert.deepEqual(given?.parsed?.stdin, { kind: 'file', path: '/in' });
    assert.deepEqual(
      log.map((line) => line.split(' ')[0]),
      ['1/4', '2/3', '3/3'],
    );
  });

  test('goes back from the name to the command line', async () => {
    const { given } = await record(
      ['cal -y', 'No input', 'No files', back, back, back, 'cal -m', 'No input', 'No files', 'm'],
      [cal],
    );
    assert.deepEqual(given?.parsed?.args, ['-m']);
    assert.equal(given.name, 'm');
  });

  test('a typed backslash is one, and files keep their names', () => {
    assert.equal(typedText('a\\\\nb\\n\\q'), 'a\\nb\n\\q');
    assert.deepEqual(filesByName(['/a/x.csv', '/b/y']), { 'x.csv': '/a/x.csv', y: '/b/y' });
  });
});

suite('New Target…', () => {
  const context = {
    workspaceFolders: ['/w'],
    findReference: (text: string) =>
      Promise.resolve(
        text === 'numfmt' ? { path: '/usr/bin/numfmt' } : { problem: `No ${text} on PATH.` },
      ),
    folderProblem: () => Promise.resolve(undefined),
  };

  test('takes the name from the reference and the folder from the workspace', async () => {
    const asker = new ScriptedAsker(['nomfmt', 'numfmt', 'a b', 'numfmt', '/w/numfmt']);
    assert.deepEqual(await askSteps('T', {}, newTargetSteps({}, context), asker), {
      reference: '/usr/bin/numfmt',
      name: 'numfmt',
      folder: '/w/numfmt',
    });
    assert.equal(asker.log[1], '✘ No nomfmt on PATH.');
  });

  test('asks for a folder where no workspace is open', async () => {
    const asker = new ScriptedAsker([['/elsewhere/x']]);
    const given: NewTargetAnswers = { reference: '/usr/bin/cal', name: 'cal' };
    const steps = newTargetSteps(given, { ...context, workspaceFolders: [] });
    assert.equal((await askSteps('T', given, steps, asker))?.folder, '/elsewhere/x');
  });

  test('refuses names that are no folder', () => {
    assert.equal(nameProblem('qsv_select'), undefined);
    for (const name of ['', '..', 'a/b', '-x', 'a b']) {
      assert.ok(nameProblem(name), name);
    }
  });

  test('finds an executable by its path or on PATH, and nothing else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mirrorcode-flows-'));
    try {
      const tool = path.join(folder, 'tool');
      await writeFile(tool, '#!/bin/sh\n');
      assert.ok('problem' in (await findExecutable('tool', [folder])));
      await chmod(tool, 0o755);
      assert.deepEqual(await findExecutable(' tool ', ['', folder]), { path: tool });
      assert.deepEqual(await findExecutable(tool, []), { path: tool });
      assert.ok('problem' in (await findExecutable(folder, [])));
      assert.ok('problem' in (await findExecutable('./tool', [folder])));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

suite('Run Agent…', () => {
  const models = [{ model: 'local/m', baseUrl: 'http://localhost:1/v1', from: 'settings' }];
  const agents = [
    { title: 'Mine', from: '/usr/bin/mine', args: ['--agent', 'mine'] },
    { title: 'Codex', from: 'not found', args: ['--agent', 'codex'], missing: 'npm i codex' },
  ];
  const run = (...script: ConstructorParameters<typeof ScriptedAsker>[0]) => {
    const asker = new ScriptedAsker(script);
    return askSteps('T', { target: cal }, runSteps({ target: cal }, models, agents), asker).then(
      (given) => ({ given, log: asker.log }),
    );
  };
  const own = 'MirrorCode’s own loop';

  test('offers what is configured, and a trial', async () => {
    const { given } = await run('C', own, 'local/m', 'A trial', '1');
    assert.equal(given?.language, 'c');
    assert.equal(given.agent, 'own');
    assert.deepEqual(given.model, models[0]);
    assert.deepEqual(given.budget, { tokens: 2_000_000, wallSeconds: 3600 });
    assert.equal(given.repetitions, 1);
  });

  test('takes any model, asks where an unknown one is served, and takes own limits', async () => {
    const { given, log } = await run(
      ...['Python', own, 'Another model…', 'nonsense', 'mine/m-1', 'nowhere', 'http://h/v1'],
      ...['My own limits…', '0', '10,000,000', '1.5', '65', '3'],
    );
    assert.deepEqual(given?.model, { model: 'mine/m-1', from: 'typed', baseUrl: 'http://h/v1' });
    assert.deepEqual(given.budget, { tokens: 10_000_000, wallSeconds: 5400 });
    assert.equal(given.repetitions, 3);
    assert.equal(log.filter((line) => line.startsWith('✘')).length, 4);
  });

  test('says at once that an agent is not here, and lets another be chosen', async () => {
    const { given, log } = await run('C', 'Codex', 'Mine', 'local/m', 'A trial', '1');
    assert.deepEqual(given?.agent, agents[0]);
    assert.deepEqual(log.slice(1, 4), [
      '2/5 Which agent works on it?',
      '2/5 Codex is not on PATH. Get it with: npm i codex',
      '3/5 Which model works on it?',
    ]);
  });

  test('asks no address of a provider that everybody knows', async () => {
    const { given } = await run('Python', 'Mine', 'Another model…', 'openai/gpt-5', 'A trial', '1');
    assert.deepEqual(given?.model, { model: 'openai/gpt-5', from: 'typed' });
    assert.deepEqual(given.agent, agents[0]);
  });
});

suite('Score Candidate…', () => {
  test('asks for a folder only where none is known', async () => {
    const known = (asked: TargetInfo, language: string) =>
      asked === cal && language === 'c' ? '/w/cal/candidates/c' : undefined;
    const context = { targets: [cal, rev], findCandidate: known, askFolder: false };
    const withKnown = new ScriptedAsker(['cal', 'C']);
    assert.deepEqual(await askSteps('T', {}, scoreSteps({}, context), withKnown), {
      target: cal,
      language: 'c',
    });
    const without = new ScriptedAsker(['cal', 'Python', ['/somewhere']]);
    assert.equal(
      (await askSteps('T', {}, scoreSteps({}, context), without))?.candidate,
      '/somewhere',
    );
  });
});

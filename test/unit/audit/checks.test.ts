import assert from 'node:assert/strict';
import { checks } from '../../../src/core/audit/checks';
import type { AuditContext, AuditedCase, Finding } from '../../../src/core/audit/finding';
import type { Case } from '../../../src/core/cases/case';
import type { Target } from '../../../src/core/targets/target';

interface Sketch {
  name: string;
  labels?: string[];
  duals?: string[];
  args?: string[];
  stdin?: string;
  stdout?: string;
  stderr?: string;
  returncode?: number;
  gold?: false;
  files?: Record<string, { text: string; mode?: number }>;
}

function audited(sketch: Sketch): AuditedCase {
  const bytes = (text = '') => Buffer.from(text, 'latin1');
  const content = (text = '') => ({ kind: 'bytes' as const, bytes: bytes(text) });
  const files = Object.entries(sketch.files ?? {});
  const source: Case = {
    name: sketch.name,
    labels: sketch.labels ?? [],
    duals: sketch.duals ?? [],
    input: {
      args: sketch.args ?? [],
      env: {},
      stdin: content(sketch.stdin),
      files: files.map(([path, { text, mode = 0o644 }]) => ({
        kind: 'file',
        path,
        mode,
        content: content(text),
      })),
    },
    ...(sketch.gold === false
      ? {}
      : {
          gold: {
            stdout: content(sketch.stdout),
            stderr: content(sketch.stderr),
            returncode: sketch.returncode ?? 0,
            outputs: [],
          },
        }),
  };
  return {
    source,
    stdin: bytes(sketch.stdin),
    stdout: bytes(sketch.stdout),
    stderr: bytes(sketch.stderr),
    text: { stdin: sketch.stdin ?? '', stdout: sketch.stdout ?? '', stderr: sketch.stderr ?? '' },
    files: files.map(([, { text }]) => text).join('\n'),
    fileHeads: new Map(files.map(([path, { text }]) => [path, text.slice(0, 64)])),
    inputKey: JSON.stringify([sketch.args, sketch.stdin]),
    partial: false,
  };
}

function run(check: string, sketches: Sketch[], more: Partial<AuditContext> = {}) {
  const context: AuditContext = {
    target: { limits: { timeout: 2 } } as Target,
    cases: sketches.map(audited),
    docs: '',
    help: '',
    referenceIsScript: false,
    host: {
      hostname: 'buildhost7',
      user: 'margaret',
      home: '/home/margaret',
      temporaryDirectory: '/tmp',
      today: '2026-11-21',
    },
    verification: new Map(),
    ...more,
  };
  const found = checks.find(({ id }) => id === check);
  assert.ok(found, `no check ${check}`);
  return [...found.run(context)] as Omit<Finding, 'check'>[];
}

const casesOf = (findings: readonly Pick<Finding, 'cases'>[]) => findings.map(({ cases }) => cases);

suite('audit: each check finds what it is for, and nothing else', () => {
  test('a hidden case whose dual is not a visible case', () => {
    const found = run('unpaired-hidden', [
      { name: 'v', stdout: 'a' },
      { name: 'paired', labels: ['hidden'], duals: ['v'] },
      { name: 'alone', labels: ['hidden'], args: ['-q'] },
      { name: 'to-hidden', labels: ['hidden'], duals: ['paired'] },
    ]);
    assert.deepEqual(casesOf(found), [['alone'], ['to-hidden']]);
    assert.match(found[1]?.message ?? '', /not visible cases: paired/);
  });

  test('an unpaired hidden case weighs less when the docs name its options', () => {
    const sketches = [{ name: 'h', labels: ['hidden'], args: ['--width=3', '-n'] }];
    assert.equal(run('unpaired-hidden', sketches)[0]?.severity, 'warning');
    assert.equal(run('unpaired-hidden', sketches, { docs: '--width N, -n' })[0]?.severity, 'info');
    assert.equal(
      run('unpaired-hidden', sketches, { docs: '--widths, -n' })[0]?.severity,
      'warning',
    );
  });

  test('a hidden share far from a third', () => {
    const some = (n: number, labels: string[]) =>
      Array.from({ length: n }, (_, i) => ({ name: `${labels.join('')}${i}`, labels }));
    assert.equal(run('hidden-share', [...some(20, []), ...some(10, ['hidden'])]).length, 0);
    assert.match(run('hidden-share', some(20, []))[0]?.message ?? '', /0 of 20/);
    assert.match(
      run('hidden-share', [...some(2, []), ...some(18, ['hidden'])])[0]?.message ?? '',
      /90 %/,
    );
  });

  test('the same input twice, worse when one of the two is hidden', () => {
    const found = run('duplicate', [
      { name: 'a', args: ['-n'], stdin: 'x' },
      { name: 'b', args: ['-n'], stdin: 'x' },
      { name: 'c', args: ['-n'], stdin: 'y' },
      { name: 'd', args: ['-n'], stdin: 'y', labels: ['hidden'] },
      { name: 'e', args: ['-n'], stdin: 'z' },
      { name: 'f', stdin: 'w', labels: ['ablated'] },
      { name: 'g', stdin: 'w', labels: ['hidden'] },
    ]);
    assert.deepEqual(casesOf(found), [
      ['a', 'b'],
      ['c', 'd'],
      ['f', 'g'],
    ]);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['warning', 'error', 'warning'],
    );
  });

  test('what a program that does nothing passes', () => {
    const found = run('trivial-pass', [
      { name: 'empty' },
      { name: 'copy', stdin: 'text\n', stdout: 'text\n' },
      { name: 'echo', args: ['a', 'b'], stdout: 'a b\n' },
      { name: 'fails', returncode: 1 },
      { name: 'complains', stderr: 'no' },
      { name: 'works', args: ['a'], stdout: 'A\n' },
    ]);
    assert.deepEqual(casesOf(found), [['empty'], ['copy'], ['echo']]);
  });

  test('names of this machine, unless the input had them', () => {
    const found = run('host-in-gold', [
      { name: 'host', stdout: 'built on buildhost7' },
      { name: 'given', stdout: 'margaret says', args: ['margaret'] },
      { name: 'home', stderr: 'cannot open /home/margaret/x' },
      { name: 'date', stdout: '2026-11-21' },
      { name: 'stamp', stdout: '2026-03-01 10:22' },
      { name: 'address', stdout: 'at 0x7ffee4c0a1b0' },
      { name: 'clean', stdout: '2019-03-01 10:22 0xff' },
      { name: 'file', stdout: '2026-03-01 10:22', files: { f: { text: 'on 2026-03-01 10:22' } } },
      { name: 'longer', stdout: 'margarethe at buildhost72 in /home/margaret-b' },
    ]);
    assert.deepEqual(casesOf(found), [['host'], ['home'], ['date'], ['stamp'], ['address']]);
    assert.equal(found[1]?.part, 'stderr');
  });

  test('hashes and binary output, unless they were given', () => {
    const hash = 'd41d8cd98f00b204e9800998ecf8427e';
    const found = run('recall-only', [
      { name: 'digest', stdout: `${hash}  -\n` },
      { name: 'given', stdout: `${hash}\n`, stdin: `${hash}\n` },
      { name: 'from a file', stdout: `${hash}\n`, files: { f: { text: hash } } },
      {
        name: 'binary file',
        stdout: '\x00\x01'.repeat(50),
        files: { f: { text: '\x00'.repeat(99) } },
      },
      { name: 'binary', stdout: '\x00\x01\x02\x80\x90'.repeat(20), stdin: 'text' },
      { name: 'uuid', stdout: '8c9e6f4e-95b8-4f0e-a6b8-1c57e3d3b7aa\n' },
    ]);
    assert.deepEqual(casesOf(found), [['digest'], ['binary']]);
  });

  test('options that only hidden cases, or no cases, use', () => {
    const sketches = [
      { name: 'v', args: ['-ab', '--', '-z'] },
      { name: 'h', labels: ['hidden'], args: ['--rare=1', '-a', '-5'] },
    ];
    const docs = 'usage: [-a] [-b] [--rare N] [--never]';
    assert.deepEqual(casesOf(run('hidden-only-option', sketches, { docs })), [['h']]);
    assert.match(run('untouched-option', sketches, { docs })[0]?.message ?? '', /uses --never$/);
  });

  test('hidden answers that stand in the docs', () => {
    const answer = 'a long and telling line of output, forty characters or more\n';
    const found = run(
      'hidden-leak',
      [
        { name: 'quoted', labels: ['hidden'], stdout: answer },
        { name: 'visible', stdout: answer },
        { name: 'named-case', labels: ['hidden'], stdout: 'x' },
        { name: 'select/0042', labels: ['hidden'], stdout: 'x' },
        { name: 'größe-1', labels: ['hidden'], stdout: 'x' },
        { name: 'version', labels: ['hidden'], stdout: 'x' },
        { name: 'ignore-case', labels: ['hidden'], stdout: 'x' },
      ],
      {
        docs: Buffer.from(
          `see ${answer}; --ignore-case, version; tested by named-case, größe-1, ` +
            'cases/hidden/select/0042.case.',
        ).toString('latin1'),
      },
    );
    assert.deepEqual(casesOf(found), [['named-case'], ['select/0042'], ['größe-1'], ['quoted']]);
  });

  test('hidden answers that stand in the input of a visible case', () => {
    const answer = 'a long and telling line of output, forty characters or more';
    const found = run('hidden-leak', [
      { name: 'secret', labels: ['hidden'], stdout: `${answer}\n` },
      { name: 'shared', labels: ['hidden'], stdin: `copy ${answer}`, stdout: `${answer}\n` },
      {
        name: 'own file',
        labels: ['hidden'],
        stdout: `${answer}\n`,
        files: { f: { text: answer } },
      },
      { name: 'other', labels: ['hidden'], stdout: `${answer.replace('telling', 'missing')}\n` },
      { name: 'v', files: { 'in.txt': { text: `before ${answer} after` } } },
      { name: 'w', stdout: answer },
    ]);
    assert.deepEqual(casesOf(found), [['secret', 'v']]);
  });

  test('hidden inputs in the docs weigh less than hidden answers', () => {
    const args = ['--from=iec', '--to=si', '--padding=12', '42Ki'];
    const found = run('hidden-leak', [{ name: 'h', labels: ['hidden'], args, stdout: '43k' }], {
      docs: `for example: numfmt ${args.join(' ')}`,
    });
    assert.deepEqual(
      found.map(({ severity, part }) => [severity, part]),
      [['info', 'args']],
    );
  });

  test('a hidden case that is answered as its dual is', () => {
    const found = run('same-answer', [
      { name: 'v', stdout: 'a\n' },
      { name: 'same', labels: ['hidden'], duals: ['v'], args: ['2'], stdout: 'a\n' },
      { name: 'differs', labels: ['hidden'], duals: ['v'], stdout: 'b\n' },
      { name: 'code', labels: ['hidden'], duals: ['v'], stdout: 'a\n', returncode: 1 },
    ]);
    assert.deepEqual(casesOf(found), [['same', 'v']]);
  });

  test('files that were lost on the way: pointers of Git LFS, programs without their mode', () => {
    const sketches = [
      {
        name: 'pointer',
        files: { 'big.dat': { text: 'version https://git-lfs.github.com/spec/v1\noid sha256:0' } },
      },
      { name: 'script', files: { 'run.sh': { text: '#!/bin/sh\n' } } },
      { name: 'right', files: { 'run.sh': { text: '#!/bin/sh\n', mode: 0o755 } } },
    ];
    assert.deepEqual(casesOf(run('lfs-pointer', sketches)), [['pointer']]);
    assert.deepEqual(casesOf(run('lost-mode', sketches)), [['script']]);
    assert.equal(run('lost-mode', sketches)[0]?.part, 'file run.sh');
  });

  test('what running the reference again showed', () => {
    const verification = new Map([
      ['slow', { durationMs: 1500 }],
      ['drifts', { durationMs: 1, drift: 'stdout differs at byte 3' }],
      ['flakes', { durationMs: 1, flaky: 'stdout varies with the time zone' }],
      ['fine', { durationMs: 10 }],
    ]);
    assert.deepEqual(casesOf(run('near-timeout', [], { verification })), [['slow']]);
    assert.deepEqual(casesOf(run('drift', [], { verification })), [['drifts']]);
    assert.deepEqual(casesOf(run('flaky', [], { verification })), [['flakes']]);
  });

  test('crowds of one shape and of one answer', () => {
    const alike = Array.from({ length: 12 }, (_, i) => ({
      name: `n${i}`,
      args: [String(i)],
      stdout: `${i} apples\n`,
    }));
    assert.equal(run('near-duplicate', alike)[0]?.cases.length, 12);
    assert.equal(run('constant-pass', alike).length, 0);
    const constant = alike.map((c) => ({ ...c, stdout: 'no\n', returncode: 1 }));
    assert.match(run('constant-pass', constant)[0]?.message ?? '', /12 of 12/);
  });

  test('a case that was never recorded', () => {
    assert.deepEqual(
      casesOf(run('missing-gold', [{ name: 'new', gold: false }, { name: 'old' }])),
      [['new']],
    );
  });
});

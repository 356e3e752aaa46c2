import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Meter } from '../../../src/core/agents/budget';
import { readJournal, RunJournal } from '../../../src/core/agents/log/runJournal';
import type { OracleNote } from '../../../src/core/agents/oracle/oracle';
import { isReadableReference } from '../../../src/core/agents/oracle/oracleSpec';
import { OracleEvents } from '../../../src/core/agents/run/oracleEvents';
import { scriptReference } from '../../../src/core/audit/checks/scriptReference';
import type { AuditContext } from '../../../src/core/audit/finding';
import { withExecuteOnlyCopies } from '../../../src/core/sandbox/executeOnly';

suite('agents: what guards the oracle', () => {
  let folder: string;
  setup(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'oracle-'));
  });
  teardown(() => rm(folder, { recursive: true, force: true }));

  test('a loop of calls that is left running does not fill the log: the rest is counted', async () => {
    const file = path.join(folder, 'journal.jsonl');
    const { journal } = await RunJournal.open(file);
    const events = new OracleEvents(journal, new Meter({}, undefined));
    const stream = { bytes: 0, sha256: '', text: '' };
    const note: OracleNote = {
      ...{ argv: ['mirror', 'x'], cwd: '/work', env: {}, stdinBytes: 0, files: 0, leftOut: 0 },
      ...{ end: 'exit 0', exitCode: 0, stdout: stream, stderr: stream, outputs: 0, durationMs: 1 },
    };
    for (const calls of [12_000, 3]) {
      for (let i = 0; i < calls; i++) {
        events.add(i % 2 === 0 ? note : { ...note, end: 'exit 2' });
      }
      await events.flush();
    }
    await journal.dispose();
    const steps: { told: number; rest: unknown }[] = [];
    let told = 0;
    for await (const entry of readJournal(file)) {
      if (entry.kind === 'event' && entry.event.event === 'info') {
        steps.push({ told, rest: entry.event.data });
        told = 0;
      }
      told += Number(entry.kind === 'event' && entry.event.event === 'sandbox');
    }
    const rest = { more_calls: { 'exit 0': 3500, 'exit 2': 3500 }, told: 5000 };
    assert.deepEqual([steps, told], [[{ told: 5000, rest }], 3], 'the next step is told again');
  });

  test('a script is said to be one that an agent may get to read', async () => {
    const script = path.join(folder, 'script');
    await writeFile(script, '#!/bin/sh\ncat "$1"\n');
    const binary = path.join(folder, 'binary');
    await copyFile(process.execPath, binary);
    const of = (reference: { path?: string; image?: string }) =>
      isReadableReference({ reference: { prefixArgs: [], needs: [], ...reference } });
    const isElf = process.platform === 'linux';
    assert.deepEqual(
      [await of({ path: script }), await of({ path: binary }), await of({ image: 'x' })],
      [true, !isElf, false],
    );
    const findings = (referenceIsScript: boolean) =>
      [...scriptReference.run({ referenceIsScript } as AuditContext)].map(({ message }) => message);
    assert.match(findings(true).join(), /script/u);
    assert.deepEqual(findings(false), []);
  });

  test('what is to be run and not read is shown as a copy; the original stays as it is', async () => {
    const source = path.join(folder, 'program');
    await writeFile(source, 'bytes');
    await chmod(source, 0o755);
    const mounts = [
      { source, target: '/a', unreadable: true },
      { source, target: '/b' },
    ];
    const [hidden, open] = await withExecuteOnlyCopies(mounts, path.join(folder, 'copies'));
    assert.deepEqual([open?.source, (await stat(source)).mode & 0o777], [source, 0o755]);
    assert.equal((await stat(hidden?.source ?? '')).mode & 0o777, 0o111);
  });
});

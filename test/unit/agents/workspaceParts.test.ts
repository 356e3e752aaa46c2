import assert from 'node:assert/strict';
import os from 'node:os';
import { Meter } from '../../../src/core/agents/budget';
import { RunJournal } from '../../../src/core/agents/log/runJournal';
import { OracleCallReader } from '../../../src/core/agents/oracle/oracleCall';
import type { OracleRequest } from '../../../src/core/agents/oracle/oracleCall';
import { TaskCommands } from '../../../src/core/agents/program/taskCommands';
import { RelayConnection } from '../../../src/core/agents/workspace/relayConnection';
import { relayWindow } from '../../../src/core/agents/workspace/serverFrames';
import { shellResult } from '../../../src/core/agents/workspace/shellOutput';
import { SnapshotBuilder } from '../../../src/core/agents/workspace/snapshotBuilder';
import type { FileEntry } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { FieldReader, fromRunner, FrameWriter, toRunner } from '../../../src/core/sandbox/frames';

/** The fields of one frame, as a reader of answers gets them. */
function fields(fill: (writer: FrameWriter) => void): FieldReader {
  const writer = new FrameWriter().begin(0, 0);
  fill(writer);
  const reader = new FieldReader(writer.finish().take().subarray(5));
  reader.u32();
  return reader;
}

const entry = (kind: number, path: string, target = '') =>
  fields((writer) => writer.u8(kind).u32(0o644).u64(0).string(path).string(target));

suite('agents: what comes out of a sandbox', () => {
  test('output is cut in its middle, and says how much is missing', () => {
    const output = Buffer.from(`${'a'.repeat(100)}${'z'.repeat(100)}`);
    const answer = (limit: number, total = output.length) =>
      shellResult(
        fields((writer) => writer.u32(0).u32(3).u64(total).u32(100).bytes(output)),
        limit,
      );
    assert.deepEqual(answer(200), {
      output: output.toString(),
      exit: { kind: 'exit', code: 3 },
    });
    const cut = answer(20);
    assert.equal(cut.output, 'aaaaaaaaaa\n[… 180 bytes left out …]\nzzzzzzzzzz');
    assert.equal(cut.cutFrom, 200);
    assert.match(answer(1000, 5000).output, /a\n\[… 4800 bytes left out …\]\nz/u);
  });

  test('a snapshot keeps the contents that did not change, and no path that leads out', () => {
    const known: FileEntry = {
      kind: 'file',
      path: 'a/same',
      mode: 0o644,
      content: bytesContent('as before'),
    };
    const builder = new SnapshotBuilder(new Map([[known.path, known]]));
    builder.onPart(fromRunner.output, entry(1, 'a'));
    builder.onPart(fromRunner.output, entry(5, 'a/same'));
    builder.onPart(fromRunner.output, entry(5, 'a/never-seen'));
    builder.onPart(fromRunner.output, entry(0, '../../etc/passwd'));
    builder.onPart(
      fromRunner.outputData,
      fields((writer) => writer.bytes(Buffer.from('evil'))),
    );
    builder.onPart(fromRunner.output, entry(0, 'a/new'));
    builder.onPart(
      fromRunner.outputData,
      fields((writer) => writer.bytes(Buffer.from('one '))),
    );
    builder.onPart(
      fromRunner.outputData,
      fields((writer) => writer.bytes(Buffer.from('two'))),
    );
    builder.onPart(fromRunner.output, entry(2, 'link', '/etc/passwd'));
    const files = builder.finish();
    assert.deepEqual(
      files.map(({ path }) => path),
      ['a', 'a/new', 'a/same', 'link'],
    );
    assert.equal(files[2], known);
    const [, made] = files;
    assert.ok(made?.kind === 'file' && made.content.kind === 'bytes');
    assert.equal(Buffer.from(made.content.bytes).toString(), 'one two');
  });

  test('a connection never has more under way than the window', () => {
    const sent: number[] = [];
    let ended = 0;
    const connection = new RelayConnection({
      data: (bytes) => sent.push(bytes.length),
      ack: () => undefined,
      end: () => (ended += 1),
    });
    connection.write(Buffer.alloc(relayWindow + 1000));
    connection.end();
    assert.deepEqual([sent, ended], [[relayWindow], 0]);
    connection.taken(600);
    assert.deepEqual([sent, ended], [[relayWindow, 600], 0]);
    connection.taken(relayWindow);
    assert.deepEqual([sent, ended], [[relayWindow, 600, 400], 1]);
  });

  suite('a call of the oracle', () => {
    const frame = (type: number, fill: (writer: FrameWriter) => void = () => undefined) => {
      const writer = new FrameWriter().begin(type, 0);
      fill(writer);
      return writer.finish().take();
    };
    const head = (flags: number) =>
      frame(toRunner.run, (writer) =>
        writer
          .u32(flags)
          .u32(0o022)
          .string('/workdir')
          .u32(2)
          .string('prog')
          .string('\udcff')
          .u32(2)
          .string('A=1=2')
          .string('nonsense'),
      );
    const start = frame(toRunner.start, (writer) => writer.u32(7));
    const file = (path: string) =>
      frame(fromRunner.output, (writer) => writer.u8(0).u32(0o600).u64(2).string(path).string(''));

    const noHold = () => undefined;

    test('is read however it is cut, and every byte is acknowledged', () => {
      let request: OracleRequest | undefined;
      let acknowledged = 0;
      const reader = new OracleCallReader(
        (came) => (request = came),
        (bytes) => (acknowledged += bytes),
        noHold,
      );
      const data = frame(fromRunner.outputData, (writer) => writer.bytes(Buffer.from('hi')));
      const all = Buffer.concat([head(2), file('d/f'), data, start]);
      for (const byte of all) {
        reader.push(Buffer.from([byte]));
      }
      assert.deepEqual(request?.argv, ['prog', '\udcff']);
      assert.deepEqual(request.env, [['A', '1=2']]);
      assert.deepEqual([request.cwd, request.leftOut, request.stdin], ['/workdir', 7, undefined]);
      assert.deepEqual(
        request.files.map(({ path }) => path),
        ['d/f'],
      );
      assert.equal(acknowledged, all.length);
    });

    test('that makes no sense is refused', () => {
      const reader = () =>
        new OracleCallReader(
          () => undefined,
          () => undefined,
          noHold,
        );
      assert.throws(() => reader().push(start), RangeError);
      assert.throws(() => reader().push(file('../x')), RangeError);
      assert.throws(() => reader().push(frame(99)), RangeError);
    });

    test('of the task’s commands keeps no file that a forger sends along', async () => {
      const { journal } = await RunJournal.open(os.devNull);
      const said: string[] = [];
      const connection = new RelayConnection({
        data: (bytes) => said.push(Buffer.from(bytes).toString()),
        ack: () => undefined,
        end: () => undefined,
      });
      const unused = () => Promise.reject(new Error('nothing is run'));
      new TaskCommands({
        tools: [],
        journal,
        meter: new Meter({}, undefined),
        signal: new AbortController().signal,
        onSubmitted: unused,
        onFailure: () => undefined,
      }).serve(connection);
      const data = frame(fromRunner.outputData, (writer) => writer.bytes(Buffer.alloc(1000)));
      connection.onBytes(Buffer.concat([head(2), file('d/f'), data, start]));
      assert.match(said.join(''), /brings files along/u);
      await journal.dispose();
    });

    test('stdin is acknowledged when it has been taken', async () => {
      let acknowledged: number[] = [];
      const requests: OracleRequest[] = [];
      const reader = new OracleCallReader(
        (came) => requests.push(came),
        (bytes) => acknowledged.push(bytes),
        noHold,
      );
      reader.push(Buffer.concat([head(0), start]));
      acknowledged = [];
      reader.push(frame(toRunner.stdin, (writer) => writer.bytes(Buffer.from('abc'))));
      assert.equal(acknowledged.length, 0);
      reader.push(frame(toRunner.stdinEnd));
      const pieces: string[] = [];
      for await (const piece of requests[0]?.stdin ?? []) {
        pieces.push(Buffer.from(piece).toString());
      }
      assert.deepEqual(pieces, ['abc']);
      assert.ok(acknowledged.includes(12), 'three bytes and their frame');
    });
  });
});

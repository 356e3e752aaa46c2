import assert from 'node:assert/strict';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { editorHarm, readPart, withPart } from '../../../src/core/cases/parts';

const one: Case = {
  name: 'one',
  labels: [],
  duals: [],
  input: {
    args: [],
    env: {},
    stdin: bytesContent('in'),
    files: [
      { kind: 'file', path: 'a', mode: 0o755, content: bytesContent('A') },
      { kind: 'link', path: 'b', target: 'a' },
    ],
  },
  gold: { stdout: bytesContent('out'), stderr: emptyContent, returncode: 0, outputs: [] },
};

suite('the parts of a case', () => {
  const read = async (source: Case, kind: 'stdin' | 'file' | 'stdout', path?: string) =>
    Buffer.from(await readPart(source, { kind, ...(path !== undefined && { path }) })).toString(
      'latin1',
    );

  test('are read and changed one by one', async () => {
    assert.equal(await read(one, 'stdout'), 'out');
    const changed = withPart(one, { kind: 'file', path: 'a' }, Buffer.from([0xff]));
    assert.equal(await read(changed, 'file', 'a'), '\xff');
    assert.equal(await read(changed, 'stdin'), 'in');
    const { files } = changed.input;
    assert.deepEqual(
      [files[0]?.kind === 'file' && files[0].mode, files[1]],
      [0o755, one.input.files[1]],
    );
  });

  test('of the gold none is changed, and what is not there is an error', async () => {
    assert.throws(() => withPart(one, { kind: 'stdout' }, Buffer.from('x')), /part of the gold/);
    assert.throws(() => withPart(one, { kind: 'file', path: 'b' }, Buffer.from('x')), /no file b/);
    await assert.rejects(readPart(one, { kind: 'out', path: 'x' }), /no out x/);
  });

  test('an editor is kept from what it would alter', () => {
    const harms = ['a\nb', 'a\r\nb\r\n', '', 'a\r\nb\n', 'a\rb', 'a\0'].map((text) =>
      editorHarm(Buffer.from(text)),
    );
    assert.deepEqual(
      harms.map((harm) => harm !== undefined),
      [false, false, false, true, true, true],
    );
    assert.match(editorHarm(Buffer.from([0x61, 0xff])) ?? '', /not UTF-8/);
  });
});

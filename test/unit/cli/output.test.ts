import assert from 'node:assert/strict';
import { exitCodes, reportError } from '../../../src/cli/io';
import { pathFrom } from '../../../src/cli/pathFrom';
import { formatTable } from '../../../src/cli/table';
import { InfraError } from '../../../src/core/errors';

suite('what the command line prints and is given', () => {
  test('a name from a file of someone else moves no cursor and begins no line', () => {
    const printed = formatTable(['case'], [['a\x1b[2J\nb\u202ec\u2028\x9b']]);
    assert.equal(printed, 'case\na\\u{1b}[2J\\nb\\u{202e}c\\u{2028}\\u{9b}\n');
  });

  test('a path that is not UTF-8 is refused instead of being taken for another', () => {
    assert.equal(pathFrom({ cwd: '/a' }, 'b/ü'), '/a/b/ü');
    assert.throws(() => pathFrom({ cwd: '/a' }, 'b\udcff'), /"\/a\/b\\udcff" .*not UTF-8/u);
  });

  test('a sandbox that Ctrl+C has ended is no failure of the engine', () => {
    const notes: string[] = [];
    const exitCode = (signal: AbortSignal) =>
      reportError(
        { signal, note: (line) => notes.push(line) },
        new InfraError('The sandbox failed: it ended.'),
      );
    assert.equal(exitCode(AbortSignal.abort()), exitCodes.cancelled);
    assert.deepEqual(notes, ['Cancelled.']);
    assert.equal(exitCode(new AbortController().signal), exitCodes.infra);
  });
});

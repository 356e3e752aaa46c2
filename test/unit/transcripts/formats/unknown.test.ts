import assert from 'node:assert/strict';
import path from 'node:path';
import { Temporary } from '../support/temporary';

suite('what is no transcript', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('what is no transcript is refused with a sentence that says what is known', async () => {
    for (const [name, text] of [
      ['empty', ''],
      ['a.eval', 'not a zip'],
      ['b.json', '{"name":"x"}'],
      ['c.jsonl', '{"a":1}\n{"b":2}\n'],
      ['d', '\u0000\u0001'.repeat(5000)],
    ] as const) {
      await assert.rejects(
        files.open(files.write(name, text)),
        (error: Error & { action?: string }) => {
          assert.equal(error.name, 'UserError');
          assert.match(`${error.message} ${error.action ?? ''}`, /Inspect logs/);
          return true;
        },
      );
    }
    await assert.rejects(files.open(path.join(files.folder, 'absent')), /no such file/);
  });
});

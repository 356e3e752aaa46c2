import assert from 'node:assert/strict';
import { Temporary } from '../support/temporary';

suite('asciicasts', () => {
  let files: Temporary;
  setup(() => {
    files = new Temporary();
  });
  teardown(() => files.dispose());

  test('asciicast: times since the start in version 2, since the event before in version 3', async () => {
    const v2 =
      '{"version":2,"width":80,"height":24,"timestamp":1760000000}\n[0.5,"o","a"]\n[2,"m","passed 3/4"]\n';
    const v3 =
      '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1760000000}\n# note\n[0.5,"o","a"]\n[1.5,"m","passed 3/4"]\n[0.25,"x","0"]\n[9,"o","half a li';
    for (const [name, text, status] of [
      ['2.cast', v2, null],
      ['3.cast', v3, 'exit 0'],
    ] as const) {
      const transcript = await files.open(files.write(name, text));
      const info = await transcript.info();
      assert.equal(info.format, 'asciicast');
      assert.equal(info.formatVersion, Number(name[0]));
      assert.equal(info.status, status);
      assert.deepEqual(info.unread, []);
      const summaries = await transcript.summaries(0, 0, 9);
      assert.deepEqual(
        summaries.slice(0, 2).map(({ time }) => time),
        [1760000000500, 1760000002000],
      );
      assert.deepEqual(
        (await transcript.markers(0)).map(({ type, ordinal }) => [type, ordinal]),
        [['testRun', 1]],
      );
    }
  });
});

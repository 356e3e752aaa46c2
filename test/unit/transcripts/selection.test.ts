import assert from 'node:assert/strict';
import { parseSelection } from '../../../src/core/transcripts/export/selection';

suite('Events chosen by their numbers', () => {
  test('numbers and ranges, each event once and in order', () => {
    assert.deepEqual([...(parseSelection('7-9, 0, 8–10 ,2', 11) ?? [])], [0, 2, 7, 8, 9, 10]);
  });

  test('what is no choice of events is refused, past the end and backwards included', () => {
    for (const text of ['', 'a', '1-', '3-1', '5, ,6', '0-11', '-1', '1e3', '0.5']) {
      assert.equal(parseSelection(text, 11), undefined, text);
    }
  });
});

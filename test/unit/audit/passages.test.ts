import assert from 'node:assert/strict';
import { PassageFinder } from '../../../src/core/audit/passages';

suite('passages in a text', () => {
  test('are found as a plain search finds them, wherever they stand', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed % below;
    };
    const text = Array.from({ length: 5000 }, () => String.fromCharCode(97 + random(3))).join('');
    const passages = Array.from({ length: 300 }, (_, i) => {
      const at = random(text.length - 40);
      const taken = text.slice(at, at + 8 + random(20));
      return { owner: i, text: i % 2 === 0 ? taken : `${taken}x` };
    });
    const found = new PassageFinder(passages, 8).find(text);
    const expected = passages
      .filter((passage) => text.includes(passage.text))
      .map(({ owner, text: wanted }) => [owner, text.indexOf(wanted)]);
    const got = found.map(({ passage, offset }) => [passage.owner, offset]);
    const byOwner = (a: readonly number[], b: readonly number[]) => (a[0] ?? 0) - (b[0] ?? 0);
    assert.deepEqual(got.sort(byOwner), expected.sort(byOwner));
    assert.ok(expected.length >= 150);
  });

  test('at the very ends; shorter ones than the window are left out', () => {
    const finder = new PassageFinder(
      [
        { owner: 'start', text: 'abcd' },
        { owner: 'end', text: 'wxyz' },
        { owner: 'short', text: 'abc' },
      ],
      4,
    );
    const names = (text: string) => finder.find(text).map(({ passage }) => passage.owner);
    assert.deepEqual(names('abcd wxyz'), ['start', 'end']);
    assert.deepEqual(names('abcd'), ['start']);
    assert.deepEqual(names('abc'), []);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonStream } from '../../../src/core/transcripts/json/jsonStream';
import type { Leaf, Shape } from '../../../src/core/transcripts/json/jsonStream';
import { Members } from '../../../src/core/transcripts/json/members';
import { parseJson } from '../../../src/core/transcripts/json/parseJson';
import { skipValue } from '../../../src/core/transcripts/json/scan';
import { isoTime } from '../../../src/core/transcripts/index/isoTime';

/** What a stream reports of a document that arrives in pieces. */
function stream(document: string | Buffer, shape: Shape, sizes: readonly number[]) {
  const bytes = Buffer.from(document);
  const found: { leaf: Leaf; text: string }[] = [];
  const large: Leaf[] = [];
  const json = new JsonStream(shape, {
    value: (leaf, buffer, start, end) =>
      void found.push({ leaf: { ...leaf }, text: buffer.toString('utf8', start, end) }),
    largeValue: (leaf) => void large.push({ ...leaf }),
  });
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    json.push(bytes.subarray(at, at + size));
    at += size;
  }
  json.end();
  return { found, large, complete: json.complete, held: json.held };
}

suite('JSON as a stream of bytes', () => {
  test('reports every element, wherever the bytes are cut', () => {
    const shape: Shape = {
      keys: { events: { items: { leaf: 'event' } } },
      rest: { leaf: 'field' },
    };
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 12 }),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (events, others, sizes) => {
          const rest = Object.fromEntries(
            Object.entries(others).filter(([key]) => key !== 'events'),
          );
          const document = JSON.stringify({ ...rest, events, last: 'ü\\"\n' }, null, 1);
          const bytes = Buffer.from(document);
          const { found, complete } = stream(document, shape, sizes);
          const given = found.filter(({ leaf }) => leaf.id === 'event');
          assert.ok(complete);
          assert.deepEqual(
            given.map(({ text }) => JSON.parse(text) as unknown),
            JSON.parse(JSON.stringify(events)),
          );
          for (const { leaf, text } of found) {
            const there = bytes.toString('utf8', leaf.offset, leaf.offset + leaf.length);
            assert.equal(there, text, 'the offset leads back to the value');
          }
          const fields = found.filter(({ leaf }) => leaf.id === 'field');
          assert.deepEqual(
            new Set(fields.map(({ leaf }) => JSON.stringify(leaf.key))),
            new Set(
              [...Object.keys(rest), 'last'].map((key) =>
                // Escapes in keys are left as they are written.
                JSON.stringify(JSON.stringify(key).slice(1, -1)),
              ),
            ),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('gives what is whole of a document that is cut off', () => {
    const document = JSON.stringify({ events: [{ a: 1 }, { b: [2] }, 'three'] });
    for (let length = 0; length <= document.length; length++) {
      const { found, complete } = stream(
        document.slice(0, length),
        { keys: { events: { items: { leaf: 'event' } } } },
        [7],
      );
      assert.equal(complete, length === document.length);
      found.forEach(({ text }) => void JSON.parse(text));
    }
  });

  test('follows a value that is larger than may be held without holding it', () => {
    const size = 40 * 1024 * 1024;
    const large = `"${'x'.repeat(size)}\\""`;
    const document = Buffer.from(`{"events":[1,${large},{"after":true}]}`);
    const {
      found,
      large: given,
      held,
    } = stream(document, { keys: { events: { items: { leaf: 'event' } } } }, [1024 * 1024]);
    assert.deepEqual(
      found.map(({ text }) => text),
      ['1', '{"after":true}'],
    );
    assert.equal(given.length, 1);
    assert.equal(given[0]?.length, large.length);
    assert.equal(given[0].key, 1);
    assert.ok(held < 1024);
  });

  test('a hundred thousand brackets deep is skipped without running out of stack', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const { found } = stream(`{"a":${deep},"b":2}`, { rest: { leaf: 'field' } }, [65_536]);
    assert.deepEqual(
      found.map(({ leaf, text }) => [leaf.key, text.length]),
      [
        ['a', deep.length],
        ['b', 1],
      ],
    );
  });

  test('the members of an object are found with its end in one pass', () => {
    const text = '{"a": "x\\"}", "bb" :[1,{"a":3}],"n":-1.5e3,"e":{},"a":"last","z":null} tail';
    const bytes = Buffer.from(text);
    const members = new Members(['a', 'bb', 'n', 'e', 'z', 'absent']);
    assert.equal(members.walk(bytes, 0, bytes.length), text.indexOf(' tail'));
    assert.equal(members.text('a'), 'last', 'of doubled members the last one counts');
    assert.equal(members.number('n'), -1500);
    assert.equal(members.has('e'), false);
    assert.equal(members.has('z'), false);
    assert.equal(members.has('bb'), true);
    assert.equal(members.find('absent'), -1);
    assert.equal(members.walk(bytes, 0, 20), -1, 'a cut object has no end');
  });

  test('bare NaN and Infinity, as Python writes them, are numbers; in texts they stay texts', () => {
    const value = parseJson(Buffer.from('{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN, Infinity"}'));
    assert.deepEqual(value, { a: NaN, b: [-Infinity, Infinity], c: 'NaN, Infinity' });
    assert.throws(() => parseJson(Buffer.from('{"a":Nope}')), /JSON/);
  });

  test('values end where their grammar ends them', () => {
    const end = (text: string) => skipValue(Buffer.from(text), 0, text.length);
    assert.equal(end('12,'), 2);
    assert.equal(end('12'), -1, 'a number may go on');
    assert.equal(end('"a\\\\" '), 5);
    assert.equal(end(`"${'é\\"'.repeat(50)}"`), -1, 'counted in bytes, not characters');
    assert.equal(end('{"a":"}"}x'), 9);
  });

  test('times are read with fractions and zones, and as UTC without', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1971-01-01'), max: new Date('2120-01-01'), noInvalidDate: true }),
        fc.integer({ min: -14 * 4, max: 14 * 4 }),
        (date, quarters) => {
          const bytes = Buffer.from(date.toISOString());
          assert.equal(isoTime(bytes, 0, bytes.length), date.getTime());
          const shifted = new Date(date.getTime() + quarters * 900_000).toISOString();
          const zone = `${quarters < 0 ? '-' : '+'}${String(Math.floor(Math.abs(quarters) / 4)).padStart(2, '0')}:${String((Math.abs(quarters) % 4) * 15).padStart(2, '0')}`;
          const zoned = Buffer.from(shifted.replace('Z', zone));
          assert.equal(isoTime(zoned, 0, zoned.length), date.getTime());
        },
      ),
    );
    const micro = Buffer.from('2026-06-16T05:39:18.809928');
    assert.ok(
      Math.abs(isoTime(micro, 0, micro.length) - Date.UTC(2026, 5, 16, 5, 39, 18, 809.928)) < 1,
    );
    assert.ok(Number.isNaN(isoTime(Buffer.from('yesterday at about noon'), 0, 23)));
  });
});

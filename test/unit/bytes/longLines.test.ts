import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BufferSource } from '../../../src/core/bytes/byteSource';
import { compareSources } from '../../../src/core/bytes/compareSources';
import { RegionTable } from '../../../src/core/bytes/regionTable';
import { PagedReader } from '../../../src/core/bytes/view/pagedReader';
import { TextRows } from '../../../src/core/bytes/view/textRows';

/** The smallest windows that are allowed: as many borders as can be. */
const narrow = { first: 10_000, largest: 20_000 };

/** Bytes that look random and are always the same. */
function noise(length: number, seed: number): string {
  let state = seed * 2 + 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 0x9e3779b1) + 12345) | 0;
    return String.fromCharCode(97 + ((state >>> 20) % 26));
  }).join('');
}

/** Both sides as the rows show them, and whether each row's cells are there and not empty. */
function rowsOf(a: Buffer, b: Buffer, windows?: typeof narrow) {
  const sources = { a: new BufferSource(a), b: new BufferSource(b) };
  const table = new RegionTable();
  for (const _ of compareSources(sources.a, sources.b, table, windows)) {
    // To the end.
  }
  const rows = new TextRows(table, {
    a: new PagedReader(sources.a),
    b: new PagedReader(sources.b),
  });
  rows.update();
  const sides = { expected: [] as Buffer[], actual: [] as Buffer[] };
  for (let row = 0; row < rows.count; row++) {
    const shown = rows.read(row, 'both');
    for (const side of ['expected', 'actual'] as const) {
      const cell = 'expected' in shown || 'actual' in shown ? shown[side] : undefined;
      if (cell !== undefined && 'bytes' in cell) {
        assert.ok(cell.bytes.length > 0, `row ${row} shows no byte`);
        sides[side].push(Buffer.from(cell.bytes));
      }
    }
  }
  return { expected: Buffer.concat(sides.expected), actual: Buffer.concat(sides.actual) };
}

suite('byte view: lines of many kilobytes', () => {
  test('a change in the middle of one leaves every row its bytes', () => {
    const line = noise(10_000, 1);
    const a = Buffer.from(`head\n${line}\ntail\n`);
    for (let at = 1000; at < 10_000; at += 1500) {
      const b = Buffer.from(`head\n${line.slice(0, at)}!${line.slice(at)}\ntail\n`);
      assert.deepEqual(rowsOf(a, b), { expected: a, actual: b });
    }
  });

  test('rows hold all bytes, whatever is cut and put together', () => {
    const piece = fc.tuple(
      fc.constantFrom(3, 300, 900, 4090, 4096, 4097, 7000),
      fc.nat(3),
      fc.boolean(),
    );
    const side = fc.array(piece, { maxLength: 8 });
    const bytesOf = (pieces: readonly [number, number, boolean][]) =>
      Buffer.from(
        pieces.map(([length, seed, ends]) => noise(length, seed) + (ends ? '\n' : '')).join(''),
      );
    fc.assert(
      fc.property(side, side, fc.boolean(), (left, right, isNarrow) => {
        const [a, b] = [bytesOf(left), bytesOf(right)];
        const shown = rowsOf(a, b, isNarrow ? narrow : undefined);
        assert.ok(shown.expected.equals(a) && shown.actual.equals(b));
      }),
      { numRuns: 150 },
    );
  });
});

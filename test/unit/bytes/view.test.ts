import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { BufferSource } from '../../../src/core/bytes/byteSource';
import { compareSources } from '../../../src/core/bytes/compareSources';
import { RegionTable } from '../../../src/core/bytes/regionTable';
import { ArrangedRows } from '../../../src/core/bytes/view/arrangedRows';
import { copyBytes } from '../../../src/core/bytes/view/copyBytes';
import { HexRows } from '../../../src/core/bytes/view/hexRows';
import { PagedReader } from '../../../src/core/bytes/view/pagedReader';
import { TextRows } from '../../../src/core/bytes/view/textRows';
import { BytesSession } from '../../../src/core/bytes/view/bytesSession';
import { decodeStream } from '../../../src/core/cases/streamText';
import type { Arrangement, HexCell, Row, TextCell } from '../../../src/protocol/bytes';
import { editedPair } from './pairs';

const plain: Arrangement = {
  mode: 'text',
  inline: false,
  collapse: false,
  unfolded: [],
  bytesPerRow: 16,
};
const signal = new AbortController().signal;

async function session(a: Uint8Array | string, b: Uint8Array | string) {
  const pairs = [
    { name: 'stdout', expected: { bytes: Buffer.from(a) }, actual: { bytes: Buffer.from(b) } },
  ];
  const made = new BytesSession(pairs, () => undefined);
  await made.summary({ stream: 0 }, signal);
  return made;
}

function allRows(made: BytesSession, arrangement: Arrangement): Row[] {
  const { rows } = made.layout({ stream: 0, arrangement });
  const result: Row[] = [];
  for (let from = 0; from < rows; from += 512) {
    result.push(...made.rows({ stream: 0, arrangement, from, count: 512 }));
  }
  assert.equal(result.length, rows);
  return result;
}

/** A row as a line of text: sign, then both cells with their line numbers. */
function show(row: Row): string {
  if (row.kind === 'fold') {
    return `… ${row.hidden}`;
  }
  if (row.kind === 'hex') {
    const side = ({ offset, values, changed }: HexCell) =>
      `${offset}:${values
        .map((v, i) => (v < 0 ? '--' : v.toString(16).padStart(2, '0')) + (changed[i] ? '*' : ''))
        .join(' ')}`;
    return `${side(row.expected)} | ${side(row.actual)}`;
  }
  const cell = (side: TextCell | undefined) => {
    if (side === undefined) {
      return '';
    }
    const text = Buffer.from(side.bytes).toString('latin1');
    const marks = side.changed.map(([from, to]) => `[${text.slice(from, to)}]`).join('');
    return `${side.line} ${JSON.stringify(text)}${marks}`;
  };
  return `${row.kind}: ${cell(row.expected)} | ${cell(row.actual)}`;
}

suite('byte view: rows', () => {
  test('changed lines stand beside each other, with the bytes that changed', async () => {
    const made = await session('same\ntotal 1.50\nend\n', 'same\ntotal 1.5\r\nmore\nend\n');
    assert.deepEqual(allRows(made, plain).map(show), [
      'equal: 1 "same\\n" | 1 "same\\n"',
      'changed: 2 "total 1.50\\n"[0] | 2 "total 1.5\\r\\n"[\r]',
      'changed:  | 3 "more\\n"[more\n]',
      'equal: 3 "end\\n" | 4 "end\\n"',
    ]);
    assert.deepEqual(allRows(made, { ...plain, inline: true }).map(show), [
      'equal: 1 "same\\n" | 1 "same\\n"',
      'removed: 2 "total 1.50\\n"[0] | ',
      'added:  | 2 "total 1.5\\r\\n"[\r]',
      'added:  | 3 "more\\n"[more\n]',
      'equal: 3 "end\\n" | 4 "end\\n"',
    ]);
  });

  test('equal parts fold around changes, and unfold one by one', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\n`);
    const changed = lines.map((line, i) => (i === 20 || i === 60 ? 'X\n' : line));
    const made = await session(lines.join(''), changed.join(''));
    const arrangement = { ...plain, collapse: true };
    const rows = allRows(made, arrangement);
    assert.deepEqual(
      rows.map((row) =>
        row.kind === 'fold' ? `fold ${row.fold} hides ${row.hidden}` : row.kind[0],
      ),
      [
        ...['fold 0 hides 17', 'e', 'e', 'e', 'c', 'e', 'e', 'e'],
        ...['fold 24 hides 33', 'e', 'e', 'e', 'c', 'e', 'e', 'e', 'fold 64 hides 36'],
      ],
    );
    assert.equal(made.layout({ stream: 0, arrangement }).firstChange, 4);
    const offset = lines.slice(0, 30).join('').length;
    assert.deepEqual(made.locate({ stream: 0, arrangement, side: 'expected', offset }), {
      row: 8,
      fold: 24,
    });
    const open = { ...arrangement, unfolded: [24] };
    assert.equal(allRows(made, open).length, rows.length + 32);
    const { row } = made.locate({ stream: 0, arrangement: open, side: 'expected', offset });
    assert.match(show(allRows(made, open)[row]!), /31 "line 30/);
  });

  test('next and previous change go from hunk to hunk and stop at the ends', async () => {
    const made = await session('a\nb\nc\nd\ne\n', 'a\nX\nc\nY\nZ\n');
    const go = (row: number, direction: 'next' | 'previous') =>
      made.change({ stream: 0, arrangement: plain, row, direction }).row;
    assert.deepEqual([go(0, 'next'), go(1, 'next'), go(3, 'next')], [1, 3, undefined]);
    assert.deepEqual([go(4, 'previous'), go(3, 'previous'), go(1, 'previous')], [3, 1, undefined]);
  });

  test('hex stays aligned behind an insertion', async () => {
    const made = await session('0123456789abcdefghij', '01234NEW56789abcdefghij');
    const rows = allRows(made, { ...plain, mode: 'hex', bytesPerRow: 16 }).map(show);
    assert.deepEqual(rows, [
      '0:30 31 32 33 34 --* --* --* 35 36 37 38 39 61 62 63 | 0:30 31 32 33 34 4e* 45* 57* 35 36 37 38 39 61 62 63',
      '13:64 65 66 67 68 69 6a | 16:64 65 66 67 68 69 6a',
    ]);
  });

  test('rows of any pair hold all bytes of both sides, in order', async () => {
    await fc.assert(
      fc.asyncProperty(editedPair, fc.boolean(), async ({ a, b }, inline) => {
        const made = await session(a, b);
        for (const collapse of [false, true]) {
          const text = { ...plain, inline, collapse };
          const folds = allRows(made, text).flatMap((r) => (r.kind === 'fold' ? [r.fold] : []));
          const rows = allRows(made, { ...text, unfolded: folds });
          for (const [side, bytes] of [
            ['expected', a],
            ['actual', b],
          ] as const) {
            const cells = rows.flatMap((row) =>
              row.kind === 'hex' || row.kind === 'fold' ? [] : (row[side] ?? []),
            );
            assert.ok(Buffer.concat(cells.map((cell) => cell.bytes)).equals(bytes));
            let offset = 0;
            for (const cell of cells) {
              assert.equal(cell.offset, offset);
              const before = bytes.subarray(0, offset).toString('latin1');
              assert.equal(cell.line, before.split('\n').length);
              const { row } = made.locate({
                stream: 0,
                arrangement: { ...text, unfolded: folds },
                side,
                offset,
              });
              const shown = rows[row]!;
              assert.equal(
                shown.kind !== 'hex' && shown.kind !== 'fold' && shown[side]?.offset,
                offset,
              );
              offset += cell.bytes.length;
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('hex rows of any pair hold all bytes, and differ only where they are marked', async () => {
    await fc.assert(
      fc.asyncProperty(editedPair, fc.constantFrom(8, 16), async ({ a, b }, bytesPerRow) => {
        const made = await session(a, b);
        const arrangement = { ...plain, mode: 'hex' as const, bytesPerRow };
        const rows = allRows(made, arrangement);
        for (const [side, bytes] of [
          ['expected', a],
          ['actual', b],
        ] as const) {
          const values = rows.flatMap((row) => (row.kind === 'hex' ? row[side].values : []));
          assert.ok(Buffer.from(values.filter((v) => v >= 0)).equals(bytes));
          for (const offset of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
            if (offset >= 0 && bytes.length > 0) {
              const { row } = made.locate({ stream: 0, arrangement, side, offset });
              const shown = rows[row]!;
              assert.ok(shown.kind === 'hex');
              const count = shown[side].values.filter((v) => v >= 0).length;
              assert.ok(offset >= shown[side].offset && offset < shown[side].offset + count);
            }
          }
        }
        for (const row of rows) {
          assert.ok(row.kind === 'hex');
          row.expected.values.forEach((value, i) => {
            assert.ok(value === row.actual.values[i] || row.expected.changed[i]);
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a pair of files whose lines are many opens while it is still compared', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'byte-view-'));
    const files = { a: path.join(folder, 'a'), b: path.join(folder, 'b') };
    let told = 0;
    const lines = Array.from({ length: 400_000 }, (_, i) => `line ${i} of a long output\n`);
    writeFileSync(files.a, lines.join(''));
    writeFileSync(files.b, lines.map((line, i) => (i % 3 === 1 ? `# ${line}` : line)).join(''));
    const pairs = [{ name: 'stdout', expected: { path: files.a }, actual: { path: files.b } }];
    const made = new BytesSession(pairs, () => told++);
    try {
      assert.equal(made.open().streams[0]!.first!.line, 2);
      const early = made.layout({ stream: 0, arrangement: plain });
      assert.ok(early.progress < 1 && early.rows > 1000);
      assert.equal(early.firstChange, 1);
      const rows = made.rows({ stream: 0, arrangement: plain, from: 0, count: 3 });
      assert.match(show(rows[1]!), /^changed: 2 "line 1 of .* 2 "# line 1 of/);
      await made.summary({ stream: 0 }, signal);
      const late = made.layout({ stream: 0, arrangement: plain });
      assert.deepEqual([late.progress, late.rows, late.changes], [1, 400_000, 133_333]);
      assert.ok(told > 0);
    } finally {
      made.dispose();
      rmSync(folder, { recursive: true });
    }
  });

  test('rows arranged while the comparison goes on are those of a finished one', () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `line ${i} with some text behind it\n`);
    const edited = lines.flatMap((line, i) =>
      i % 500 === 7 ? ['new\n', line] : i % 311 === 0 ? [] : i % 97 === 0 ? ['X\n'] : [line],
    );
    const [a, b] = [Buffer.from(lines.join('')), Buffer.from(edited.join(''))];
    for (const mode of ['text', 'hex'] as const) {
      const arrangements = [true, false].flatMap((collapse) =>
        [true, false].map((inline) => ({
          ...plain,
          mode,
          collapse,
          inline: inline && mode === 'text',
        })),
      );
      for (const arrangement of arrangements) {
        const table = new RegionTable();
        const windows = { first: 8 << 10, largest: 32 << 10 };
        const sources = [new BufferSource(a), new BufferSource(b)] as const;
        const steps = compareSources(...sources, table, windows);
        const readers = { a: new PagedReader(sources[0]), b: new PagedReader(sources[1]) };
        const base = () =>
          mode === 'text' ? new TextRows(table, readers) : new HexRows(table, readers, 16);
        const growing = new ArrangedRows(base(), arrangement);
        while (steps.next().done !== true) {
          growing.update({ complete: false });
        }
        growing.update({ complete: true });
        const fresh = new ArrangedRows(base(), arrangement);
        fresh.update({ complete: true });
        assert.deepEqual([growing.count, growing.hunks], [fresh.count, fresh.hunks]);
        assert.deepEqual(growing.marks(), fresh.marks());
        for (let row = 0; row < fresh.count; row += 3) {
          assert.deepEqual(growing.read(row), fresh.read(row));
        }
      }
    }
  });

  test('a stream that can not be read says why, and the others still open', () => {
    const pairs = [
      { name: 'stdout', expected: { path: '/no/such/file' }, actual: { bytes: Buffer.from('x') } },
      {
        name: 'stderr',
        expected: { bytes: Buffer.from('x') },
        actual: { bytes: Buffer.from('x') },
      },
    ];
    const made = new BytesSession(pairs, () => undefined);
    const { streams } = made.open();
    assert.match(streams[0]!.problem!.message, /no file \/no\/such\/file/);
    assert.equal(streams[1]!.equal, true);
    assert.throws(() => made.layout({ stream: 0, arrangement: plain }), /no file/);
    assert.throws(() => made.layout({ stream: 9, arrangement: plain }), /no such stream/);
  });
});

suite('byte view: files that change while they are compared', () => {
  test('one that becomes shorter is told as such, however often it is asked for', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bytes-view-'));
    try {
      const [a, b] = [path.join(folder, 'a'), path.join(folder, 'b')];
      writeFileSync(a, 'left\n'.repeat(100_000));
      writeFileSync(b, 'right\n'.repeat(100_000));
      const pairs = [{ name: 'stdout', expected: { path: a }, actual: { path: b } }];
      const made = new BytesSession(pairs, () => undefined);
      writeFileSync(b, 'right\n');
      const shorter = /\/b became shorter while it was being compared/u;
      assert.throws(() => made.layout({ stream: 0, arrangement: plain }), shorter);
      assert.throws(() => made.layout({ stream: 0, arrangement: plain }), shorter);
      await assert.rejects(made.summary({ stream: 0 }, signal), shorter);
      made.dispose();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

suite('byte view: copying, searching, counting', () => {
  test('copied text is the true bytes, and says so when it can not be', () => {
    const bytes = Buffer.from('a\r\n\u200bé\t');
    assert.deepEqual(copyBytes(bytes, 'text'), { text: bytes.toString(), exact: true });
    assert.deepEqual(copyBytes(Buffer.from([0x61, 0xff, 0x0a]), 'text'), {
      text: "$'a\\xff\\n'",
      exact: false,
    });
    assert.equal(copyBytes(Buffer.from('a\0'), 'text').exact, false);
    assert.equal(copyBytes(Buffer.from([0, 255]), 'hex').text, '00 ff');
    assert.equal(copyBytes(Buffer.from('hello'), 'base64').text, 'aGVsbG8=');
  });

  test('every format but text gives the bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        assert.deepEqual(
          Buffer.from(decodeStream(copyBytes(bytes, 'case').text)),
          Buffer.from(bytes),
        );
        assert.deepEqual(
          Buffer.from(copyBytes(bytes, 'hex').text.replaceAll(' ', ''), 'hex'),
          Buffer.from(bytes),
        );
      }),
    );
  });

  test('text and hex are found on both sides, over the ends of chunks', async () => {
    const far = Buffer.alloc((1 << 20) - 2, 'x');
    const made = await session(
      Buffer.concat([far, Buffer.from('Needle\0\xff', 'latin1')]),
      'needle NEEDLE',
    );
    const search = async (query: string, kind: 'text' | 'hex', matchCase: boolean) =>
      (await made.search({ stream: 0, query, kind, matchCase }, signal)).matches.map(
        ({ side, offset }) => `${side} ${offset}`,
      );
    assert.deepEqual(await search('needle', 'text', false), [
      `expected ${far.length}`,
      'actual 0',
      'actual 7',
    ]);
    assert.deepEqual(await search('needle', 'text', true), ['actual 0']);
    assert.deepEqual(await search('00 FF', 'hex', true), [`expected ${far.length + 6}`]);
    await assert.rejects(search('0', 'hex', true), /no[t ].*hex/);
    await assert.rejects(search('', 'text', true), /nothing to search/);
  });

  test('the summary counts what matters', async () => {
    const a = Buffer.from('\ufeffone \r\ntwo\rthree\n\0\x1b', 'utf8');
    const b = Buffer.concat([Buffer.from('é\t\n'), Buffer.from([0xe9, 0x80, 0xf0, 0x9f])]);
    const made = await session(a, b);
    const { expected, actual, ...rest } = await made.summary({ stream: 0 }, signal);
    assert.deepEqual(expected, {
      size: a.length,
      sha256: createHash('sha256').update(a).digest('hex'),
      lineFeeds: 1,
      crLf: 1,
      loneCr: 1,
      finalNewline: false,
      byteOrderMark: true,
      nul: 1,
      control: 1,
      nonAscii: 3,
      invalidUtf8: 0,
      trailingSpace: 0,
    });
    assert.deepEqual([actual.invalidUtf8, actual.nonAscii, actual.trailingSpace], [4, 6, 1]);
    assert.equal(rest.class, 'else');
    assert.equal(rest.changes, 1);
  });

  test('invalid UTF-8 is counted alike however it is cut into chunks', async () => {
    const { Utf8Validator } = await import('../../../src/core/bytes/utf8');
    const byte = fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xa0);
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 20 }), fc.nat(20), (bytes, cut) => {
        const count = (...parts: number[][]) => {
          const validator = new Utf8Validator();
          parts.forEach((part) => validator.add(Uint8Array.from(part)));
          return validator.finish();
        };
        const whole = count(bytes);
        assert.equal(count(bytes.slice(0, cut), bytes.slice(cut)), whole);
        assert.equal(
          whole === 0,
          Buffer.from(Buffer.from(bytes).toString()).equals(Buffer.from(bytes)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

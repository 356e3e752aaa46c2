import assert from 'node:assert/strict';
import { caseNameAt, caseNamesIn } from '../../../src/extension/caseLanguage/caseNamesAt';
import { completionsAt } from '../../../src/extension/caseLanguage/completions';
import { hoverAt } from '../../../src/extension/caseLanguage/hovers';
import { outlineCase } from '../../../src/extension/caseLanguage/outline';

const text = `case/1
name: "select/0042-range"
labels: ["hidden"]
duals: ["select/0041-range"]
args: ["select","in.csv"]
returncode: 1
provenance: {"reference":"sha256:ab","recorded":"2026-11-18","engine":"bubblewrap","determinism":{"runs":8,"varied":["tz","cwd"]}}
-- stdin
|-- stdout
\\1,2\\r\\xff
<3,4\\x20
-- file "in put.csv" mode=0644
|h1,h2
-- stdout
-- stderr
|usage
`;
const now = new Date('2026-11-21T12:00:00Z');

/** The position of the first `mark` in a line. */
function at(line: number, mark: string) {
  const column = (text.split('\n')[line] ?? '').indexOf(mark);
  assert.ok(column >= 0);
  return { line, column };
}

suite('the outline of a case', () => {
  test('has the headers with their values, and the parts with their ends', () => {
    const { headers, parts, headersEnd } = outlineCase(text);
    assert.deepEqual(
      headers.map(({ key, line }) => `${line} ${key}`),
      ['1 name', '2 labels', '3 duals', '4 args', '5 returncode', '6 provenance'],
    );
    assert.equal(headersEnd, 7);
    assert.deepEqual(
      parts.map(({ kind, path, line, end }) => ({ kind, path, line, end })),
      [
        { kind: 'stdin', path: undefined, line: 7, end: 10 },
        { kind: 'file', path: 'in put.csv', line: 11, end: 12 },
        { kind: 'stdout', path: undefined, line: 13, end: 13 },
        { kind: 'stderr', path: undefined, line: 14, end: 15 },
      ],
    );
  });

  test('is the same for a checkout with CR and LF', () => {
    assert.deepEqual(outlineCase(text.replaceAll('\n', '\r\n')), outlineCase(text));
  });
});

suite('hovers in a case', () => {
  test('tell what a header means and how old a gold is', () => {
    assert.match(hoverAt(text, at(2, 'labels'), now)?.markdown ?? '', /an agent never sees it/);
    assert.equal(hoverAt(text, at(2, 'hidden'), now), undefined);
    const age = hoverAt(text, at(6, 'sha256'), now)?.markdown ?? '';
    assert.match(age, /Recorded on 2026-11-18, 3 days ago with bubblewrap\./);
    assert.match(age, /8 recordings gave the same answer\. Varied meanwhile: tz, cwd\./);
  });

  test('tell the bytes of an escape', () => {
    const cr = hoverAt(text, at(9, '\\r'), now);
    assert.deepEqual(cr, { markdown: '`0D FF` — 2 bytes: not valid UTF-8', start: 4, end: 10 });
    const space = hoverAt(text, at(10, '\\x20'), now);
    assert.equal(space?.markdown, '`20` — 1 byte: space');
    assert.equal(hoverAt(text, at(9, '1,2'), now), undefined);
    const bom = 'case/1\n-- stdin\n\\\\xef\\xbb\\xbfa\n';
    assert.equal(
      hoverAt(bom, { line: 2, column: 3 }, now)?.markdown,
      '`EF BB BF` — 3 bytes: U+FEFF',
    );
  });

  test('a clean line has no escapes, whatever it looks like', () => {
    assert.equal(hoverAt('case/1\n-- stdin\n|\\xff\n', { line: 2, column: 2 }, now), undefined);
  });
});

suite('completion in a case', () => {
  const context = {
    visibleNames: ['select/0041-range', 'select/0001'],
    labels: ['slow'],
    options: ['--no-headers', '-n'],
  };
  const labels = (line: number, column: number, source = text) =>
    completionsAt(source, { line, column }, context).map(({ label }) => label);

  test('offers the headers that are not there yet', () => {
    assert.deepEqual(labels(1, 0, 'case/1\n\nname: "x"\n'), [
      'labels',
      'duals',
      'args',
      'env',
      'returncode',
    ]);
  });

  test('offers labels, and those of the other cases', () => {
    assert.deepEqual(labels(2, 10), ['hidden', 'ablated', 'edge', 'slow']);
    const two = text.replace('["hidden"]', '["hidden",""]');
    assert.deepEqual(labels(2, 19, two), ['ablated', 'edge', 'slow']);
  });

  test('offers visible cases as duals, and replaces what stands between the quotes', () => {
    const [first, second] = completionsAt(text, { line: 3, column: 12 }, context);
    assert.equal(first?.label, 'select/0041-range');
    assert.equal(second?.insert, 'select/0001');
    assert.equal(text.split('\n')[3]?.slice(second.start, second.end), 'select/0041-range');
  });

  test('offers the options of the reference as arguments', () => {
    const one = text.replace('"in.csv"', '"--n"');
    assert.deepEqual(labels(4, 20, one), ['--no-headers', '-n']);
  });

  test('offers parts after two dashes, and nothing inside a part', () => {
    assert.deepEqual(labels(1, 3, 'case/1\n-- \n'), ['stdin', 'file', 'stdout', 'stderr', 'out']);
    assert.deepEqual(labels(8, 9), []);
  });
});

suite('the names in a case', () => {
  test('are its own and those of its duals, with their columns', () => {
    assert.deepEqual(caseNamesIn(text), [
      { name: 'select/0042-range', kind: 'name', line: 1, start: 7, end: 24 },
      { name: 'select/0041-range', kind: 'dual', line: 3, start: 9, end: 26 },
    ]);
    assert.equal(caseNameAt(text, { line: 3, column: 12 })?.name, 'select/0041-range');
    assert.equal(caseNameAt(text, { line: 4, column: 12 }), undefined);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Case } from '../../../src/core/cases/case';
import { formatCase } from '../../../src/core/cases/caseLayout';
import { readCaseText } from '../../../src/core/cases/caseText';
import { bytesContent } from '../../../src/core/cases/content';
import { plainHeaders } from '../../../src/core/cases/plainCase';
import { anyCase } from './anyCase';

/** A case as an author's are. */
const plain = fc.record({
  name: fc.constantFrom('a', 'b/c', 'ünïcode'),
  labels: fc.constantFrom([], ['hidden', 'edge']),
  duals: fc.constantFrom([], ['a']),
  input: fc.record({
    args: fc.constantFrom([], ['-n', 'é\udcff']),
    env: fc.constantFrom({}, { LC_ALL: 'C' }),
    stdin: fc.constantFrom('', '1\n2', '\t\x1b\\').map((text) => bytesContent(text)),
    files: fc
      .constantFrom('x', 'x.csv', 'Makefile')
      .map((path) => [
        { kind: 'file' as const, path, mode: 0o755, content: bytesContent('a,b\n') },
      ]),
  }),
  gold: fc.constantFrom<NonNullable<Case['gold']>>({
    stdout: bytesContent('-- stdout\n|<\\ \r\n\xff'),
    stderr: bytesContent('no end'),
    returncode: 1,
    outputs: [{ kind: 'file', path: 'y', mode: 0o644, content: bytesContent('') }],
  }),
});

/** What a person, a merge or a broken disk may put anywhere. */
const pieces = [
  ...['', '\n', '\n\n', '\r', '\r\n', '\0', ' ', '\u00a0', '\u2028', '\ufeff', '\ufffd'],
  ...['|', '\\', '<', '|x\n', '\\x\n', '\\x4', '\\xFF', '<x\n', '"', '-- ', '--', 'case/1\n'],
  ...[
    '-- stdin\n',
    '-- stdout\n',
    '-- stderr\n',
    '-- file "x"\n',
    '-- file "x/y"\n',
    '-- out "y"\n',
  ],
  ...[
    '-- file "."\n',
    '-- file ".."\n',
    '-- file "/x"\n',
    '-- file "z" dir\n',
    ' mode=0644',
    ' mode=99',
  ],
  ...[
    '-- out "z" absent\n',
    '-- file "\\u0078"\n',
    ' blob=x size=1 sha256=y',
    '-- x\n',
    'name: "z"\n',
  ],
  ...[
    'returncode: 0\n',
    'returncode: 999\n',
    'args: 1\n',
    'labels: ["a"]\n',
    'x: 1\n',
    'env: {}\n',
  ],
];

/** Each piece at each place of a text, also instead of the character or the rest of the line there. */
function* spoilt(text: string): Generator<string> {
  for (let at = 0; at <= text.length; at++) {
    const lineEnd = text.indexOf('\n', at) + 1;
    for (const end of new Set([at, at + 1, lineEnd])) {
      for (const piece of pieces) {
        yield text.slice(0, at) + piece + text.slice(end);
      }
    }
  }
}

/** Whether a text is plain. @throws AssertionError where that is not what reading it whole says. */
function isPlain(text: string): boolean {
  const headers = plainHeaders(text);
  if (headers === undefined) {
    return false;
  }
  const { value, problems } = readCaseText(text, { folder: '/x' });
  assert.deepEqual(problems, [], text);
  assert.ok(value, text);
  const { name, labels = [], duals = [], args, returncode } = headers;
  assert.deepEqual(
    [name, labels, duals, args, returncode],
    [value.name, value.labels, value.duals, value.input.args, value.gold?.returncode],
    text,
  );
  return true;
}

suite('cases: the headers of a plain text', () => {
  test('are what reading it whole gives, and nothing is plain that has a problem', () => {
    const [source] = fc.sample(plain, { numRuns: 1, seed: 5 });
    assert.ok(source);
    const { gold: _, ...withoutGold } = source;
    for (const text of [formatCase(source), formatCase(withoutGold)]) {
      const seen = { plain: 0, other: 0 };
      for (const one of spoilt(text)) {
        seen[isPlain(one) ? 'plain' : 'other'] += 1;
      }
      // Otherwise nothing was compared.
      assert.ok(seen.plain > 100 && seen.other > 1000, JSON.stringify(seen));
    }
  }).timeout(60_000);

  test('are those of any case, or left to reading it whole', () => {
    fc.assert(
      fc.property(anyCase, (source) => void isPlain(formatCase(source))),
      { numRuns: 1000, seed: 3 },
    );
  }).timeout(60_000);

  test('are told of every case whose files are plainly named', () => {
    fc.assert(
      fc.property(plain, (source) => assert.ok(plainHeaders(formatCase(source)))),
      { numRuns: 200, seed: 4 },
    );
  });
});

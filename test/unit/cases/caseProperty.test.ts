import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCase } from '../../../src/core/cases/caseLayout';
import { readCaseText } from '../../../src/core/cases/caseText';
import { anyCase } from './anyCase';

/** What a text editor, a checkout or a filter may do to a file. */
const changes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replace(/[ \t]+$/gmu, ''),
  (text) => text.trimEnd(),
  (text) => `\ufeff${text}\n`,
];

suite('cases: the text of any case', () => {
  test('reads back as it was written, whatever an editor does to the file', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom(...changes), (source, change) => {
        const text = formatCase(source);
        const { value, problems } = readCaseText(change(text), { folder: '/x' });
        assert.deepEqual(problems, []);
        assert.ok(value);
        assert.equal(formatCase(value), text, 'the text is canonical');
        assert.deepEqual(hexed(value), hexed(source));
      }),
      { numRuns: 3000, seed: 1 },
    );
  }).timeout(60_000);

  test('holds nothing that an editor, a terminal or a filter would change or hide', () => {
    const unclean =
      /(?![\t\n ])[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}\ufffd]|[ \t]$/mu;
    fc.assert(
      fc.property(anyCase, (source) => {
        const text = formatCase(source);
        assert.doesNotMatch(text, unclean);
        assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'));
      }),
      { numRuns: 3000, seed: 2 },
    );
  }).timeout(60_000);
});

/** A value with its bytes in hexadecimal and its keys in one order. */
function hexed(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('hex');
  }
  if (Array.isArray(value)) {
    return value.map(hexed);
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => [key, hexed(each)])
    : value;
}

import assert from 'node:assert/strict';
import { suppressEdit } from '../../../src/extension/audit/suppress';
import { parseCase } from '../../../src/core/cases/caseText';
import { formatCase } from '../../../src/core/cases/caseLayout';

const text =
  'case/1\nname: "a"\nlabels: ["hidden"]\nargs: ["-x"]\nreturncode: 0\n-- stdout\n|suppress: no\n';

function apply(before: string, check: string, reason: string): string {
  const { line, replaces, text: added } = suppressEdit(before, check, reason);
  const lines = before.split('\n');
  lines.splice(line, replaces ? 1 : 0, added.trimEnd());
  return lines.join('\n');
}

suite('answering a finding in the text of a case', () => {
  test('puts the answer where the canonical text has it, beside those that are there', () => {
    const once = apply(text, 'unpaired-hidden', 'the docs "say" so');
    assert.match(
      once,
      /returncode: 0\nsuppress: \{"unpaired-hidden":"the docs \\"say\\" so"\}\n--/u,
    );
    const twice = apply(once, 'duplicate', 'zero\u200bwidth');
    assert.match(twice, /\nsuppress: \{"duplicate":"zero\\u200bwidth","unpaired-hidden":/u);
    const again = apply(twice, 'duplicate', 'b');
    assert.match(again, /\nsuppress: \{"duplicate":"b","unpaired-hidden":/u);
    assert.equal(formatCase(parseCase(again, { folder: '/', file: 'a' })), again);
  });
});

import type { Case } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';

/** The `i`th of many cases that differ, every third of them hidden; `size` bytes of output. */
export function someCase(i: number, size: number): Case {
  const output = `line ${i} of output\n`.repeat(Math.ceil(size / 20));
  return {
    name: `group${i % 20}/case-${i}`,
    labels: i % 3 === 0 ? ['hidden'] : [],
    duals: [],
    input: { args: ['-n', String(i)], env: {}, stdin: bytesContent('1\n2\n3\n'), files: [] },
    gold: { stdout: bytesContent(output), stderr: bytesContent(''), returncode: 0, outputs: [] },
  };
}

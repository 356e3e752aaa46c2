import { encodeOsString } from '../../cases/osString';
import type { AuditContext, AuditedCase, Check } from '../finding';

/** From this share of all cases on, a program that always gives one answer is worth a finding. */
const constantShare = 0.1;

/** What programs that implement nothing would answer; computed, since they are that simple. */
const trivialPrograms: readonly { name: string; stdout: (c: AuditedCase) => Uint8Array }[] = [
  { name: 'prints nothing', stdout: () => new Uint8Array(0) },
  { name: 'copies its input', stdout: (c) => c.stdin },
  {
    name: 'echoes its arguments',
    stdout: (c) =>
      Buffer.concat([
        ...c.source.input.args.flatMap((arg, i) => [
          Buffer.from(i === 0 ? '' : ' '),
          encodeOsString(arg),
        ]),
        Buffer.from('\n'),
      ]),
  },
];

export const trivialPass: Check = {
  id: 'trivial-pass',
  title: 'A program that does nothing passes',
  why: 'Such a case adds to the pass rate of any candidate, however empty.',
  fix: 'Give it an input on which the reference has something to do, or drop it.',
  *run({ cases }) {
    for (const audited of cases) {
      const { source, stdout, stderr, partial } = audited;
      const { gold } = source;
      if (gold?.returncode !== 0 || stderr.length > 0 || gold.outputs.length > 0 || partial) {
        continue;
      }
      const passing = trivialPrograms.find((p) => Buffer.compare(p.stdout(audited), stdout) === 0);
      if (passing !== undefined) {
        yield {
          severity: 'warning',
          cases: [source.name],
          part: 'stdout',
          message: `a program that ${passing.name} and exits with 0 passes this case`,
        };
      }
    }
  },
};

export const constantPass: Check = {
  id: 'constant-pass',
  title: 'One constant answer passes many cases',
  why: 'A candidate that always prints the same text and exits with the same code passes all of them.',
  fix: 'Vary the inputs so that the answers differ, or keep fewer of these cases.',
  *run({ cases }: AuditContext) {
    const answers = new Map<string, string[]>();
    for (const { source, text, partial } of cases) {
      if (source.gold !== undefined && !partial && source.gold.outputs.length === 0) {
        const key = JSON.stringify([source.gold.returncode, text.stdout, text.stderr]);
        const same = answers.get(key);
        if (same === undefined) {
          answers.set(key, [source.name]);
        } else {
          same.push(source.name);
        }
      }
    }
    for (const group of answers.values()) {
      if (group.length >= 5 && group.length / cases.length >= constantShare) {
        yield {
          severity: 'info',
          cases: group,
          message: `${group.length} of ${cases.length} cases have the very same answer`,
        };
      }
    }
  },
};

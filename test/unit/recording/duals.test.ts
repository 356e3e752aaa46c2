import assert from 'node:assert/strict';
import type { Case } from '../../../src/core/cases/case';
import { emptyContent } from '../../../src/core/cases/case';
import { bytesContent } from '../../../src/core/cases/content';
import { NoGoldError } from '../../../src/core/recording/capture';
import type { CaseDraft } from '../../../src/core/recording/capture';
import { mutateText } from '../../../src/core/recording/duals/literals';
import { proposeDuals } from '../../../src/core/recording/duals/proposals';
import { recordDuals } from '../../../src/core/recording/duals/recordDuals';

function aCase(args: readonly string[], stdin = '', more: Partial<Case> = {}): Case {
  return {
    name: 'one',
    labels: [],
    duals: [],
    input: { args, env: {}, stdin: bytesContent(stdin), files: [] },
    gold: goldOf(args.join(' ')),
    ...more,
  };
}

function goldOf(stdout: string, returncode = 0) {
  return { stdout: bytesContent(stdout), stderr: emptyContent, returncode, outputs: [] };
}

/** What was proposed: rule, arguments and stdin. */
async function proposed(original: Case, others: readonly Case[] = []): Promise<string[]> {
  return (await proposeDuals(original, others)).map(({ rule, input }) => {
    const stdin = input.stdin.kind === 'bytes' ? Buffer.from(input.stdin.bytes) : '';
    return `${rule}: ${input.args.join(' ')} < ${JSON.stringify(stdin.toString())}`;
  });
}

/** A reference that answers what a function makes of the arguments. */
function recorder(answer: (args: readonly string[]) => string) {
  const record = ({ name, labels, duals, input }: CaseDraft) =>
    Promise.resolve({
      case: { name, labels, duals, input, gold: goldOf(answer(input.args)) },
      flakes: [],
      durationMs: 1,
    });
  return {
    record,
    recordAll: async (
      drafts: readonly CaseDraft[],
      hear: (recording: {
        draft: CaseDraft;
        capture: Awaited<ReturnType<typeof record>>;
      }) => unknown,
    ) => {
      for (const draft of drafts) {
        await hear({ draft, capture: await record(draft) });
      }
    },
  };
}

suite('literals that become others of their kind', () => {
  const changed = (kind: 'numbers' | 'words' | 'dates', text: string, shift = 1) =>
    mutateText(text, { kinds: new Set([kind]), shift });

  test('numbers keep their length, their zeros and, small ones, their order', () => {
    assert.equal(changed('numbers', '9 0 007 1024 -5.90'), '10 0 008 2035 -6.91');
    assert.equal(changed('numbers', '1024', 2), '3046');
  });

  test('a date stays one, leap days too, and is no number', () => {
    assert.equal(changed('dates', '2024-02-29 23:59:00 7'), '2028-02-29 00:00:01 7');
    assert.equal(changed('numbers', '2024-02-29 23:59'), '2024-02-29 23:59');
  });

  test('what words have in common they still have, and bytes that are none stay', () => {
    assert.equal(
      changed('words', 'foo food a [[:alpha:]] \xff Zoo'),
      'guu guuf a [[:alpha:]] \xff Buu',
    );
  });
});

suite('proposals of duals', () => {
  test('arguments and stdin change alike; names of options and of files do not', async () => {
    const files = [
      { kind: 'file', path: 'in2.txt', mode: 0o644, content: bytesContent('12') },
    ] as const;
    const original = aCase(['--key2', '--width=12', '-n3', 'word', 'in2.txt'], 'word 12\n');
    const withFile = { ...original, input: { ...original.input, files } };
    const [numbers] = await proposeDuals(withFile, []);
    assert.deepEqual(numbers?.input.args, ['--key2', '--width=13', '-n4', 'word', 'in2.txt']);
    assert.deepEqual(numbers.input.stdin, bytesContent('word 13\n'));
    assert.deepEqual(numbers.input.files[0], { ...files[0], content: bytesContent('13') });
  });

  test('of several literals one alone can be changed, wherever it stands', async () => {
    const titles = (await proposeDuals(aCase(['7', '12'], '7 up\n'), [])).flatMap(
      ({ title, input }) => (title.includes('→') ? [`${title}: ${input.args.join(' ')}`] : []),
    );
    assert.deepEqual(titles, ['7 → 8: 8 12', '12 → 13: 7 13']);
    assert.deepEqual(
      (await proposed(aCase(['7', '12'], '7 up\n'))).filter((one) => one.includes('8 12')),
      ['numbers: 8 12 < "8 up\\n"'],
    );
  });

  test('an option takes what other cases give it', async () => {
    const others = [aCase(['--to=iec']), aCase(['--to=si']), aCase(['-f', '2'])];
    assert.deepEqual(await proposed(aCase(['--to=si', '0']), others), ['options: --to=iec 0 < ""']);
  });

  test('lines move, and what is asked already is not asked again', async () => {
    const others = [aCase(['-r'], 'b\na\n')];
    assert.deepEqual(await proposed(aCase(['-r'], 'a\nb\n')), ['lines: -r < "b\\na\\n"']);
    assert.deepEqual(await proposed(aCase(['-r'], 'a\nb\n'), others), []);
  });

  test('are the same whenever they are asked for', async () => {
    const original = aCase(['-k', '7', 'May'], '2001-01-01 x9\n');
    assert.deepEqual(await proposed(original), await proposed(original));
  });
});

suite('recording duals', () => {
  test('one that answers the same is refused; the others are linked, and hidden', async () => {
    const attempts = await recordDuals(
      recorder(([n = '']) => (n === '5' ? 'odd' : 'same')),
      aCase(['3'], '', { labels: ['edge'], gold: goldOf('same') }),
      [{ name: 'one-2', input: aCase([]).input }],
    );
    const [dual, refused] = attempts;
    assert.ok(dual !== undefined && 'capture' in dual);
    const { name, labels, duals, input } = dual.capture.case;
    assert.deepEqual(
      [name, labels, duals, input.args],
      ['one-3', ['hidden', 'edge'], ['one'], ['5']],
    );
    assert.deepEqual(
      refused !== undefined && 'refused' in refused && refused.refused,
      'The output is the same as that of one.',
    );
  });

  test('one that ends otherwise comes after those that end alike', async () => {
    const attempts = await recordDuals(
      {
        ...recorder((args) => args.join()),
        recordAll: async (drafts, hear) => {
          for (const draft of drafts) {
            const returncode = draft.input.args[0] === '4' ? 1 : 0;
            const gold = goldOf(draft.input.args.join(), returncode);
            await hear({ draft, capture: { case: { ...draft, gold }, flakes: [], durationMs: 0 } });
          }
        },
      },
      aCase(['3']),
      [],
    );
    assert.deepEqual(
      attempts.map(({ proposal }) => proposal.input.args[0]),
      ['5', '4'],
    );
  });

  test('a hidden case gets a visible one', async () => {
    const original = aCase(['3'], '', { labels: ['hidden'] });
    const [dual] = await recordDuals(
      recorder((args) => `${args.join()}!`),
      original,
      [],
    );
    assert.ok(dual !== undefined && 'capture' in dual);
    assert.deepEqual([dual.capture.case.labels, dual.capture.case.duals], [[], []]);
  });

  test('what the reference gives no answer to is refused, and why', async () => {
    const [attempt] = await recordDuals(
      {
        ...recorder(() => ''),
        recordAll: async (drafts, hear) => {
          for (const draft of drafts) {
            await hear({ draft, refused: new NoGoldError('it took too long') });
          }
        },
      },
      aCase(['3']),
      [],
    );
    assert.ok(attempt !== undefined && 'refused' in attempt);
    assert.equal(attempt.refused, 'it took too long');
  });

  test('a case in which nothing can be another thing is an error that says so', async () => {
    await assert.rejects(
      recordDuals(
        recorder(() => ''),
        aCase(['-r']),
        [],
      ),
      /no number, word, date/,
    );
  });
});
